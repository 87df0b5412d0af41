#include "app/api/relay_body.hpp"

#include "app/api/body.hpp"
#include "app/api/emit_body.hpp"
#include "net/json.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <new>

namespace arauto::app {

namespace {

/// Members that the envelope of a webhook has by contract; others travel behind them.
constexpr std::array<std::string_view, 8> known_members = {"event",     "instance", "data",       "destination",
                                                           "date_time", "sender",   "server_url", "apikey"};

bool is_known_member(std::string_view key) {
  return std::find(known_members.begin(), known_members.end(), key) != known_members.end();
}

body_digest digest_of(const std::vector<json::member>& members) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc{};
  const auto add = [&](std::string_view text) {
    EVP_DigestUpdate(context.get(), text.data(), text.size());
    EVP_DigestUpdate(context.get(), "\0", 1); // Keeps neighbours apart: JSON text holds no NUL byte.
  };
  for (const auto& x : members) {
    if (x.key == "destination")
      continue;
    add(x.key);
    add(x.value.raw);
  }
  body_digest out{};
  EVP_DigestFinal_ex(context.get(), out.data(), nullptr);
  return out;
}

std::optional<std::string> read_name(const std::vector<json::member>& members, emission& out) {
  const auto* given = json::find(members, "event");
  auto name = given != nullptr ? json::as_string(given->value) : std::nullopt;
  if (!name)
    return "\"event\" is missing or no string; a webhook of Evolution API names its event there";
  const auto index = find_event(*name);
  if (!index && !is_custom_event_name(*name))
    return "\"event\" holds no name of an event: 1 to 64 of a-z, 0-9, \".\", \"_\" and \"-\"";
  out.index = index.value_or(custom_event);
  out.name = index ? std::string{known_event_at(*index).wire_name} : std::move(*name);
  return std::nullopt;
}

/// What the server itself wants to know of `data`.
void look_into_data(relayed_event& x) {
  const auto is_edit = x.what.name == "messages.edited";
  const auto is_connection = x.what.name == "connection.update";
  if (!is_edit && !is_connection)
    return;
  const auto data = json::split_object(x.what.data);
  if (is_edit)
    x.is_mere_protocol_message = !data || json::find(*data, "editedMessage") == nullptr;
  const auto* state = is_connection && data ? json::find(*data, "state") : nullptr;
  if (state != nullptr)
    x.connection_state = json::as_string(state->value).value_or("");
}

} // namespace

std::optional<std::string> read_relayed(const std::shared_ptr<const std::string>& body, relayed_event& out) {
  const auto members = json::split_object(*body);
  if (!members)
    return syntax_text(members.error());
  auto& what = out.what;
  what.body = body;
  if (auto wrong = read_name(*members, what))
    return wrong;
  out.is_error_report = what.name == "error" && json::find(*members, "instance") == nullptr;
  if (out.is_error_report)
    return std::nullopt;
  const auto* instance = json::find(*members, "instance");
  out.instance = instance != nullptr ? json::as_string(instance->value).value_or("") : "";
  if (out.instance.empty())
    return "\"instance\" is missing or no string; a webhook of Evolution API names its instance there";
  const auto* data = json::find(*members, "data");
  what.data = data != nullptr ? data->value.raw : std::string_view{"null"};
  for (const auto& [key, to] :
       {std::pair{"date_time", &what.date_time}, {"sender", &what.sender}, {"server_url", &what.server_url}})
    if (auto wrong = keep_text(*members, key, *to))
      return wrong;
  if (const auto* key = json::find(*members, "apikey"))
    out.api_key = json::as_string(key->value).value_or("");
  for (const auto& x : *members)
    if (!is_known_member(x.key)) {
      what.more += ',';
      json::append_string(what.more, x.key);
      what.more.append(":").append(x.value.raw);
    }
  out.digest = digest_of(*members);
  look_into_data(out);
  return std::nullopt;
}

} // namespace arauto::app
