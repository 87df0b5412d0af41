#include "actors/gate.hpp"

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
        R"({"code":"API_KEY_REQUIRED","hint":"Pass the global key or the instance's token: io(url, { auth: { apikey } }), or ?apikey= in the URL, or the apikey header."})"};
  return {
      std::string{key_wrong},
      R"({"code":"API_KEY_UNKNOWN","hint":"This key is neither the global key nor the token of an instance; look for a typo, or for a token that was replaced."})"};
}

/// The same words whether the namespace exists or not, so that a token cannot probe for names.
gate_refusal refusal_for_foreign_token() {
  return {
      std::string{namespace_unknown},
      R"({"code":"NAMESPACE_NOT_YOURS","hint":"An instance's token opens / and the namespace of its own instance; for another one use that instance's token or the global key."})"};
}

} // namespace

bool gate::is_keyless_peer(const handshake& shake) const noexcept {
  // As recorded (sio-allowed-host, allowed-no-eio): only what speaks Engine.IO.
  return settings_.keyless && !shake.is_forwarded && http::query_value(query_of(shake), "EIO") &&
         std::find(settings_.allowed_hosts.begin(), settings_.allowed_hosts.end(), shake.remote_address) !=
             settings_.allowed_hosts.end();
}

std::optional<gate::bearer> gate::read_browser_token(std::string_view key) {
  const auto said = tokens_.read(key);
  if (!said)
    return std::nullopt;
  auto entry = instances_.get().find(said->instance_name);
  if (!entry || entry->record->id != said->instance_id || entry->record->generation != said->generation)
    return std::nullopt;
  bearer x{{false, {std::move(entry)}}, gate_limits{{}, said->expires_at_ms}};
  x.limits->filter.by_event = !said->events.empty();
  for (const auto& name : said->events)
    add_event(x.limits->filter, name);
  return x;
}

gate::bearer gate::bearer_of(std::string_view key, const handshake& shake) {
  if (is_keyless_peer(shake))
    return {{true, {}}, std::nullopt};
  if (key.empty())
    return {};
  auto owner = instances_.get().judge(key);
  if (!owner.is_known())
    if (auto x = read_browser_token(key))
      return std::move(*x);
  return {std::move(owner), std::nullopt};
}

bool gate::knows(std::string_view key, const handshake& shake) {
  return bearer_of(key, shake).owner.is_known();
}

admission gate::admit(const handshake& shake) {
  admission judged;
  if (knows(shake.api_key, shake))
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

std::variant<gate_pass, gate_refusal> gate::judge(std::string_view key, std::string_view nsp, const handshake& shake) {
  auto [owner, limits] = bearer_of(key, shake);
  if (!owner.is_known())
    return refusal_for_key(key.empty());
  if (nsp == "/") {
    gate_pass pass{broadcaster_, 0, {owner.is_global, {}}, {}, std::move(limits)};
    if (owner.is_global) // It needs no instance, so none can take it away, even one that has the same token.
      return pass;
    for (const auto& x : owner.instances) {
      pass.scope.instances.push_back(x->number);
      pass.claims.push_back({x->record->name, x->number, x->record->generation});
    }
    return pass;
  }
  const auto instance = instances_.get().find(nsp.substr(1));
  if (!owner.is_global && (!instance || !owner.opens(*instance)))
    return refusal_for_foreign_token();
  if (!instance || !instance->record->websocket || !instance->record->websocket->enabled)
    return gate_refusal{std::string{namespace_unknown}, {}};
  return gate_pass{instance->actor, instance->record->generation, {owner.is_global, {}}, {}, std::move(limits)};
}

} // namespace arauto
