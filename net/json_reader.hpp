#pragma once

#include "net/find_byte.hpp"
#include "net/json.hpp"
#include "net/utf8.hpp"

#include <cstdint>

/// The grammar of JSON (RFC 8259), read once, without recursion. Part of net/json.hpp: for net/json*.cpp only.
namespace arauto::json {

inline bool is_space(char x) noexcept {
  return x == ' ' || x == '\t' || x == '\n' || x == '\r';
}

/// Of a value that begins so.
inline kind kind_of(char first) noexcept {
  switch (first) {
  case '{':
    return kind::object;
  case '[':
    return kind::array;
  case '"':
    return kind::string;
  case 't':
  case 'f':
    return kind::boolean;
  case 'n':
    return kind::null;
  default:
    return kind::number;
  }
}

/// End of the bytes that stand for themselves in a JSON string: ASCII that is no quote, no backslash, no control
/// character.
inline const char* plain_end(const char* at, const char* end) noexcept {
  return find_byte(at, end, [](auto x) { return (x < 0x20) | (x == '"') | (x == '\\'); });
}

/// Hears nothing. Others hide what they want to hear; `depth` counts the containers around.
struct visitor {
  /// The key of a member, as it stands there.
  void on_key(std::size_t, std::string_view) {}
  /// A value that is no container.
  void on_scalar(std::size_t, const value&) {}
  /// A container begins with the bracket at `begin`.
  void on_open(std::size_t, const char*) {}
  /// It ends before `end`. Gives the reason if it is not acceptable.
  const char* on_close(std::size_t, const char*) { return nullptr; }
};

/// Reads a whole text, one value with white space around it, and tells a visitor what it meets. Used once.
template <class Visitor>
class reader {
public:
  reader(std::string_view text, Visitor& to) noexcept
      : begin_{text.data()}, at_{begin_}, end_{begin_ + text.size()}, to_{to} {}

  std::optional<syntax_error> run() {
    skip_spaces();
    if (is_at_end())
      fail("The document is empty.");
    else
      while (take_value() && find_next())
        ;
    if (reason_ == nullptr && !is_at_end())
      fail("The document root must not be followed by other values.");
    if (reason_ == nullptr)
      return std::nullopt;
    return syntax_error{static_cast<std::size_t>(at_ - begin_), reason_};
  }

private:
  bool is_at_end() const noexcept { return at_ == end_; }
  /// No byte of JSON outside of strings is NUL.
  char peek() const noexcept { return is_at_end() ? '\0' : *at_; }
  bool fail(const char* why) noexcept {
    reason_ = why;
    return false;
  }

  void skip_spaces() noexcept {
    while (at_ != end_ && is_space(*at_))
      ++at_;
  }

  /// A whole value, or the beginning of a container that has something in it. False: an error.
  bool take_value() {
    const auto* first = at_;
    has_opened_ = false;
    switch (peek()) {
    case '{':
    case '[':
      return open();
    case '"':
      if (!take_string())
        return false;
      break;
    case 't':
      if (!take_word("true"))
        return false;
      break;
    case 'f':
      if (!take_word("false"))
        return false;
      break;
    case 'n':
      if (!take_word("null"))
        return false;
      break;
    default:
      if (!take_number())
        return false;
    }
    to_.on_scalar(depth_, value{kind_of(*first), {first, static_cast<std::size_t>(at_ - first)}});
    return true;
  }

  bool open() {
    if (depth_ == depth_max)
      return fail("The text is nested deeper than 64 levels.");
    to_.on_open(depth_, at_);
    const auto bit = std::uint64_t{1} << depth_++;
    objects_ = *at_ == '{' ? objects_ | bit : objects_ & ~bit;
    ++at_;
    skip_spaces();
    if (peek() == bracket())
      return close();
    has_opened_ = true;
    return !is_in_object() || take_key();
  }

  bool close() {
    ++at_;
    --depth_;
    const auto* why = to_.on_close(depth_, at_);
    return why == nullptr || fail(why);
  }

  static_assert(depth_max <= 64, "a bit for each open container");
  bool is_in_object() const noexcept { return (objects_ >> (depth_ - 1) & 1U) != 0; }
  char bracket() const noexcept { return is_in_object() ? '}' : ']'; }

  /// Goes on to the next value. False: there is none, or an error.
  bool find_next() {
    if (has_opened_)
      return true;
    for (skip_spaces(); depth_ != 0; skip_spaces()) {
      if (peek() == ',') {
        ++at_;
        skip_spaces();
        return !is_in_object() || take_key();
      }
      if (peek() != bracket())
        return fail(is_in_object() ? "Missing a comma or '}' after an object member."
                                   : "Missing a comma or ']' after an array element.");
      if (!close())
        return false;
    }
    return false;
  }

  bool take_key() {
    const auto* first = at_;
    if (peek() != '"')
      return fail("Missing a name for object member.");
    if (!take_string())
      return false;
    to_.on_key(depth_, {first, static_cast<std::size_t>(at_ - first)});
    skip_spaces();
    if (peek() != ':')
      return fail("Missing a colon after a name of object member.");
    ++at_;
    skip_spaces();
    return true;
  }

  bool take_word(std::string_view word) {
    if (!std::string_view{at_, static_cast<std::size_t>(end_ - at_)}.starts_with(word))
      return fail("Invalid value.");
    at_ += word.size();
    return true;
  }

  bool take_string() {
    for (++at_;;) {
      at_ = plain_end(at_, end_);
      if (is_at_end())
        return fail("Missing a closing quotation mark in string.");
      if (*at_ == '"') {
        ++at_;
        return true;
      }
      if (*at_ == '\\' ? !take_escape() : !take_character())
        return false;
    }
  }

  bool take_character() {
    if (static_cast<unsigned char>(*at_) < 0x20)
      return fail("A control character must be escaped in string.");
    const auto bytes = utf8_length({at_, static_cast<std::size_t>(end_ - at_)});
    at_ += bytes;
    return bytes != 0 || fail("Invalid encoding in string.");
  }

  bool take_escape() {
    ++at_;
    if (peek() != 'u') {
      if (std::string_view{"\"\\/bfnrt"}.find(peek()) == std::string_view::npos)
        return fail("Invalid escape character in string.");
      ++at_;
      return true;
    }
    for (int digit = 0; digit < 4; ++digit) {
      ++at_;
      if (!is_hex(peek()))
        return fail("Incorrect hex digit after \\u escape in string.");
    }
    ++at_;
    return true;
  }

  static bool is_hex(char x) noexcept {
    return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'f') || (x >= 'A' && x <= 'F');
  }

  bool take_number() {
    if (peek() == '-')
      ++at_;
    if (peek() == '0')
      ++at_;
    else if (!take_digits())
      return fail("Invalid value.");
    if (peek() == '.') {
      ++at_;
      if (!take_digits())
        return fail("Miss fraction part in number.");
    }
    if (peek() != 'e' && peek() != 'E')
      return true;
    ++at_;
    if (peek() == '+' || peek() == '-')
      ++at_;
    return take_digits() || fail("Miss exponent in number.");
  }

  bool take_digits() noexcept {
    const auto* first = at_;
    while (peek() >= '0' && peek() <= '9')
      ++at_;
    return at_ != first;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  Visitor& to_;
  const char* reason_ = nullptr;
  std::size_t depth_ = 0;
  /// A bit for each open container: whether it is an object.
  std::uint64_t objects_ = 0;
  /// The last bracket began a container, and its first value comes next.
  bool has_opened_ = false;
};

template <class Visitor>
std::optional<syntax_error> read(std::string_view text, Visitor& to) {
  return reader<Visitor>{text, to}.run();
}

} // namespace arauto::json
