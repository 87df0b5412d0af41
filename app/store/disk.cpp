#include "app/store/disk.hpp"

#include "app/store/private_file.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace arauto::app {

namespace {

class system_file final : public disk_file {
public:
  system_file(const std::filesystem::path& path, int flags) : file_{::open(path.c_str(), flags | O_CLOEXEC)} {
    if (!file_.is_open())
      throw_disk_failure(errno);
  }

  std::size_t read_at(std::uint64_t position, std::span<char> to) const override {
    std::size_t done = 0;
    while (done < to.size()) {
      const auto n = ::pread(file_.get(), to.data() + done, to.size() - done, static_cast<::off_t>(position + done));
      if (n == 0)
        break;
      if (n < 0 && errno != EINTR)
        throw_disk_failure(errno);
      done += n < 0 ? 0 : static_cast<std::size_t>(n);
    }
    return done;
  }

  void write_at(std::uint64_t position, std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto n = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<::off_t>(position));
      if (n < 0 && errno != EINTR)
        throw_disk_failure(errno);
      const auto done = n < 0 ? 0 : static_cast<std::size_t>(n);
      bytes.remove_prefix(done);
      position += done;
    }
  }

  void sync() override {
    if (::fdatasync(file_.get()) != 0)
      throw_disk_failure(errno);
  }

  void truncate(std::uint64_t size) override {
    if (::ftruncate(file_.get(), static_cast<::off_t>(size)) != 0)
      throw_disk_failure(errno);
  }

  void reserve(std::uint64_t size) override {
    const auto now = this->size();
    if (size <= now)
      return;
    if (const auto error = ::posix_fallocate(file_.get(), static_cast<::off_t>(now), static_cast<::off_t>(size - now));
        error != 0)
      throw_disk_failure(error);
  }

  std::uint64_t size() const override {
    struct stat about {};
    if (::fstat(file_.get(), &about) != 0)
      throw_disk_failure(errno);
    return static_cast<std::uint64_t>(about.st_size);
  }

private:
  descriptor file_;
};

class system_disk final : public disk {
public:
  std::unique_ptr<disk_file> open(const std::filesystem::path& path, access how) override {
    return std::make_unique<system_file>(path, how == access::read_only ? O_RDONLY : O_RDWR);
  }
};

std::atomic<disk*> replacement{nullptr};

} // namespace

void throw_disk_failure(int error) {
  // In the words that producers have been told so far.
  const std::string text = error == ENOSPC ? "the disk is full"
                           : error == EIO  ? "disk I/O error"
                                           : std::strerror(error);
  throw disk_failure("The operating system says: " + text + ".");
}

disk& current_disk() noexcept {
  static system_disk ours;
  auto* other = replacement.load();
  return other == nullptr ? ours : *other;
}

void set_disk(disk* x) noexcept {
  replacement = x;
}

} // namespace arauto::app
