// Linked beside the server's own main: its databases are on the faulty disk before it opens one. FAULTY_DISK names a
// directory whose files steer the disk, at any time: `lies`, `fails`, `fails-late`, `full`, `dead` (see `disk_fault`).
#include "tests/faulty_disk/faulty_disk.hpp"

#include <array>
#include <cstdlib>
#include <unistd.h>
#include <utility>

namespace arauto::test {

namespace {

disk_fault ordered() {
  static const char* const directory = std::getenv("FAULTY_DISK");
  static constexpr std::array orders{std::pair{"/lies", disk_fault::lies}, std::pair{"/fails", disk_fault::fails},
                                     std::pair{"/fails-late", disk_fault::fails_late},
                                     std::pair{"/full", disk_fault::full}, std::pair{"/dead", disk_fault::dead}};
  if (directory)
    for (const auto& [file, fault] : orders)
      if (::access((std::string{directory} + file).c_str(), F_OK) == 0)
        return fault;
  return disk_fault::none;
}

// Lives until the process has ended: threads may use it until then.
[[maybe_unused]] const auto& disk = *new faulty_disk{ordered};

} // namespace

} // namespace arauto::test
