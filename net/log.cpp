#include "net/log.hpp"

#include <array>
#include <atomic>
#include <mutex>
#include <utility>

namespace arauto {

namespace {

constexpr std::array<std::string_view, log_level_count> names = {"ERROR",   "WARN", "INFO",     "LOG",      "DEBUG",
                                                                 "VERBOSE", "DARK", "WEBHOOKS", "WEBSOCKET"};

constexpr std::uint32_t bit(log_level level) noexcept {
  return 1u << static_cast<unsigned>(level);
}

std::atomic<std::uint32_t> enabled_levels{0};

/// The sink and the lock that guards the pointer, not the writing. Made at the first use and never destroyed, so that
/// lines of late destructors find it.
struct place {
  std::mutex guard;
  std::shared_ptr<log_sink> sink;
};

place& the_place() {
  static auto* const x = new place;
  return *x;
}

} // namespace

std::string_view to_string(log_level level) noexcept {
  return names[static_cast<std::size_t>(level)];
}

void set_log_sink(std::shared_ptr<log_sink> sink) noexcept {
  std::uint32_t levels = 0;
  for (std::size_t i = 0; sink != nullptr && i < log_level_count; ++i)
    if (const auto level = static_cast<log_level>(i); sink->enabled(level))
      levels |= bit(level);
  auto& where = the_place();
  {
    const std::lock_guard lock{where.guard};
    std::swap(where.sink, sink);
    enabled_levels.store(levels, std::memory_order_relaxed);
  }
  // The former sink is destroyed here, outside the lock: it may have lines to write.
}

bool log_enabled(log_level level) noexcept {
  return (enabled_levels.load(std::memory_order_relaxed) & bit(level)) != 0;
}

void log(log_level level, std::string_view component, std::string_view line) noexcept {
  if (!log_enabled(level))
    return;
  auto& where = the_place();
  std::shared_ptr<log_sink> sink;
  {
    const std::lock_guard lock{where.guard};
    sink = where.sink;
  }
  if (sink != nullptr)
    sink->write(level, component, line);
}

} // namespace arauto
