#include "app/store/secret_file.hpp"

#include "app/store/private_file.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace arauto::app {

namespace {

constexpr std::size_t file_size_max = 4096;

std::string failure(std::string_view what, const std::filesystem::path& path) {
  return std::string{what} + " " + path.string() + ": " + std::strerror(errno);
}

std::string read_all(int from) {
  std::string x(file_size_max + 1, '\0');
  std::size_t size = 0;
  while (size < x.size()) {
    const auto n = ::read(from, x.data() + size, x.size() - size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    size += static_cast<std::size_t>(n);
  }
  x.resize(size);
  return x;
}

/// Reads the kept secret; false when there is none.
bool read_kept(const std::filesystem::path& path, std::string_view what, secret_outcome& out) {
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file.is_open()) {
    if (errno != ENOENT)
      out.error = failure("cannot read the " + std::string{what} + " in", path);
    return errno != ENOENT;
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    out.error = "cannot read the " + std::string{what} + " in " + path.string() + ": it is no plain file";
    return true;
  }
  if ((status.st_mode & 077) != 0) {
    if (::fchmod(file.get(), 0600) == 0)
      out.warnings.push_back("others could read the " + std::string{what} + " in " + path.string() +
                             "; it is now for its owner only (0600)");
    else
      out.warnings.push_back(failure("others may read the " + std::string{what} + " in", path));
  }
  out.text = read_all(file.get());
  while (!out.text.empty() && (out.text.back() == '\n' || out.text.back() == '\r'))
    out.text.pop_back();
  if (out.text.empty() || out.text.size() > file_size_max || !is_printable(out.text)) {
    out.text.clear();
    out.error = "there is no usable " + std::string{what} + " in " + path.string() + "; delete it to get a fresh one";
  }
  return true;
}

/// Keeps a fresh secret: written beside its place, then moved there, so that a half-written one never has the name. The
/// lock on the data directory keeps a second process from doing the same.
void keep_fresh(const std::filesystem::path& path, std::string_view what, secret_outcome& out) {
  auto secret = fresh_secret();
  auto draft = path;
  draft += "." + fresh_secret().substr(0, 8);
  const auto is_kept = write_private_file(draft, secret + "\n") && ::rename(draft.c_str(), path.c_str()) == 0;
  if (!is_kept || !sync_directory(path.parent_path())) {
    out.error = failure("cannot keep a fresh " + std::string{what} + " in", path);
    ::unlink(draft.c_str());
    return;
  }
  out.is_fresh = true;
  out.text = std::move(secret);
}

} // namespace

bool is_printable(std::string_view x) {
  return std::ranges::all_of(x, [](char c) { return c > ' ' && c < 0x7F; });
}

secret_outcome keep_secret(const std::filesystem::path& path, std::string_view what) {
  secret_outcome out;
  if (!read_kept(path, what, out))
    keep_fresh(path, what, out);
  return out;
}

std::string fresh_secret() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system's random generator failed");
  std::string x;
  for (const auto byte : bytes) {
    x += "0123456789ABCDEF"[byte >> 4];
    x += "0123456789ABCDEF"[byte & 15];
  }
  return x;
}

} // namespace arauto::app
