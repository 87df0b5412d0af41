#include "net/json.hpp"

#include "net/json_handler.hpp"
#include "net/json_mend.hpp"
#include "net/json_placeholders.hpp"
#include "net/json_splitter.hpp"
#include "net/utf8.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace arauto::json {

/// UTF-8 that is known to be valid.
struct checked_utf8 : rapidjson::UTF8<> {};

} // namespace arauto::json

/// How RapidJSON takes those bytes of a string that need no thought: as many at once as there are.
template <>
struct rapidjson::Transcoder<arauto::json::checked_utf8, arauto::json::checked_utf8> {
  template <class Input, class Output>
  static bool Transcode(Input& in, Output& out) {
    in.take_plain(out);
    return true;
  }
  template <class Input, class Output>
  static bool Validate(Input& in, Output& out) {
    return arauto::json::checked_utf8::Validate(in, out);
  }
};

namespace arauto::json {

namespace {

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

class checker final : public handler<checker> {
  friend handler<checker>;
};

/// What came of one attempt to read a text.
struct reading {
  std::optional<syntax_error> error;
  /// The text may be JSON all the same: see net/json_mend.hpp.
  bool is_mendable = false;
};

template <unsigned More, class Handler>
reading parse_with(bounded_stream& in, Handler& to) {
  constexpr auto flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | More;
  rapidjson::GenericReader<checked_utf8, checked_utf8> reader;
  const auto done = reader.Parse<flags>(in, to);
  if (to.reason() != nullptr)
    return {syntax_error{in.Tell(), to.reason()}, to.met_lone_surrogate()};
  if (done.IsError())
    return {syntax_error{done.Offset(), rapidjson::GetParseError_En(done.Code())},
            done.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid ||
                done.Code() == rapidjson::kParseErrorNumberTooBig};
  if (!in.is_at_end())
    return {syntax_error{in.Tell(), "A NUL byte stands where the text should end."}};
  return {};
}

/// RapidJSON checks UTF-8 byte by byte, so that is done before, and it sees what it has to complain of.
template <class Handler>
reading parse(bounded_stream& in, Handler& to) {
  if (!is_utf8(in.rest()))
    return parse_with<rapidjson::kParseValidateEncodingFlag>(in, to);
  to.follow(in);
  return parse_with<rapidjson::kParseNoFlags>(in, to);
}

/// Gives `attempt` the text, and a mended copy if that fails where RapidJSON is stricter than JSON. Each attempt must
/// begin anew; places in the copy are places in the text.
template <class Attempt>
std::optional<syntax_error> read(std::string_view text, const Attempt& attempt) {
  reading done = attempt(bounded_stream{text});
  if (done.is_mendable) {
    const auto copy = mended(text);
    done = attempt(bounded_stream{copy});
  }
  return done.error;
}

std::optional<syntax_error> read(std::string_view text) {
  return read(text, [](bounded_stream in) {
    checker to;
    return parse(in, to);
  });
}

constexpr const char* no_array = "An array ([...]) is expected here.";

template <class Take>
std::optional<syntax_error> split(std::string_view text, char bracket, const char* reason, Take& into) {
  const auto whole = trim(text);
  if (!whole.starts_with(bracket)) {
    if (auto error = read(text))
      return error;
    return syntax_error{static_cast<std::size_t>(whole.data() - text.data()), reason};
  }
  return read(text, [&](bounded_stream in) {
    into = {};
    splitter<Take> to{text, in, into};
    return parse(in, to);
  });
}

struct take_members {
  std::vector<member> found;
  void operator()(std::string& key, const value& x) {
    constexpr std::size_t usual_members = 6;
    if (found.empty())
      found.reserve(usual_members);
    found.push_back({std::move(key), x});
  }
};

struct take_values {
  std::vector<value> found;
  void operator()(std::string&, const value& x) { found.push_back(x); }
};

struct take_head {
  array_head found;
  void operator()(std::string&, const value& x) {
    if (found.first.raw.empty())
      found.first = x;
    else if (found.rest.empty())
      found.rest = x.raw;
    else
      found.rest = {found.rest.data(), static_cast<std::size_t>(x.raw.data() + x.raw.size() - found.rest.data())};
  }
};

/// Keeps the last string.
class string_keeper final : public handler<string_keeper> {
public:
  std::string kept;

private:
  friend handler<string_keeper>;
  static constexpr bool reads_strings = true;
  void on_string(std::string_view text) { kept = text; }
};

/// Length of the ASCII at the beginning of `text` that JSON.stringify leaves alone.
std::size_t plain_length(std::string_view text) noexcept {
  const auto at = std::find_if(text.begin(), text.end(), [](char x) {
    const auto byte = static_cast<unsigned char>(x);
    return byte < 0x20 || byte >= 0x80 || x == '"' || x == '\\';
  });
  return static_cast<std::size_t>(at - text.begin());
}

} // namespace

outcome<value> check(std::string_view text) {
  if (auto error = read(text))
    return *error;
  const auto whole = trim(text);
  return value{kind_of(whole.front()), whole};
}

outcome<std::vector<member>> split_object(std::string_view text) {
  take_members taken;
  if (auto error = split(text, '{', "An object ({...}) is expected here.", taken))
    return *error;
  return std::move(taken.found);
}

outcome<std::vector<value>> split_array(std::string_view text) {
  take_values taken;
  if (auto error = split(text, '[', no_array, taken))
    return *error;
  return std::move(taken.found);
}

outcome<array_head> split_head(std::string_view text) {
  take_head taken;
  if (auto error = split(text, '[', no_array, taken))
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
  if (x.raw.find('\\') == std::string_view::npos)
    return std::string{x.raw.substr(1, x.raw.size() - 2)};
  std::string text;
  read(x.raw, [&text](bounded_stream in) {
    string_keeper to;
    auto done = parse(in, to);
    text = std::move(to.kept);
    return done;
  });
  return text;
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
    const auto plain = plain_length(text);
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
  std::vector<placeholder> found;
  const auto error = read(text, [&found, text, num_max](bounded_stream in) {
    placeholder_finder to{text, in, num_max};
    auto done = parse(in, to);
    found = std::move(to.found);
    return done;
  });
  if (error)
    return *error;
  return found;
}

} // namespace arauto::json
