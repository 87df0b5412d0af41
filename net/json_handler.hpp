#pragma once

#include "net/json.hpp"
#include "net/utf8.hpp"

#include <cstdint>
#include <cstring>

/// The two concepts that RapidJSON's reader asks for, stream and handler. Part of the wrapper: for net/json.cpp only.
namespace arauto::json {

/// End of the bytes that stand for themselves in a JSON string: no quote, no backslash, no control character.
inline const char* plain_end(const char* at, const char* end) noexcept {
  // Eight bytes at a time, a high bit for each that is found (Warren, "Hacker's Delight", section 6-1).
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t high_bits = ones * 0x80;
  for (std::uint64_t eight = 0; end - at >= static_cast<std::ptrdiff_t>(sizeof eight); at += sizeof eight) {
    std::memcpy(&eight, at, sizeof eight);
    const auto zero_in = [](std::uint64_t x) { return (x - ones) & ~x; };
    const auto control = (eight - ones * 0x20) & ~eight;
    if (((control | zero_in(eight ^ (ones * '"')) | zero_in(eight ^ (ones * '\\'))) & high_bits) != 0)
      break;
  }
  while (at != end && static_cast<unsigned char>(*at) >= 0x20 && *at != '"' && *at != '\\')
    ++at;
  return at;
}

/// A text with an end: RapidJSON's own streams stop at a NUL byte, whose place is ours to judge.
class bounded_stream {
public:
  using Ch = char;
  explicit bounded_stream(std::string_view text) noexcept
      : begin_{text.data()}, at_{begin_}, end_{begin_ + text.size()} {}
  Ch Peek() const noexcept { return at_ != end_ ? *at_ : '\0'; }
  Ch Take() noexcept { return at_ != end_ ? *at_++ : '\0'; }
  std::size_t Tell() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  bool is_at_end() const noexcept { return at_ == end_; }
  std::string_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }

  /// Whether the plain parts of strings are dropped, since nobody will look at them.
  void drop_strings(bool x) noexcept { drops_strings_ = x; }

  /// Takes what stands for itself. Precondition: the next byte does.
  template <class Output>
  void take_plain(Output& to) {
    const auto* end = plain_end(at_, end_);
    if (drops_strings_)
      at_ = end;
    while (at_ != end)
      to.Put(*at_++);
  }

  // Part of the concept, never called when reading.
  Ch* PutBegin() { return nullptr; }
  void Put(Ch) {}
  void Flush() {}
  std::size_t PutEnd(Ch*) { return 0; }

private:
  const char* begin_;
  const char* at_;
  const char* end_;
  bool drops_strings_ = false;
};

/// Takes the calls of RapidJSON, guards depth and surrogates, and tells `Derived` what it wants to see by hiding the
/// functions below.
template <class Derived>
class handler {
public:
  bool Null() { return scalar(); }
  bool Bool(bool x) {
    derived().on_boolean(x);
    return scalar();
  }
  bool RawNumber(const char* text, unsigned size, bool) {
    derived().on_number({text, size});
    return scalar();
  }
  bool String(const char* text, unsigned size, bool) {
    if (has_lone_surrogate({text, size}))
      return stop_at_surrogate();
    derived().on_string({text, size});
    return scalar();
  }
  bool Key(const char* text, unsigned size, bool) {
    if (has_lone_surrogate({text, size}))
      return stop_at_surrogate();
    derived().on_key({text, size});
    expect_key(false);
    return true;
  }
  bool StartObject() { return open(true); }
  bool StartArray() { return open(false); }
  bool EndObject(unsigned) {
    if (const auto* why = derived().on_object_end())
      return stop(why);
    return close();
  }
  bool EndArray(unsigned) { return close(); }
  // Never called, since numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  /// Of strings, only keys are wanted: the stream hears what comes next. Before the reader begins.
  void follow(bounded_stream& in) noexcept {
    if (Derived::reads_strings)
      return;
    followed_ = &in;
    expect_key(false);
  }

  /// Why the handler stopped the reader, or nullptr.
  const char* reason() const noexcept { return reason_; }
  /// Whether that was the escaped second half of a surrogate pair alone, of which RapidJSON makes bytes that are no
  /// UTF-8.
  bool met_lone_surrogate() const noexcept { return met_lone_surrogate_; }

protected:
  /// Whether `on_string` looks at its text.
  static constexpr bool reads_strings = false;
  void on_boolean(bool) {}
  void on_number(std::string_view) {}
  void on_string(std::string_view) {}
  void on_key(std::string_view) {}
  /// A container begins; `depth_` counts it, and its bracket is the next byte.
  void on_open() {}
  /// An object is complete. Gives the reason if it is not acceptable.
  const char* on_object_end() { return nullptr; }
  /// A value is complete, except for `bytes_left` bytes still to come; `depth_` is that of what holds it.
  void on_value(std::size_t bytes_left) { static_cast<void>(bytes_left); }

  std::size_t depth_ = 0;

private:
  static_assert(depth_max == 64);
  static constexpr const char* too_deep = "The text is nested deeper than 64 levels.";

  Derived& derived() noexcept { return static_cast<Derived&>(*this); }
  bool stop(const char* why) {
    reason_ = why;
    return false;
  }
  bool stop_at_surrogate() {
    met_lone_surrogate_ = true;
    return stop("The surrogate pair in string is invalid.");
  }
  // RapidJSON calls for a bracket before it takes it, for any other value afterwards.
  bool open(bool is_object) {
    if (depth_ == depth_max)
      return stop(too_deep);
    const auto bit = std::uint64_t{1} << depth_++;
    objects_ = is_object ? objects_ | bit : objects_ & ~bit;
    derived().on_open();
    expect_key(is_object);
    return true;
  }
  bool close() {
    --depth_;
    derived().on_value(1);
    expect_key(is_in_object());
    return true;
  }
  bool scalar() {
    derived().on_value(0);
    expect_key(is_in_object());
    return true;
  }
  bool is_in_object() const noexcept { return depth_ != 0 && (objects_ >> (depth_ - 1) & 1U) != 0; }
  /// The next string is a key, if there is one.
  void expect_key(bool x) noexcept {
    if (followed_ != nullptr)
      followed_->drop_strings(!x);
  }

  bounded_stream* followed_ = nullptr;
  /// A bit for each open container: whether it is an object.
  std::uint64_t objects_ = 0;
  const char* reason_ = nullptr;
  bool met_lone_surrogate_ = false;
};

} // namespace arauto::json
