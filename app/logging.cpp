#include "app/logging.hpp"

#include "net/http/query.hpp"
#include "net/json.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/ansicolor_sink.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

namespace arauto::app {

namespace {

constexpr std::size_t queue_lines_max = 8192;
constexpr std::size_t secret_size_min = 4;
constexpr std::string_view blank = "***";
/// `find_secret` knows their first letters.
constexpr std::array<std::string_view, 3> secret_words = {"apikey", "token", "pid"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_secret_parameter(std::string name) {
  std::ranges::transform(name, name.begin(), lower);
  return name == "pid" || name.ends_with("apikey") || name.ends_with("token") || name.ends_with("secret") ||
         name.ends_with("password");
}

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && std::ranges::equal(text.substr(0, word.size()), word, {}, lower);
}

std::size_t skip(std::string_view text, std::size_t from, std::string_view characters) {
  return std::min(text.find_first_not_of(characters, from), text.size());
}

/// Where the value of a secret stands in a text.
struct value_place {
  std::size_t first = 0;
  std::size_t size = 0;
};

/// Past the name of a secret: where its value stands, if one follows: `name=x`, `name: x`, `"name":"x"`,
/// `\"name\":\"x\"`.
value_place find_value(std::string_view text, std::size_t at, bool is_header_name) {
  const auto name_end = at;
  at = skip(text, at, "\\");
  const auto is_quoted_name = at < text.size() && (text[at] == '"' || text[at] == '\'');
  at = skip(text, is_quoted_name ? at + 1 : name_end, " ");
  if (at >= text.size() || (text[at] != '=' && (text[at] != ':' || !(is_quoted_name || is_header_name))))
    return {};
  at = skip(text, at + 1, " ");
  const auto open = skip(text, at, "\\");
  if (open < text.size() && (text[open] == '"' || text[open] == '\'')) {
    const auto first = open + 1;
    auto end = first;
    // In a string within a string the backslash belongs to the closing quote.
    while (end < text.size() && text[end] != text[open] && (text[end] != '\\' || open == at))
      end += text[end] == '\\' ? 2 : 1;
    return {first, std::min(end, text.size()) - first};
  }
  const auto end = std::min(text.find_first_of(" \t\r\n&,;\"'}])", at), text.size());
  return text.substr(at, end - at) == "null" ? value_place{} : value_place{at, end - at};
}

value_place find_secret(std::string_view text, std::size_t at) {
  const auto first = lower(text[at]);
  if ((first != 'a' && first != 't' && first != 'p') || (at > 0 && is_word_character(text[at - 1])))
    return {};
  for (const auto word : secret_words)
    if (starts_with_word(text.substr(at), word))
      return find_value(text, at + word.size(), word == "apikey");
  return {};
}

/// Anything on one line of a terminal: control characters would let a peer write log lines of its own.
void append_printable(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F)
      out += c;
    else
      out.append("\\x").append({digits[byte >> 4], digits[byte & 15]});
  }
}

spdlog::level::level_enum spdlog_level(log_level level) {
  switch (level) {
  case log_level::error:
    return spdlog::level::err;
  case log_level::warn:
    return spdlog::level::warn;
  case log_level::info:
  case log_level::log:
    return spdlog::level::info;
  default:
    return spdlog::level::debug;
  }
}

/// One spdlog logger per level, since levels are a set here and a threshold there.
class spdlog_sink final : public log_sink {
public:
  spdlog_sink(const logging_options& options, std::FILE* to)
      : filter_{options.secrets},
        json_{options.json},
        queue_{std::make_shared<spdlog::details::thread_pool>(queue_lines_max, 1)} {
    const auto color = options.color && !json_ ? spdlog::color_mode::always : spdlog::color_mode::never;
    auto target = std::make_shared<spdlog::sinks::ansicolor_sink<spdlog::details::console_mutex>>(to, color);
    for (std::size_t i = 0; i < log_level_count; ++i) {
      const std::string name{to_string(static_cast<log_level>(i))};
      if (std::ranges::find(options.levels, name) == options.levels.end())
        continue;
      loggers_[i] =
          std::make_shared<spdlog::async_logger>(name, target, queue_, spdlog::async_overflow_policy::overrun_oldest);
      loggers_[i]->set_level(spdlog::level::trace);
      loggers_[i]->set_pattern(json_ ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%n",%v})"
                                     : "%Y-%m-%dT%H:%M:%S.%eZ %^%-9n%$ %v",
                               spdlog::pattern_time_type::utc);
    }
  }

  bool enabled(log_level level) const noexcept override { return loggers_[static_cast<std::size_t>(level)] != nullptr; }

  void write(log_level level, std::string_view component, std::string_view line) noexcept override {
    try {
      submit(level, component, line);
      say_what_was_dropped();
    } catch (...) {
      // Out of memory: a line is lost, nothing else.
    }
  }

private:
  void submit(log_level level, std::string_view component, std::string_view line) {
    const auto& logger = loggers_[static_cast<std::size_t>(level)];
    if (logger == nullptr)
      return;
    const auto safe = filter_.redact(line);
    std::string text;
    if (json_) {
      text = R"("component":)";
      json::append_string(text, component);
      text += R"(,"message":)";
      json::append_string(text, safe);
    } else {
      append_printable(text.append("["), component);
      append_printable(text.append("] "), safe);
    }
    logger->log(spdlog_level(level), spdlog::string_view_t{text});
  }

  /// Each time their number has doubled, so that the note itself does not push out lines.
  void say_what_was_dropped() {
    const auto dropped = queue_->overrun_counter();
    auto said = said_dropped_.load(std::memory_order_relaxed);
    if (dropped > 2 * said && said_dropped_.compare_exchange_strong(said, dropped, std::memory_order_relaxed))
      submit(log_level::warn, "log", std::to_string(dropped) + " lines were dropped: nobody takes them fast enough");
  }

  secret_filter filter_;
  bool json_;
  std::atomic<std::size_t> said_dropped_{0};
  std::array<std::shared_ptr<spdlog::logger>, log_level_count> loggers_;
  /// Last, so that it goes first: its end writes what is queued.
  std::shared_ptr<spdlog::details::thread_pool> queue_;
};

} // namespace

std::string redact_target(std::string_view target) {
  const auto start = target.find('?');
  if (start == target.npos)
    return std::string{target};
  std::string out{target.substr(0, start + 1)};
  auto rest = target.substr(start + 1);
  for (;;) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto parameter = rest.substr(0, end);
    const auto equals = parameter.find('=');
    out += parameter.substr(0, equals == parameter.npos ? equals : equals + 1);
    if (equals != parameter.npos)
      out += is_secret_parameter(http::percent_decode(parameter.substr(0, equals), true))
                 ? blank
                 : parameter.substr(equals + 1);
    if (end == rest.size())
      return out;
    out += '&';
    rest.remove_prefix(end + 1);
  }
}

secret_filter::secret_filter(std::vector<std::string> secrets) : secrets_{std::move(secrets)} {
  std::erase_if(secrets_, [](const auto& x) { return x.size() < secret_size_min; });
}

std::string secret_filter::redact(std::string_view line) const {
  std::string out;
  std::size_t done = 0;
  const auto cut = [&](value_place x) {
    out.append(line.substr(done, x.first - done)).append(blank);
    done = x.first + x.size;
  };
  for (std::size_t i = 0; i < line.size(); i = std::max(i + 1, done)) {
    const auto known = std::ranges::find_if(secrets_, [&](const auto& x) { return line.substr(i).starts_with(x); });
    if (known != secrets_.end())
      cut({i, known->size()});
    else if (const auto x = find_secret(line, i); x.size > 0)
      cut(x);
  }
  return out.append(line.substr(done));
}

logging_options logging_options_of(const settings& x, const std::string& api_key) {
  return {x.log_level, x.log_color, x.log_json, {api_key}};
}

std::shared_ptr<log_sink> make_log_sink(const logging_options& options, std::FILE* to) {
  return std::make_shared<spdlog_sink>(options, to);
}

logging::logging(const logging_options& options, std::FILE* to) {
  set_log_sink(make_log_sink(options, to));
}

logging::~logging() {
  set_log_sink(nullptr);
}

} // namespace arauto::app
