#include "app/browser_tokens.hpp"

#include "actors/identifiers.hpp"
#include "net/json.hpp"

#include <algorithm>
#include <cstdlib>
#include <jwt.h>
#include <memory>
#include <new>

namespace arauto::app {

namespace {

/// Longer texts are no tokens: nothing is computed for them.
constexpr std::size_t token_bytes_max = 8192;
constexpr auto issuer = "arauto";

using token_ptr = std::unique_ptr<jwt_t, decltype(&jwt_free)>;
using text_ptr = std::unique_ptr<char, decltype(&std::free)>;

const unsigned char* bytes_of(const std::string& x) noexcept {
  return reinterpret_cast<const unsigned char*>(x.data());
}

/// The checked content of a token that was signed with that key by HMAC-SHA-256 and has not expired.
token_ptr open(std::string_view token, const std::string& key) {
  // Two dots tell a JWT from the keys that are much more common, before anything is computed.
  if (token.size() > token_bytes_max || std::count(token.begin(), token.end(), '.') != 2)
    return {nullptr, jwt_free};
  jwt_t* read = nullptr;
  if (jwt_decode(&read, std::string{token}.c_str(), bytes_of(key), static_cast<int>(key.size())) != 0)
    return {nullptr, jwt_free};
  token_ptr x{read, jwt_free};
  // The header chooses the algorithm, so it has to be the one that was meant.
  if (jwt_get_alg(read) != JWT_ALG_HS256 || jwt_get_grant_int(read, "exp") <= unix_ms() / 1000)
    x.reset();
  return x;
}

std::string text_grant(jwt_t& x, const char* name) {
  const auto* text = jwt_get_grant(&x, name);
  return text == nullptr ? "" : text;
}

void check(int outcome) {
  if (outcome != 0)
    throw std::bad_alloc{}; // Nothing else can fail with names and values of our own.
}

} // namespace

std::string browser_tokens::sign(const browser_token& x) const {
  jwt_t* made = nullptr;
  check(jwt_new(&made));
  const token_ptr token{made, jwt_free};
  std::string events = "[";
  for (const auto& name : x.events) {
    events += events.size() == 1 ? "" : ",";
    json::append_string(events, name);
  }
  check(jwt_add_grant(made, "iss", issuer));
  check(jwt_add_grant(made, "sub", x.instance_name.c_str()));
  check(jwt_add_grant(made, "iid", x.instance_id.c_str()));
  check(jwt_add_grant_int(made, "gen", static_cast<long>(x.generation)));
  check(jwt_add_grant_int(made, "iat", static_cast<long>(unix_ms() / 1000)));
  check(jwt_add_grant_int(made, "exp", static_cast<long>(x.expires_at_ms / 1000)));
  check(jwt_add_grants_json(made, ("{\"events\":" + events + "]}").c_str()));
  check(jwt_set_alg(made, JWT_ALG_HS256, bytes_of(secret_), static_cast<int>(secret_.size())));
  const text_ptr text{jwt_encode_str(made), std::free};
  if (!text)
    throw std::bad_alloc{};
  return text.get();
}

std::optional<browser_token> browser_tokens::read(std::string_view token) const {
  const auto opened = open(token, secret_);
  if (!opened || text_grant(*opened, "iss") != issuer)
    return std::nullopt;
  browser_token x;
  x.instance_name = text_grant(*opened, "sub");
  x.instance_id = text_grant(*opened, "iid");
  x.generation = static_cast<std::uint64_t>(jwt_get_grant_int(opened.get(), "gen"));
  x.expires_at_ms = std::int64_t{jwt_get_grant_int(opened.get(), "exp")} * 1000;
  const text_ptr events{jwt_get_grants_json(opened.get(), "events"), std::free};
  if (const auto names = json::split_array(events ? events.get() : "[]"))
    for (const auto& name : *names)
      x.events.push_back(json::as_string(name).value_or(""));
  return x;
}

bool is_webhook_signature(std::string_view token, const std::string& key) {
  const auto opened = open(token, key);
  return opened && text_grant(*opened, "app") == "evolution" && text_grant(*opened, "action") == "webhook";
}

} // namespace arauto::app
