#pragma once

#include <cstdint>
#include <exception>

namespace arauto {

/// Logs and counts an exception that a handler threw.
void report_failure(const char* where, const char* what) noexcept;

/// How many handlers threw since the process began.
std::uint64_t handler_failures() noexcept;

/// Runs a handler; no exception leaves. False when it threw.
template <class Function>
bool contain(const char* where, Function&& run) noexcept {
  try {
    run();
    return true;
  } catch (const std::exception& x) {
    report_failure(where, x.what());
  } catch (...) {
    report_failure(where, "something that is no std::exception");
  }
  return false;
}

} // namespace arauto
