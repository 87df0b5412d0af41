#pragma once

#include "app/settings.hpp"
#include "net/log.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// A request target whose keys and tokens are blanked out: the values of query parameters named `apikey`, `pid`, or
/// anything that ends in `apikey`, `token`, `secret` or `password`, however they are written.
std::string redact_target(std::string_view target);

/// The last line of defence of the log: blanks out known secrets, and what stands after `apikey`, `token` or `pid` as
/// in a query, a header or JSON. Immutable; any thread.
class secret_filter {
public:
  /// Secrets under four characters are left alone: they are in every other word.
  explicit secret_filter(std::vector<std::string> secrets);
  std::string redact(std::string_view line) const;

private:
  std::vector<std::string> secrets_;
};

/// What the log looks like, and what may not be in it.
struct logging_options {
  /// Names of levels, as in `LOG_LEVEL`.
  std::vector<std::string> levels{};
  bool color = false;
  bool json = false;
  std::vector<std::string> secrets{};
};
logging_options logging_options_of(const settings& x, const std::string& api_key);

/// Sends all log lines (net/log.hpp) through spdlog to a stream for as long as it lives; its end writes what is queued.
/// Lines are written by a thread of their own, so that a stuck terminal or pipe stops nobody. The queue takes 8,192
/// lines; over that the oldest are dropped, which the log says. One per process; belongs to main.
class logging {
public:
  explicit logging(const logging_options& options, std::FILE* to = stderr);
  ~logging();
  logging(const logging&) = delete;
  logging& operator=(const logging&) = delete;
};

/// The sink that `logging` puts in place.
std::shared_ptr<log_sink> make_log_sink(const logging_options& options, std::FILE* to);

} // namespace arauto::app
