#pragma once

#include "tests/isolation/world.hpp"

#include <span>
#include <string>
#include <string_view>

namespace arauto::isolation {

/// A text that is used as a key, and what it opens.
struct key {
  std::string text;
  /// On routes, where a key counts.
  reach rest;
  /// In a CONNECT or at a handshake.
  reach socket;
  /// Signed with the relay's key: opens the relay as a bearer token, and nothing else.
  bool signs_webhooks = false;
};

/// One kind of key. `own` is the tenant that is aimed at, `other` is somebody else.
struct key_kind {
  std::string_view name;
  key (*make)(world& in, const tenant& own, const tenant& other);
};
std::span<const key_kind> key_kinds();

/// Where a key is put. It counts in the header; in the query on routes that take webhooks; as bearer token on the relay
/// when it is a webhook's signature.
enum class place : std::uint8_t { header, query, bearer, cookie, elsewhere };
inline constexpr std::size_t place_count = 5;
std::string_view to_string(place x) noexcept;

/// `text` as the value of a query parameter.
std::string query_encoded(std::string_view text);

} // namespace arauto::isolation
