#include "app/api/claims.hpp"

#include <algorithm>
#include <unordered_set>

namespace arauto::app {

namespace {

constexpr std::size_t key_bytes_max = 255;

std::string complaint(std::string_view what) {
  return std::string{what} + " must be a text of 1 to " + std::to_string(key_bytes_max) + " bytes";
}

/// Of all that makes an event, in the order in which it was written; how it was spaced counts, too.
claim_digest digest_of(const std::vector<json::member>& members) {
  std::string text;
  for (const auto& x : members)
    text.append(x.key).append(1, '\0').append(x.value.raw).append(1, '\0');
  return claim_digest::of(text);
}

std::string read_ids(const emit_body& events, std::vector<claim>& out) {
  std::unordered_set<claim_digest, claim_digest_hash> seen;
  for (std::size_t i = 0; i < events.events.size(); ++i) {
    const auto* given = json::find(events.events[i], "id");
    if (given == nullptr || given->value.kind == json::kind::null)
      continue;
    const auto name = "event[" + std::to_string(i) + "]: \"id\"";
    const auto id = json::as_string(given->value);
    if (!id || id->empty() || id->size() > key_bytes_max)
      return complaint(name);
    // Another first letter than that of whole requests: their keys have nothing to do with each other.
    const auto key = claim_digest::of("i" + *id);
    if (!seen.insert(key).second)
      return name + " is there twice in this request";
    out.push_back({key, digest_of(events.events[i]), static_cast<std::uint32_t>(i), 1});
  }
  return {};
}

} // namespace

std::string read_claims(const http::request& asked, std::string_view body, const emit_body& events, claims_ptr& out) {
  std::vector<claim> found;
  if (asked.has_field("idempotency-key")) {
    const auto key = asked.field("idempotency-key");
    if (key.empty() || key.size() > key_bytes_max)
      return complaint("Idempotency-Key");
    found.push_back({claim_digest::of("r" + std::string{key}), claim_digest::of(body), 0,
                     static_cast<std::uint32_t>(events.events.size())});
  } else if (auto wrong = read_ids(events, found); !wrong.empty()) {
    return wrong;
  }
  if (!found.empty())
    out = std::make_shared<const claim_set>(std::move(found));
  return {};
}

} // namespace arauto::app
