#include "net/json_mend.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace arauto::json {

namespace {

/// Digits of the longest integers that a handler reads.
constexpr std::size_t integer_digits_max = 20;
/// `\uD83D`.
constexpr std::size_t escape_bytes = 6;

bool is_digit(char x) noexcept {
  return x >= '0' && x <= '9';
}

bool is_high(std::uint16_t unit) noexcept {
  return (unit & 0xFC00U) == 0xD800U;
}

bool is_low(std::uint16_t unit) noexcept {
  return (unit & 0xFC00U) == 0xDC00U;
}

class mender {
public:
  explicit mender(std::string_view text) : text_{text}, copy_{text} {}

  std::string run() && {
    while (at_ < text_.size())
      if (text_[at_] == '"')
        pass_string();
      else if (text_[at_] == '-' || is_digit(text_[at_]))
        pass_number();
      else
        ++at_;
    return std::move(copy_);
  }

private:
  void pass_string() {
    ++at_;
    while ((at_ = text_.find_first_of("\"\\", at_)) != std::string_view::npos && text_[at_] == '\\')
      pass_escape();
    if (at_ != std::string_view::npos)
      ++at_;
  }

  void pass_escape() {
    const auto unit = unit_at(at_);
    if (!unit) {
      at_ += 2;
      return;
    }
    const auto next = is_high(*unit) ? unit_at(at_ + escape_bytes) : std::nullopt;
    if (next && is_low(*next))
      at_ += escape_bytes;
    else if (is_high(*unit) || is_low(*unit))
      copy_.replace(at_, escape_bytes, "\\ufffd");
    at_ += escape_bytes;
  }

  /// The UTF-16 code unit that is escaped there.
  std::optional<std::uint16_t> unit_at(std::size_t at) const noexcept {
    if (at >= text_.size() || !text_.substr(at).starts_with("\\u"))
      return std::nullopt;
    const auto digits = text_.substr(at + 2, escape_bytes - 2);
    const auto* const end = digits.data() + digits.size();
    std::uint16_t unit = 0;
    const auto [last, error] = std::from_chars(digits.data(), end, unit, 16);
    return digits.size() == escape_bytes - 2 && error == std::errc{} && last == end ? std::optional{unit}
                                                                                    : std::nullopt;
  }

  void pass_number() {
    // A sign stays, or it would no longer part the number from what stands before.
    if (text_[at_] == '-')
      ++at_;
    const auto start = at_;
    if (peek(0) == '0')
      ++at_;
    else if (is_digit(peek(0)))
      pass_digits();
    else
      return;
    pass_fraction();
    const auto exponent = at_;
    pass_exponent();
    const auto length = at_ - start;
    if (at_ == exponent && length <= integer_digits_max)
      return;
    // With an exponent as before: what follows must not be taken for one.
    copy_.replace(start, length, length, '0');
    copy_[start + 1] = at_ == exponent ? '.' : 'e';
  }

  void pass_digits() noexcept {
    while (is_digit(peek(0)))
      ++at_;
  }

  void pass_fraction() noexcept {
    if (peek(0) != '.' || !is_digit(peek(1)))
      return;
    ++at_;
    pass_digits();
  }

  void pass_exponent() noexcept {
    if (peek(0) != 'e' && peek(0) != 'E')
      return;
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (!is_digit(peek(1 + sign)))
      return;
    at_ += 1 + sign;
    pass_digits();
  }

  char peek(std::size_t ahead) const noexcept { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  std::string_view text_;
  std::string copy_;
  std::size_t at_ = 0;
};

} // namespace

std::string mended(std::string_view text) {
  return mender{text}.run();
}

} // namespace arauto::json
