#include "bench/loadgen/process_stats.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace arauto::loadgen {

namespace {

namespace fs = std::filesystem;

double ticks_per_second() {
  return static_cast<double>(sysconf(_SC_CLK_TCK));
}

fs::path proc_path(pid_t pid, std::string_view name) {
  return fs::path{"/proc"} / std::to_string(pid) / name;
}

/// Sum of the kilobyte lines with one of these names, in bytes.
std::uint64_t sum_kilobytes(const fs::path& path, std::initializer_list<std::string_view> names) {
  auto file = std::ifstream{path};
  std::uint64_t sum = 0;
  for (std::string line; std::getline(file, line);)
    for (auto name : names)
      if (line.starts_with(name))
        sum += std::stoull(line.substr(name.size())) * 1024;
  return sum;
}

/// Resident minus shared pages: coarser than smaps_rollup, but always there.
std::uint64_t unshared_by_statm(pid_t pid) {
  auto file = std::ifstream{proc_path(pid, "statm")};
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::uint64_t shared = 0;
  file >> size >> resident >> shared;
  return (resident - shared) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void add_user_and_system(pid_t pid, cpu_sample& out) {
  auto file = std::ifstream{proc_path(pid, "stat")};
  auto line = std::string{};
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos)
    return;
  // proc(5): utime and stime are fields 14 and 15; the name is field 2.
  auto fields = std::istringstream{line.substr(name_end + 1)};
  auto skipped = std::string{};
  for (int field = 3; field < 14; ++field)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  out.server_user += user / ticks_per_second();
  out.server_system += system / ticks_per_second();
}

double run_seconds(pid_t pid) {
  double sum = 0;
  auto failed = std::error_code{};
  for (const auto& task : fs::directory_iterator{proc_path(pid, "task"), failed}) {
    auto file = std::ifstream{task.path() / "schedstat"};
    double run_ns = 0;
    if (file >> run_ns)
      sum += run_ns / 1e9;
  }
  return sum;
}

void add_machine(cpu_sample& out) {
  auto file = std::ifstream{"/proc/stat"};
  auto name = std::string{};
  double user = 0;
  double nice = 0;
  double system = 0;
  double idle = 0;
  double io_wait = 0;
  double irq = 0;
  double soft_irq = 0;
  double stolen = 0;
  file >> name >> user >> nice >> system >> idle >> io_wait >> irq >> soft_irq >> stolen;
  out.machine_busy = (user + nice + system + irq + soft_irq) / ticks_per_second();
  out.machine_stolen = stolen / ticks_per_second();
}

double own_seconds() {
  auto use = rusage{};
  getrusage(RUSAGE_SELF, &use);
  const auto seconds = use.ru_utime.tv_sec + use.ru_stime.tv_sec;
  const auto microseconds = use.ru_utime.tv_usec + use.ru_stime.tv_usec;
  return static_cast<double>(seconds) + static_cast<double>(microseconds) / 1e6;
}

} // namespace

memory_use watched_processes::memory() const {
  auto sum = memory_use{};
  for (auto pid : pids_) {
    sum.resident += sum_kilobytes(proc_path(pid, "status"), {"VmRSS:"});
    const auto unshared = sum_kilobytes(proc_path(pid, "smaps_rollup"), {"Private_Dirty:"});
    sum.unshared += unshared > 0 ? unshared : unshared_by_statm(pid);
  }
  return sum;
}

cpu_sample watched_processes::cpu() const {
  auto sample = cpu_sample{};
  sample.at = now();
  for (auto pid : pids_) {
    add_user_and_system(pid, sample);
    sample.server_run += run_seconds(pid);
  }
  add_machine(sample);
  sample.own = own_seconds();
  return sample;
}

cpu_window between(const cpu_sample& from, const cpu_sample& to) noexcept {
  auto window = cpu_window{};
  window.seconds = to_seconds(to.at - from.at);
  window.server_user = to.server_user - from.server_user;
  window.server_system = to.server_system - from.server_system;
  window.server_run = to.server_run - from.server_run;
  window.own = to.own - from.own;
  if (window.seconds > 0) {
    const auto busy = to.machine_busy - from.machine_busy;
    window.foreign_share = (busy - window.server() - window.own) / window.seconds;
    window.stolen_share = (to.machine_stolen - from.machine_stolen) / window.seconds;
  }
  return window;
}

} // namespace arauto::loadgen
