#include "app/api/webhook_access.hpp"

#include "net/http/query.hpp"

namespace arauto::app {

std::string webhook_key(const http::request& asked) {
  const auto key = asked.field("apikey");
  return key.empty() ? http::query_value(asked.query(), "apikey").value_or("") : std::string{key};
}

bool is_signed_webhook(const settings& config, const http::request& asked) {
  constexpr std::string_view scheme = "Bearer ";
  const auto text = asked.field("authorization");
  return !config.relay_jwt_key.empty() && text.starts_with(scheme) &&
         is_webhook_signature(text.substr(scheme.size()), config.relay_jwt_key);
}

bool may_send_much(api_context& home, const http::request& head) {
  const auto path = head.path();
  const auto is_known = [&](std::string_view key) { return home.ports.directory.get().judge(key).is_known(); };
  if (path == "/webhook/evolution")
    return home.config.webhook_evolution_keyless || is_known(webhook_key(head));
  if (path.starts_with("/webhook/relay"))
    return is_known(webhook_key(head)) || is_signed_webhook(home.config, head);
  return is_known(head.field("apikey"));
}

} // namespace arauto::app
