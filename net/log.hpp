#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// The way of log lines out of every layer. No logging library in here: the application brings the sink.
namespace arauto {

/// The names of Evolution's `LOG_LEVEL`: a set to choose from, not a threshold.
enum class log_level : std::uint8_t { error, warn, info, log, debug, verbose, dark, webhooks, websocket };

inline constexpr std::size_t log_level_count = 9;

/// The name in a `LOG_LEVEL` list, upper case.
std::string_view to_string(log_level level) noexcept;

/// Where log lines go. Thread-safe.
class log_sink {
public:
  virtual ~log_sink() = default;
  /// Asked once per level, when the sink is set.
  virtual bool enabled(log_level level) const noexcept = 0;
  /// `component` says which part of the program speaks, in one word. Must not throw, and must not log.
  virtual void write(log_level level, std::string_view component, std::string_view line) noexcept = 0;
};

/// All lines written from now on go there; nullptr drops them, as before the first call. The former sink lives until
/// the last line that was on its way is written. Thread-safe.
void set_log_sink(std::shared_ptr<log_sink> sink) noexcept;

/// Whether a line of this level would be written: one relaxed load. Ask before a costly line is put together.
bool log_enabled(log_level level) noexcept;

/// Writes one line. Keys and tokens have no place in it. Thread-safe.
void log(log_level level, std::string_view component, std::string_view line) noexcept;

} // namespace arauto
