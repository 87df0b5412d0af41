#pragma once

#include <filesystem>
#include <string>

namespace arauto::app {

/// The directory of everything that outlives the process. Created with mode 0700; locked against a second process for
/// as long as this object lives, also when the owner dies by SIGKILL.
class data_directory {
public:
  /// Throws std::runtime_error with a sentence when the directory cannot be used or another process holds it.
  explicit data_directory(std::filesystem::path path);
  ~data_directory();
  data_directory(const data_directory&) = delete;
  data_directory& operator=(const data_directory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Path of a file in here that only its owner may read and write (mode 0600); made empty when it is not there.
  std::filesystem::path private_file(const std::string& name) const;

private:
  std::filesystem::path path_;
  int lock_ = -1;
};

} // namespace arauto::app
