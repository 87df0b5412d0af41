#include "actors/key_gate.hpp"

#include "actors/client_request.hpp"
#include "net/http/query.hpp"

#include <algorithm>

namespace arauto {

namespace {

// The texts of the recorded server; integrators compare them.
constexpr std::string_view key_required = "apiKey is required";
constexpr std::string_view key_wrong = "Invalid global token";
constexpr std::string_view namespace_unknown = "Invalid namespace";

gate_refusal refusal_for_key(bool is_missing) {
  if (is_missing)
    return {
        std::string{key_required},
        R"({"code":"API_KEY_REQUIRED","hint":"Pass the global key or the instance's token: io(url, { auth: { apikey } }), or ?apikey= in the URL, or the apikey header."})",
        401};
  return {
      std::string{key_wrong},
      R"({"code":"API_KEY_UNKNOWN","hint":"This key is neither the global key nor the token of an instance; look for a typo, or for a token that was replaced."})",
      401};
}

/// The same words whether the namespace exists or not, so that a token cannot probe for names.
instance_ids ids_of(const directory_entry& x) {
  return x.ids ? x.ids : std::make_shared<const std::vector<std::string>>(1, x.record->id);
}

gate_refusal refusal_for_foreign_token() {
  return {
      std::string{namespace_unknown},
      R"({"code":"NAMESPACE_NOT_YOURS","hint":"An instance's token opens / and the namespace of its own instance; for another one use that instance's token or the global key."})",
      404};
}

} // namespace

key_gate::key_gate(const gate_settings& settings, directory_view& instances, const browser_token_reader& tokens,
                   broadcaster_actor broadcaster, std::optional<log_access> log)
    : settings_{settings},
      instances_{instances},
      tokens_{tokens},
      broadcaster_{std::move(broadcaster)},
      log_{std::move(log)},
      sender_rules_{client_event_refusal, settings.client_event_bytes_max, settings.client_events_per_second},
      reader_rules_{read_only_refusal, settings.client_event_bytes_max, settings.client_events_per_second} {}

bool key_gate::is_keyless_peer(const handshake& shake) const noexcept {
  // As recorded (sio-allowed-host, allowed-no-eio): only what speaks Engine.IO.
  return settings_.keyless && !shake.is_forwarded && http::query_value(query_of(shake), "EIO") &&
         std::find(settings_.allowed_hosts.begin(), settings_.allowed_hosts.end(), shake.remote_address) !=
             settings_.allowed_hosts.end();
}

bearer key_gate::who(std::string_view key, const handshake& shake) {
  if (is_keyless_peer(shake))
    return {{true, {}}, std::nullopt};
  return bearer_of(key, instances_.get(), tokens_);
}

bool key_gate::knows(const handshake& shake) {
  return who(shake.api_key, shake).owner.is_known();
}

std::chrono::milliseconds key_gate::connect_timeout(const handshake& shake) {
  return knows(shake) ? settings_.connect_timeout : settings_.keyless_connect_timeout;
}

admission key_gate::admit(const handshake& shake) {
  admission judged;
  if (knows(shake))
    return judged;
  const auto is_missing = shake.api_key.empty();
  const auto is_refused = shake.is_websocket || is_missing ? settings_.refuse_upgrades : true;
  judged.accepted = !is_refused;
  if (is_refused)
    judged.refusal = is_missing ? key_required : key_wrong;
  else
    judged.max_payload = settings_.keyless_payload_max;
  return judged;
}

const client_event_rules* key_gate::rules_for(std::string_view nsp, bool is_read_only) const noexcept {
  if (!settings_.client_events || nsp == "/")
    return nullptr;
  return is_read_only ? &reader_rules_ : &sender_rules_;
}

std::variant<gate_pass, gate_refusal> key_gate::judge(const connect_request& x) {
  auto wish = read_connect(x.auth, *x.shake);
  if (!wish.error.empty())
    return gate_refusal{std::move(wish.error), std::move(wish.error_data), 400};
  const auto [owner, limits] = who(wish.api_key, *x.shake);
  if (!owner.is_known())
    return refusal_for_key(wish.api_key.empty());
  auto judged = x.nsp == "/" ? judge_root(owner) : judge_instance(owner, x.nsp.substr(1));
  auto* pass = std::get_if<gate_pass>(&judged);
  if (pass == nullptr)
    return judged;
  if (x.nsp != "/" || !owner.is_global)
    wish.filter.instances.clear(); // Elsewhere the key has chosen the instance already.
  pass->filter = limits ? both(std::move(wish.filter), limits->filter) : std::move(wish.filter);
  if (limits)
    pass->expires_at_ms = limits->expires_at_ms;
  pass->client_events = rules_for(x.nsp, limits.has_value());
  if (x.nsp == "/" && owner.instances.size() > 1 && !owner.is_global) {
    pass->filter.allowed.emplace();
    for (const auto& instance : owner.instances)
      pass->filter.allowed->push_back(instance->record->id);
  }
  if (log_ && (x.nsp != "/" || settings_.global_events))
    if (auto refused =
            give_access(*pass, *log_, recovery_of(x.nsp), subject_of(owner, x.nsp, wish.api_key), wish, *x.shake))
      return std::move(*refused);
  return judged;
}

/// In its own namespace an instance may have recovery switched on or off.
recovery_mode key_gate::recovery_of(std::string_view nsp) {
  const auto instance = nsp == "/" ? nullptr : instances_.get().find(nsp.substr(1));
  if (instance && instance->record->websocket && instance->record->websocket->recovery)
    return *instance->record->websocket->recovery ? recovery_mode::on : recovery_mode::off;
  return log_->recovery;
}

log_subject key_gate::subject_of(const key_owner& owner, std::string_view nsp, std::string_view key) {
  log_subject who;
  if (nsp != "/") {
    const auto instance = instances_.get().find(nsp.substr(1));
    who.is_selected_only = true;
    if (!instance) { // Gone since a moment ago: its actor says so.
      who.instances = std::make_shared<const std::vector<std::string>>();
      return who;
    }
    who.instances = ids_of(*instance);
    who.identity = instance->record->id + ' ' + std::to_string(instance->record->generation);
    return who;
  }
  if (owner.is_global) {
    const auto digest = key_digest::of(key);
    who.identity.append("/ ").append(digest.bytes.begin(), digest.bytes.end());
    return who;
  }
  who.identity = "/";
  std::vector<std::string> ids;
  for (const auto& x : owner.instances) {
    ids.push_back(x->record->id);
    who.identity.append(" ").append(x->record->id).append(" ").append(std::to_string(x->record->generation));
  }
  who.instances = owner.instances.size() == 1 ? ids_of(*owner.instances.front())
                                              : std::make_shared<const std::vector<std::string>>(std::move(ids));
  return who;
}

std::variant<gate_pass, gate_refusal> key_gate::judge_root(const key_owner& owner) {
  gate_pass pass;
  pass.owner = broadcaster_;
  pass.ticket.scope.is_global = owner.is_global;
  if (owner.is_global) // It needs no instance, so none can take it away, even one that has the same token.
    return pass;
  for (const auto& x : owner.instances) {
    pass.ticket.scope.instances.push_back(x->number);
    pass.ticket.claims.push_back({x->record->name, x->number, x->record->generation});
  }
  return pass;
}

std::variant<gate_pass, gate_refusal> key_gate::judge_instance(const key_owner& owner, std::string_view name) {
  const auto instance = instances_.get().find(name);
  if (!owner.is_global && (!instance || !owner.opens(*instance)))
    return refusal_for_foreign_token();
  if (!instance || !instance->record->websocket || !instance->record->websocket->enabled)
    return gate_refusal{std::string{namespace_unknown}, {}, 404};
  gate_pass pass;
  pass.owner = instance->actor;
  pass.ticket.generation = instance->record->generation;
  pass.ticket.scope.is_global = owner.is_global;
  return pass;
}

} // namespace arauto
