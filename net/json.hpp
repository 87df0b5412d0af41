#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// JSON (RFC 8259) of clients and producers: read once, without recursion, numbers kept as text and UTF-8 checked;
/// nesting over `depth_max` is an error. Nothing here builds a tree: values stay slices of the text they came in, so
/// digits and key order survive, and whoever needs a member takes the object apart one level at a time. What JavaScript
/// writes is taken: numbers beyond a double, and escaped halves of surrogate pairs (an emoji cut in two), which are
/// U+FFFD once decoded.
namespace arauto::json {

inline constexpr std::size_t depth_max = 64;

/// Where and why a text is not JSON. `position` counts bytes from 0.
struct syntax_error {
  std::size_t position = 0;
  std::string reason;
};

/// Either a value or the syntax error.
template <class T>
class outcome {
public:
  outcome(T value) : content_{std::move(value)} {}
  outcome(syntax_error why) : content_{std::move(why)} {}
  explicit operator bool() const noexcept { return std::holds_alternative<T>(content_); }
  T& operator*() { return std::get<T>(content_); }
  const T& operator*() const { return std::get<T>(content_); }
  T* operator->() { return &std::get<T>(content_); }
  const T* operator->() const { return &std::get<T>(content_); }
  const syntax_error& error() const { return std::get<syntax_error>(content_); }

private:
  std::variant<T, syntax_error> content_;
};

enum class kind { object, array, string, number, boolean, null };

/// One value as it stands in its text, without surrounding white space. A view: the text must outlive it.
struct value {
  json::kind kind = kind::null;
  std::string_view raw;
};

/// One member of an object; the key is decoded.
struct member {
  std::string key;
  json::value value;
};

/// What kind of value the whole text holds, after checking all of it (one value, white space around it allowed).
outcome<value> check(std::string_view text);

/// The members of the object that the whole text holds, in order, duplicates kept. An error when it is not an object.
outcome<std::vector<member>> split_object(std::string_view text);

/// The elements of the array that the whole text holds. An error when it is not an array.
outcome<std::vector<value>> split_array(std::string_view text);

/// The first element of an array, and the others as they stand there: no brackets, commas between them.
struct array_head {
  value first;
  std::string_view rest;
};

/// As `split_array` without a list: one pass, nothing kept. An error also when the array is empty.
outcome<array_head> split_head(std::string_view text);

/// The last member of that key (as JavaScript's JSON.parse), or nullptr.
const member* find(const std::vector<member>& members, std::string_view key) noexcept;

/// Decodes a checked string value. Precondition: `x.kind == kind::string` and it came from this wrapper.
std::string decode_string(const value& x);

/// The value if it is a string, decoded.
std::optional<std::string> as_string(const value& x);
/// The value if it is a boolean.
std::optional<bool> as_boolean(const value& x);
/// The value if it is an integer written without fraction or exponent that fits.
std::optional<std::int64_t> as_integer(const value& x);

/// Appends `text` as a JSON string with the escapes of JSON.stringify. Bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text);

/// A `{"_placeholder":true,"num":N}` object (Socket.IO, binary events).
struct placeholder {
  std::size_t num = 0;
  /// The digits of `num` as they stand in the text.
  std::string_view digits;
};

/// Every placeholder in the text, at any depth, in order of appearance. An error when the `num` of one is missing or
/// not an integer from 0 to `num_max`.
outcome<std::vector<placeholder>> placeholders(std::string_view text, std::size_t num_max);

} // namespace arauto::json
