#include "app/api_key.hpp"

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

constexpr std::size_t key_size_min = 8;
constexpr std::size_t file_size_max = 4096;

/// Default keys in Evolution's source and in its sample settings.
constexpr std::array<std::string_view, 2> known_keys = {"BQYHJGJHJ", "429683C4C977415CAAFCCE10F7D57E11"};

/// Closes its descriptor.
class descriptor {
public:
  explicit descriptor(int number) noexcept : number_{number} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  int get() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }

private:
  int number_;
};

std::string failure(std::string_view what, const std::filesystem::path& path) {
  return std::string{what} + " " + path.string() + ": " + std::strerror(errno);
}

bool equal_without_case(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::ranges::equal(a, b, {}, upper, upper);
}

bool is_printable(std::string_view x) {
  return std::ranges::all_of(x, [](char c) { return c > ' ' && c < 0x7F; });
}

void warn_of_weak_key(api_key_outcome& out, std::string_view where) {
  if (out.key.size() < key_size_min)
    out.warnings.push_back("the key of " + std::string{where} + " has " + std::to_string(out.key.size()) +
                           " characters and can be guessed; take at least 16");
  if (!is_printable(out.key))
    out.warnings.push_back("the key of " + std::string{where} +
                           " has blanks or characters beyond ASCII, which not every client can send in a header");
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

/// Reads the kept key; false when there is none.
bool read_kept_key(api_key_outcome& out) {
  const descriptor file{::open(out.file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file.is_open()) {
    if (errno != ENOENT)
      out.error = failure("cannot read the API key in", out.file);
    return errno != ENOENT;
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    out.error = "cannot read the API key in " + out.file.string() + ": it is no plain file";
    return true;
  }
  if ((status.st_mode & 077) != 0) {
    if (::fchmod(file.get(), 0600) == 0)
      out.warnings.push_back("others could read the API key in " + out.file.string() +
                             "; it is now for its owner only (0600)");
    else
      out.warnings.push_back(failure("others may read the API key in", out.file));
  }
  out.source = api_key_source::kept;
  out.key = read_all(file.get());
  while (!out.key.empty() && (out.key.back() == '\n' || out.key.back() == '\r'))
    out.key.pop_back();
  if (out.key.empty() || out.key.size() > file_size_max || !is_printable(out.key)) {
    out.key.clear();
    out.error = "there is no usable API key in " + out.file.string() + "; delete it to get a fresh one";
  }
  return true;
}

bool write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(to, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR)
      return false;
    bytes.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
  }
  return true;
}

/// Writes a file that nobody saw before, and makes it outlive a power cut. False with errno set.
bool write_private_file(const std::filesystem::path& path, std::string_view bytes) {
  const descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  return file.is_open() && ::fchmod(file.get(), 0600) == 0 && write_all(file.get(), bytes) && ::fsync(file.get()) == 0;
}

bool sync_directory(const std::filesystem::path& path) {
  const descriptor directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return directory.is_open() && ::fsync(directory.get()) == 0;
}

/// Keeps a fresh key: written beside its place, then moved there, so that a half-written key never has the name. The
/// lock on the data directory keeps a second process from doing the same.
void keep_fresh_key(api_key_outcome& out) {
  auto key = fresh_api_key();
  auto draft = out.file;
  draft += "." + fresh_api_key().substr(0, 8);
  const auto is_kept = write_private_file(draft, key + "\n") && ::rename(draft.c_str(), out.file.c_str()) == 0;
  if (!is_kept || !sync_directory(out.file.parent_path())) {
    out.error = failure("cannot keep a fresh API key in", out.file);
    ::unlink(draft.c_str());
    return;
  }
  out.source = api_key_source::fresh;
  out.key = std::move(key);
}

} // namespace

api_key_outcome resolve_api_key(const settings& x) {
  api_key_outcome out;
  std::string where = "AUTHENTICATION_API_KEY";
  if (!x.authentication_api_key.empty()) {
    out.key = x.authentication_api_key;
  } else {
    out.file = std::filesystem::path{x.data_dir} / "api-key";
    where = out.file.string();
    if (!read_kept_key(out))
      keep_fresh_key(out);
  }
  if (out.error.empty()) {
    out.error = refusal_of_known_key(out.key);
    warn_of_weak_key(out, where);
  }
  return out;
}

std::string refusal_of_known_key(std::string_view key) {
  if (std::ranges::none_of(known_keys, [&](auto known) { return equal_without_case(key, known); }))
    return {};
  return "AUTHENTICATION_API_KEY is the well-known default key of Evolution API: whoever has read its source can do "
         "everything here. Set another one, for example this fresh one:\n\n    AUTHENTICATION_API_KEY=" +
         fresh_api_key() +
         "\n\nor leave the setting out: then a random key is made at the first start and kept in the data directory.";
}

std::string fresh_api_key() {
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
