#pragma once

#include "actors/messages/packets.hpp"
#include "net/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace arauto::conformance {

/// The arguments of a client's event or acknowledgement, taken apart. Its content must outlive it.
class arguments {
public:
  explicit arguments(const packet_content& content);

  std::size_t size() const noexcept { return values_.size(); }
  /// JSON text; `null` when there is none.
  std::string_view raw(std::size_t at) const noexcept;
  /// Decoded; empty when it is no string.
  std::string text(std::size_t at) const;
  /// 0 when it is no integer.
  std::int64_t number(std::size_t at) const;
  /// As JavaScript's `if` sees it.
  bool is_truthy(std::size_t at) const;
  bool is_binary(std::size_t at) const;
  /// The rest from there on, with commas between.
  std::string from(std::size_t at) const;

private:
  /// The array that the values are views of.
  std::string text_;
  std::vector<json::value> values_;
};

/// Whether a value of an argument's member is a placeholder for bytes.
bool is_binary(const json::value& x);
/// As JavaScript's `if` sees it.
bool is_truthy(const json::value& x);

std::string quoted(std::string_view text);

/// `{"_placeholder":true,"num":<num>}`
std::string placeholder(std::size_t num = 0);

} // namespace arauto::conformance
