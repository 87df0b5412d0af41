#include "tests/isolation/keys.hpp"

#include "actors/identifiers.hpp"
#include "app/api/object_writer.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cctype>

namespace arauto::isolation {

namespace {

constexpr std::int64_t hour_ms = 3600000;

std::string base64url(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  std::erase(out, '=');
  for (auto& c : out)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

/// A JWT as anybody can make one. An empty secret: no signature.
std::string jwt(std::string_view algorithm, const std::string& claims, std::string_view secret) {
  const auto header = app::object_writer{}.text("alg", algorithm).text("typ", "JWT").close();
  auto out = base64url(header) + "." + base64url(claims);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (!secret.empty())
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(out.data()), out.size(), bytes.data(), &size);
  return out + "." + base64url({reinterpret_cast<const char*>(bytes.data()), size});
}

/// What a browser token of that tenant says.
std::string browser_claims(const world& in, const tenant& of, std::string_view issuer = "arauto") {
  const auto entry = in.entry_of(of);
  return app::object_writer{}
      .text("iss", issuer)
      .text("sub", of.name)
      .text("iid", of.id)
      .number("gen", static_cast<std::int64_t>(entry ? entry->record->generation : 1))
      .number("exp", (unix_ms() + hour_ms) / 1000)
      .raw("events", "[]")
      .close();
}

std::string webhook_claims(std::int64_t lifetime_ms) {
  return app::object_writer{}
      .text("app", "evolution")
      .text("action", "webhook")
      .number("exp", (unix_ms() + lifetime_ms) / 1000)
      .close();
}

std::string swap_case(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::isupper(static_cast<unsigned char>(c)) != 0 ? std::tolower(c) : std::toupper(c));
  return text;
}

std::string hex_digest(std::string_view text) {
  std::string out;
  for (const auto byte : key_digest::of(text).bytes) {
    out += "0123456789abcdef"[byte / 16];
    out += "0123456789abcdef"[byte % 16];
  }
  return out;
}

/// Opens nothing anywhere.
key wrong(std::string text) {
  return {std::move(text), opens_nothing, opens_nothing};
}

key token_of(const tenant& x) {
  return {x.token, opens_one(x.index), opens_one(x.index)};
}

/// Good for sockets only.
key browser(const tenant& x) {
  return {x.browser_token, opens_nothing, opens_one(x.index)};
}

key signature(std::string text) {
  return {std::move(text), opens_nothing, opens_nothing, true};
}

/// The claims of one tenant's browser token under the signature of another's.
std::string tampered(const world& in, const tenant& own, const tenant& other) {
  const auto header_end = other.browser_token.find('.');
  const auto claims_end = other.browser_token.rfind('.');
  return other.browser_token.substr(0, header_end + 1) + base64url(browser_claims(in, own)) +
         other.browser_token.substr(claims_end);
}

using w = world;
using t = tenant;
const std::array kinds = std::to_array<key_kind>({
    {"global key",
     [](w&, const t&, const t&) {
       return key{test::global_key, opens_all, opens_all};
     }},
    {"own token", [](w&, const t& own, const t&) { return token_of(own); }},
    {"token of another", [](w&, const t&, const t& other) { return token_of(other); }},
    {"nothing", [](w&, const t&, const t&) { return wrong(""); }},
    {"random text", [](w& in, const t& own, const t&) { return wrong(in.fresh_text(own.index, 't')); }},
    {"own token in other case", [](w&, const t& own, const t&) { return wrong(swap_case(own.token)); }},
    {"blank and own token", [](w&, const t& own, const t&) { return wrong(" " + own.token); }},
    {"own token and blank", [](w&, const t& own, const t&) { return wrong(own.token + " "); }},
    {"beginning of own token",
     [](w&, const t& own, const t&) { return wrong(own.token.substr(0, own.token.size() - 1)); }},
    {"own token and more", [](w&, const t& own, const t&) { return wrong(own.token + "0"); }},
    {"own token and NUL", [](w&, const t& own, const t&) { return wrong(own.token + std::string(1, '\0')); }},
    {"own token twice", [](w&, const t& own, const t&) { return wrong(own.token + "," + own.token); }},
    {"replaced token", [](w&, const t& own, const t&) { return wrong(own.revoked_token); }},
    {"token of a deleted instance of that name", [](w&, const t& own, const t&) { return wrong(own.former_token); }},
    {"digest of own token", [](w&, const t& own, const t&) { return wrong(hex_digest(own.token)); }},
    {"name of the instance", [](w&, const t& own, const t&) { return wrong(own.name); }},
    {"id of the instance", [](w&, const t& own, const t&) { return wrong(own.id); }},
    {"number of the instance", [](w&, const t& own, const t&) { return wrong(own.number); }},
    {"global key in other case", [](w&, const t&, const t&) { return wrong(swap_case(test::global_key)); }},
    {"part of the global key", [](w&, const t&, const t&) { return wrong(test::global_key.substr(1)); }},
    {"global key and blank", [](w&, const t&, const t&) { return wrong(test::global_key + " "); }},
    {"digest of the global key", [](w&, const t&, const t&) { return wrong(hex_digest(test::global_key)); }},
    {"own browser token", [](w&, const t& own, const t&) { return browser(own); }},
    {"browser token of another", [](w&, const t&, const t& other) { return browser(other); }},
    {"expired browser token", [](w& in, const t& own, const t&) { return wrong(in.browser_token_of(own, -1000)); }},
    {"browser token of the token before", [](w&, const t& own, const t&) { return wrong(own.revoked_browser_token); }},
    {"browser token of a deleted instance of that name",
     [](w& in, const t& own, const t&) {
       auto former = own;
       former.id = own.former_id;
       return wrong(in.browser_token_of(former));
     }},
    {"browser token with a foreign signature",
     [](w& in, const t& own, const t&) { return wrong(jwt("HS256", browser_claims(in, own), "guess")); }},
    {"browser token with changed claims",
     [](w& in, const t& own, const t& other) { return wrong(tampered(in, own, other)); }},
    {"browser token without signature",
     [](w& in, const t& own, const t&) { return wrong(jwt("none", browser_claims(in, own), "")); }},
    {"unsigned browser token that says HS256",
     [](w& in, const t& own, const t&) { return wrong(jwt("HS256", browser_claims(in, own), "")); }},
    {"browser token of another issuer",
     [](w& in, const t& own, const t&) {
       return wrong(jwt("HS256", browser_claims(in, own, "other"), w::browser_secret));
     }},
    {"browser token signed with the relay's key",
     [](w& in, const t& own, const t&) { return wrong(jwt("HS256", browser_claims(in, own), w::relay_key)); }},
    {"signature of a webhook",
     [](w&, const t&, const t&) { return signature(jwt("HS256", webhook_claims(hour_ms), w::relay_key)); }},
    {"expired signature of a webhook",
     [](w&, const t&, const t&) { return wrong(jwt("HS256", webhook_claims(-1000), w::relay_key)); }},
    {"signature of a webhook by another key",
     [](w&, const t&, const t&) { return wrong(jwt("HS256", webhook_claims(hour_ms), "guess")); }},
    {"signature of a webhook by the browser secret",
     [](w&, const t&, const t&) { return wrong(jwt("HS256", webhook_claims(hour_ms), w::browser_secret)); }},
    {"unsigned signature of a webhook",
     [](w&, const t&, const t&) { return wrong(jwt("none", webhook_claims(hour_ms), "")); }},
});

} // namespace

std::span<const key_kind> key_kinds() {
  return kinds;
}

std::string_view to_string(place x) noexcept {
  switch (x) {
  case place::header:
    return "header";
  case place::query:
    return "query";
  case place::bearer:
    return "bearer";
  case place::cookie:
    return "cookie";
  case place::elsewhere:
    return "elsewhere";
  }
  return "";
}

std::string query_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += "0123456789ABCDEF"[byte / 16];
    out += "0123456789ABCDEF"[byte % 16];
  }
  return out;
}

} // namespace arauto::isolation
