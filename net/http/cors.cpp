#include "net/http/cors.hpp"

#include <algorithm>

namespace arauto::http {

namespace {

std::string join(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& x : items)
    out += (out.empty() ? "" : ",") + x;
  return out;
}

void echo_requested_headers(const request& asked, response& answer) {
  const auto wanted = asked.field("access-control-request-headers");
  if (!wanted.empty())
    answer.set("Access-Control-Allow-Headers", wanted);
}

} // namespace

bool cors_policy::allows_any() const noexcept {
  return std::find(origins.begin(), origins.end(), "*") != origins.end();
}

bool cors_policy::allows(std::string_view origin) const noexcept {
  return allows_any() || std::find(origins.begin(), origins.end(), origin) != origins.end();
}

bool cors_policy::admits(const request& handshake) const noexcept {
  const auto origin = handshake.field("origin");
  if (origin.empty() || allows(origin))
    return true;
  const auto scheme = origin.find("://");
  const auto host = handshake.field("host");
  return scheme != std::string_view::npos && !host.empty() && origin.substr(scheme + 3) == host;
}

void add_rest_cors(const cors_policy& policy, const request& asked, response& answer) {
  const auto origin = asked.field("origin");
  if (!origin.empty() && policy.allows(origin))
    answer.set("Access-Control-Allow-Origin", origin);
  if (policy.credentials)
    answer.set("Access-Control-Allow-Credentials", "true");
}

response rest_preflight(const cors_policy& policy, const request& asked) {
  response x;
  x.status = 204;
  add_rest_cors(policy, asked, x);
  x.set("Access-Control-Allow-Methods", join(policy.methods));
  x.set("Vary", "Origin, Access-Control-Request-Headers");
  echo_requested_headers(asked, x);
  return x;
}

namespace {

/// `vary` collects what the answer depends on.
void add_engine_origin(const cors_policy& policy, const request& asked, response& answer, std::string& vary) {
  if (policy.allows_any() && !policy.credentials) {
    answer.set("Access-Control-Allow-Origin", "*");
    return;
  }
  const auto origin = asked.field("origin");
  if (!origin.empty() && policy.allows(origin))
    answer.set("Access-Control-Allow-Origin", origin);
  vary = "Origin";
  if (policy.credentials)
    answer.set("Access-Control-Allow-Credentials", "true");
}

void add_exposed_headers(const cors_policy& policy, response& answer) {
  if (!policy.exposed_headers.empty())
    answer.set("Access-Control-Expose-Headers", join(policy.exposed_headers));
}

} // namespace

void add_engine_cors(const cors_policy& policy, const request& asked, response& answer) {
  if (!policy.is_on)
    return;
  std::string vary;
  add_engine_origin(policy, asked, answer, vary);
  if (!vary.empty())
    answer.set("Vary", vary);
  add_exposed_headers(policy, answer);
}

response engine_preflight(const cors_policy& policy, const request& asked) {
  response x;
  x.status = 204;
  std::string vary;
  add_engine_origin(policy, asked, x, vary);
  x.set("Access-Control-Allow-Methods", join(policy.methods));
  if (policy.allowed_headers.empty()) {
    vary += vary.empty() ? "Access-Control-Request-Headers" : ", Access-Control-Request-Headers";
    echo_requested_headers(asked, x);
  } else {
    x.set("Access-Control-Allow-Headers", join(policy.allowed_headers));
  }
  if (!vary.empty())
    x.set("Vary", vary);
  if (policy.max_age)
    x.set("Access-Control-Max-Age", std::to_string(*policy.max_age));
  add_exposed_headers(policy, x);
  return x;
}

} // namespace arauto::http
