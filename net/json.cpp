#include "net/json.hpp"

#include "net/json_placeholders.hpp"
#include "net/json_reader.hpp"
#include "net/utf8.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace arauto::json {

namespace {

/// Keeps where the value stands.
class whole_finder final : public visitor {
public:
  value found;

  void on_scalar(std::size_t depth, const value& x) {
    if (depth == 0)
      found = x;
  }
  void on_open(std::size_t depth, const char* begin) {
    if (depth == 0)
      begin_ = begin;
  }
  const char* on_close(std::size_t depth, const char* end) {
    if (depth == 0)
      found = {kind_of(*begin_), {begin_, static_cast<std::size_t>(end - begin_)}};
    return nullptr;
  }

private:
  const char* begin_ = nullptr;
};

/// Takes the outermost container apart, if it is of that kind: gives `Take` each direct value and, in an object, its
/// key.
template <class Take>
class splitter final : public visitor {
public:
  splitter(kind expected, Take& take) : expected_{expected}, take_{take} {}

  /// Of the whole text.
  value whole;

  void on_key(std::size_t depth, std::string_view key) {
    if (depth == 1)
      key_ = key;
  }
  void on_scalar(std::size_t depth, const value& x) {
    if (depth == 0)
      whole = x;
    else if (depth == 1 && kind_of(*begins_[0]) == expected_)
      take_(key_, x);
  }
  void on_open(std::size_t depth, const char* begin) {
    if (depth < begins_.size())
      begins_[depth] = begin;
  }
  const char* on_close(std::size_t depth, const char* end) {
    if (depth >= begins_.size())
      return nullptr;
    const auto* begin = begins_[depth];
    on_scalar(depth, {kind_of(*begin), {begin, static_cast<std::size_t>(end - begin)}});
    return nullptr;
  }

private:
  kind expected_;
  Take& take_;
  std::string_view key_;
  /// Of the containers at depth 0 and 1.
  std::array<const char*, 2> begins_{};
};

constexpr const char* no_array = "An array ([...]) is expected here.";

template <class Take>
std::optional<syntax_error> split(std::string_view text, kind expected, const char* reason, Take& into) {
  splitter<Take> to{expected, into};
  if (auto error = read(text, to))
    return error;
  if (to.whole.kind != expected)
    return syntax_error{static_cast<std::size_t>(to.whole.raw.data() - text.data()), reason};
  return std::nullopt;
}

struct take_members {
  std::vector<member> found;
  void operator()(std::string_view key, const value& x) {
    constexpr std::size_t usual_members = 6;
    if (found.empty())
      found.reserve(usual_members);
    found.push_back({decode_string({kind::string, key}), x});
  }
};

struct take_values {
  std::vector<value> found;
  void operator()(std::string_view, const value& x) { found.push_back(x); }
};

struct take_head {
  array_head found;
  void operator()(std::string_view, const value& x) {
    if (found.first.raw.empty())
      found.first = x;
    else if (found.rest.empty())
      found.rest = x.raw;
    else
      found.rest = {found.rest.data(), static_cast<std::size_t>(x.raw.data() + x.raw.size() - found.rest.data())};
  }
};

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80)
    return put(code);
  if (code < 0x800) {
    put(0xC0U | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0U | code >> 12);
    } else {
      put(0xF0U | code >> 18);
      put(0x80U | (code >> 12 & 0x3FU));
    }
    put(0x80U | (code >> 6 & 0x3FU));
  }
  put(0x80U | (code & 0x3FU));
}

/// The code unit of the escape at the beginning of a checked text, if it is one (`\u20AC`).
std::optional<std::uint32_t> unit_of(std::string_view text) noexcept {
  constexpr std::size_t escape_bytes = 6;
  if (!text.starts_with("\\u"))
    return std::nullopt;
  std::uint32_t unit = 0;
  std::from_chars(text.data() + 2, text.data() + escape_bytes, unit, 16);
  return unit;
}

/// Decodes the escape at the beginning of a checked text; gives its bytes. Half a surrogate pair is U+FFFD.
std::size_t append_escaped(std::string& out, std::string_view text) {
  constexpr std::size_t escape_bytes = 6;
  constexpr std::uint32_t replacement = 0xFFFD;
  const auto unit = unit_of(text);
  if (!unit) {
    static constexpr std::string_view letters = "bfnrt";
    static constexpr std::string_view meanings = "\b\f\n\r\t";
    const auto at = letters.find(text[1]);
    out += at == std::string_view::npos ? text[1] : meanings[at];
    return 2;
  }
  const auto is_half = (*unit & 0xF800U) == 0xD800U;
  const auto is_high = (*unit & 0xFC00U) == 0xD800U;
  const auto next = is_high ? unit_of(text.substr(escape_bytes)) : std::nullopt;
  if (next && (*next & 0xFC00U) == 0xDC00U) {
    append_utf8(out, 0x10000U + ((*unit & 0x3FFU) << 10 | (*next & 0x3FFU)));
    return 2 * escape_bytes;
  }
  append_utf8(out, is_half ? replacement : *unit);
  return escape_bytes;
}

} // namespace

outcome<value> check(std::string_view text) {
  whole_finder to;
  if (auto error = read(text, to))
    return *error;
  return to.found;
}

outcome<std::vector<member>> split_object(std::string_view text) {
  take_members taken;
  if (auto error = split(text, kind::object, "An object ({...}) is expected here.", taken))
    return *error;
  return std::move(taken.found);
}

outcome<std::vector<value>> split_array(std::string_view text) {
  take_values taken;
  if (auto error = split(text, kind::array, no_array, taken))
    return *error;
  return std::move(taken.found);
}

outcome<array_head> split_head(std::string_view text) {
  take_head taken;
  if (auto error = split(text, kind::array, no_array, taken))
    return *error;
  if (taken.found.first.raw.empty())
    return syntax_error{text.find('['), "An array with at least one element is expected here."};
  return taken.found;
}

const member* find(const std::vector<member>& members, std::string_view key) noexcept {
  for (auto at = members.rbegin(); at != members.rend(); ++at)
    if (at->key == key)
      return &*at;
  return nullptr;
}

std::string decode_string(const value& x) {
  auto rest = x.raw.substr(1, x.raw.size() - 2);
  auto escape = rest.find('\\');
  if (escape == std::string_view::npos)
    return std::string{rest};
  std::string text;
  text.reserve(rest.size());
  for (; escape != std::string_view::npos; escape = rest.find('\\')) {
    text += rest.substr(0, escape);
    rest.remove_prefix(escape);
    rest.remove_prefix(append_escaped(text, rest));
  }
  return text += rest;
}

std::optional<std::string> as_string(const value& x) {
  return x.kind == kind::string ? std::optional{decode_string(x)} : std::nullopt;
}

std::optional<bool> as_boolean(const value& x) {
  return x.kind == kind::boolean ? std::optional{x.raw == "true"} : std::nullopt;
}

std::optional<std::int64_t> as_integer(const value& x) {
  std::int64_t number = 0;
  const auto* end = x.raw.data() + x.raw.size();
  const auto [at, error] = std::from_chars(x.raw.data(), end, number);
  return x.kind == kind::number && error == std::errc{} && at == end ? std::optional{number} : std::nullopt;
}

void append_string(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  static constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
  static constexpr std::string_view letters = "\"\\bfnrt";
  out += '"';
  while (!text.empty()) {
    const auto* end = plain_end(text.data(), text.data() + text.size());
    const auto plain = static_cast<std::size_t>(end - text.data());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty())
      break;
    const auto first = static_cast<unsigned char>(text.front());
    const auto length = utf8_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD"; // U+FFFD
    } else if (const auto at = escaped.find(text.front()); at != std::string_view::npos) {
      out += '\\';
      out += letters[at];
    } else if (first < 0x20) {
      out += "\\u00";
      out += digits[first >> 4];
      out += digits[first & 15];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

outcome<std::vector<placeholder>> placeholders(std::string_view text, std::size_t num_max) {
  placeholder_finder to{num_max};
  if (auto error = read(text, to))
    return *error;
  return std::move(to.found);
}

} // namespace arauto::json
