#include "app/store/data_directory.hpp"

#include "app/store/private_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace arauto::app {

namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path, int error) {
  throw std::runtime_error(what + " \"" + path.string() + "\": " + std::strerror(error) + ".");
}

/// Opens a file that only its owner may read and write.
int open_private(const std::filesystem::path& path) {
  const auto descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    fail("Cannot open", path, errno);
  if (::fchmod(descriptor, 0600) != 0) {
    const auto error = errno;
    ::close(descriptor);
    fail("Cannot restrict access to", path, error);
  }
  return descriptor;
}

void make_private_directory(const std::filesystem::path& path) {
  if (path.has_parent_path()) {
    std::error_code ec;
    std::filesystem::create_directories(path.parent_path(), ec);
    if (ec)
      fail("Cannot create the directory", path.parent_path(), ec.value());
  }
  if (::mkdir(path.c_str(), 0700) == 0)
    return;
  const auto error = errno;
  std::error_code ec;
  if (error != EEXIST || !std::filesystem::is_directory(path, ec))
    fail("Cannot create the data directory", path, error);
}

} // namespace

data_directory::data_directory(std::filesystem::path path) : path_{std::move(path)} {
  make_private_directory(path_);
  lock_ = open_private(path_ / "lock");
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0)
    return;
  const auto error = errno;
  ::close(lock_);
  if (error == EWOULDBLOCK)
    throw std::runtime_error("The data directory \"" + path_.string() +
                             "\" is in use by another process; stop it or choose another directory.");
  fail("Cannot lock the data directory", path_, error);
}

data_directory::~data_directory() {
  ::close(lock_);
}

std::filesystem::path data_directory::private_file(const std::string& name) const {
  auto path = path_ / name;
  const auto is_new = !std::filesystem::exists(path);
  ::close(open_private(path));
  if (is_new && !sync_directory(path.parent_path()))
    fail("Cannot sync the directory of", path, errno);
  return path;
}

} // namespace arauto::app
