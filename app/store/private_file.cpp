#include "app/store/private_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace arauto::app {

bool write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(to, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR)
      return false;
    bytes.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
  }
  return true;
}

bool write_private_file(const std::filesystem::path& path, std::string_view bytes) {
  const descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  return file.is_open() && ::fchmod(file.get(), 0600) == 0 && write_all(file.get(), bytes) && ::fsync(file.get()) == 0;
}

bool sync_directory(const std::filesystem::path& path) {
  const descriptor directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return directory.is_open() && ::fsync(directory.get()) == 0;
}

} // namespace arauto::app
