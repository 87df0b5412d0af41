#include "actors/failure.hpp"

#include "net/log.hpp"

#include <atomic>
#include <string>

namespace arauto {

namespace {

std::atomic<std::uint64_t> failures{0};

} // namespace

void report_failure(const char* where, const char* what) noexcept {
  failures.fetch_add(1, std::memory_order_relaxed);
  try {
    log(log_level::error, where, std::string{"a handler failed: "} + what);
  } catch (...) { // Memory is that short: the count has to do.
  }
}

std::uint64_t handler_failures() noexcept {
  return failures.load(std::memory_order_relaxed);
}

} // namespace arauto
