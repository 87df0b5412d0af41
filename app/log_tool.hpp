#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>

namespace arauto::app {

/// The arguments of `arauto log show` and `tail`.
struct log_question {
  /// Name or id; empty: all.
  std::string instance{};
  /// Offsets; empty: from the beginning (tail: from now on), to the end.
  std::string after{};
  std::string before{};
  /// Wire name or config name; empty: all.
  std::string event{};
  /// 0: no limit.
  std::size_t limit = 100;
  /// One JSON object per line instead of columns.
  bool json = false;
};

// They read the event log of a data directory, beside a running server or without one. They return the exit code.

/// Events that the log has.
int show_log(const std::string& data_dir, const log_question& what, std::ostream& out, std::ostream& errors);

/// The same, and what comes, until the process is ended. `is_enough`: asked between two looks, for tests.
int tail_log(const std::string& data_dir, const log_question& what, std::ostream& out, std::ostream& errors,
             const std::function<bool()>& is_enough = {});

/// Looks at every event: 0 all is sound, 1 something is damaged, 2 it cannot be read.
int verify_log(const std::string& data_dir, std::ostream& out, std::ostream& errors);

} // namespace arauto::app
