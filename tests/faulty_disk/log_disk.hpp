#pragma once

#include "app/store/disk.hpp"

namespace arauto::test {

/// The files of the event log on the faulty disk: they are opened through SQLite's VFS, so that the same is kept, lost
/// and shared of them. Any thread.
class log_disk final : public app::disk {
public:
  std::unique_ptr<app::disk_file> open(const std::filesystem::path& path, access how) override;
};

} // namespace arauto::test
