#include "net/http/plain_request.hpp"

#include "net/find_byte.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace arauto::http {

namespace {

constexpr std::size_t fields_max = 32;
constexpr std::size_t head_bytes_max = 4096;
constexpr std::array<std::string_view, 4> methods{"GET ", "POST ", "PUT ", "DELETE "};

/// tchar of RFC 9110, section 5.6.2.
constexpr auto is_token_byte = [] {
  std::array<bool, 256> table{};
  for (unsigned char x = '0'; x <= '9'; ++x)
    table[x] = true;
  for (unsigned char x = 'a'; x <= 'z'; ++x)
    table[x] = table[x - 'a' + 'A'] = true;
  for (const unsigned char x : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
    table[x] = true;
  return table;
}();

/// Reads a head line by line.
class head_reader {
public:
  explicit head_reader(std::string_view bytes) noexcept
      : begin_{bytes.data()}, at_{begin_}, end_{begin_ + std::min(bytes.size(), head_bytes_max)} {}

  bool take(std::string_view text) noexcept {
    if (!std::string_view{at_, end_}.starts_with(text))
      return false;
    at_ += text.size();
    return true;
  }

  /// Printable ASCII without a space.
  std::string_view take_target() noexcept {
    return take_to(find_byte(at_, end_, [](auto x) { return (x < 0x21) | (x == 0x7F); }));
  }

  /// Printable ASCII and spaces.
  std::string_view take_value() noexcept {
    return take_to(find_byte(at_, end_, [](auto x) { return (x < 0x20) | (x == 0x7F); }));
  }

  std::string_view take_token() noexcept {
    return take_to(std::find_if(at_, end_, [](char x) { return !is_token_byte[static_cast<unsigned char>(x)]; }));
  }

  std::size_t bytes() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

private:
  std::string_view take_to(const char* end) noexcept {
    const std::string_view taken{at_, end};
    at_ = end;
    return taken;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
};

std::string_view trimmed(std::string_view x) noexcept {
  x.remove_prefix(std::min(x.find_first_not_of(' '), x.size()));
  return x.substr(0, x.find_last_not_of(' ') + 1);
}

/// What fields mean for the message itself.
class framing {
public:
  /// False: the field asks for more than this reader does.
  bool take(std::string_view name, std::string_view value) noexcept {
    constexpr std::array<std::string_view, 7> unusual{
        "connection", "expect", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"};
    const auto is = [name](std::string_view x) { return name.size() == x.size() && equals_ignoring_case(name, x); };
    if (is("host"))
      return !std::exchange(has_host_, true);
    if (is("content-length"))
      return !length_ && read_length(value);
    return std::none_of(unusual.begin(), unusual.end(), is);
  }

  bool has_host() const noexcept { return has_host_; }
  std::size_t body_bytes() const noexcept { return length_.value_or(0); }

private:
  bool read_length(std::string_view digits) noexcept {
    constexpr std::size_t digits_max = 9;
    std::size_t length = 0;
    const auto* end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, length);
    if (digits.size() > digits_max || error != std::errc{} || at != end)
      return false;
    length_ = length;
    return true;
  }

  bool has_host_ = false;
  std::optional<std::size_t> length_;
};

} // namespace

std::optional<plain_request> read_plain_request(std::string_view bytes) {
  head_reader in{bytes};
  const auto method = std::find_if(methods.begin(), methods.end(), [&in](std::string_view x) { return in.take(x); });
  if (method == methods.end())
    return std::nullopt;
  plain_request x;
  const auto target = in.take_target();
  if (!target.starts_with('/') || !in.take(" HTTP/1.1\r\n"))
    return std::nullopt;
  framing frame;
  const auto head_line_bytes = in.bytes();
  while (!in.take("\r\n")) {
    const auto name = in.take_token();
    if (name.empty() || x.head.fields.size() == fields_max || !in.take(":"))
      return std::nullopt;
    const auto value = trimmed(in.take_value());
    if (!in.take("\r\n") || !frame.take(name, value))
      return std::nullopt;
    x.head.fields.emplace_in_text(bytes.substr(head_line_bytes), name, value);
  }
  x.head.fields.set_text(bytes.substr(head_line_bytes, in.bytes() - head_line_bytes));
  x.bytes = in.bytes() + frame.body_bytes();
  if (!frame.has_host() || x.bytes > bytes.size())
    return std::nullopt;
  x.body = bytes.substr(in.bytes(), frame.body_bytes());
  x.head.method = method->substr(0, method->size() - 1);
  x.head.target = target;
  return x;
}

} // namespace arauto::http
