#include "app/store/manifest.hpp"

#include "actors/event.hpp"
#include "app/api/object_writer.hpp"
#include "app/store/private_file.hpp"
#include "net/json.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace arauto::app {

namespace {

namespace fs = std::filesystem;

constexpr auto manifest_file = "manifest.json";
/// Of the manifest itself; a later one may need another reader.
constexpr std::int64_t format = 1;

std::string hex_sum_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    throw std::runtime_error("The file \"" + path.string() + "\" cannot be read.");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> sum{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  if (!sum || EVP_DigestInit_ex(sum.get(), EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not to be had.");
  std::array<char, 65536> bytes{};
  while (file.read(bytes.data(), bytes.size()), file.gcount() > 0)
    EVP_DigestUpdate(sum.get(), bytes.data(), static_cast<std::size_t>(file.gcount()));
  if (file.bad())
    throw std::runtime_error("The file \"" + path.string() + "\" cannot be read.");
  std::array<unsigned char, 32> digest{};
  EVP_DigestFinal_ex(sum.get(), digest.data(), nullptr);
  std::string text;
  for (const auto byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

[[noreturn]] void fail(const fs::path& directory, const std::string& why) {
  throw std::runtime_error("\"" + directory.string() + "\" is no whole backup: " + why + ".");
}

/// Names lead nowhere else: `x` or `events/x`.
bool is_name(std::string_view x) {
  constexpr std::string_view below = "events/";
  const auto name = x.starts_with(below) ? x.substr(below.size()) : x;
  return !name.empty() && !name.starts_with('.') && name.find('/') == std::string_view::npos;
}

std::string check_entry(const fs::path& directory, const json::value& entry) {
  const auto members = json::split_object(entry.raw);
  const auto text = [&](const char* name) -> std::string {
    const auto* x = members ? json::find(*members, name) : nullptr;
    return x ? json::as_string(x->value).value_or("") : "";
  };
  auto name = text("name");
  if (!is_name(name))
    fail(directory, "its manifest names \"" + name + "\"");
  const auto path = directory / name;
  if (!fs::exists(path))
    fail(directory, name + " is missing");
  const auto* bytes = json::find(*members, "bytes");
  if (!bytes || json::as_integer(bytes->value) != static_cast<std::int64_t>(fs::file_size(path)) ||
      hex_sum_of(path) != text("sha256"))
    fail(directory, name + " is not what the manifest says");
  return name;
}

} // namespace

std::size_t write_manifest(const fs::path& directory, std::string_view version, std::int64_t now_ms) {
  std::vector<fs::path> files;
  for (const auto& x : fs::recursive_directory_iterator(directory))
    if (x.is_regular_file())
      files.push_back(x.path());
  std::sort(files.begin(), files.end());
  std::string entries;
  for (const auto& path : files)
    entries += (entries.empty() ? "\n" : ",\n") + object_writer{}
                                                      .text("name", fs::relative(path, directory).string())
                                                      .number("bytes", static_cast<std::int64_t>(fs::file_size(path)))
                                                      .text("sha256", hex_sum_of(path))
                                                      .close();
  const auto text = object_writer{}
                        .number("format", format)
                        .text("arauto", version)
                        .text("madeAt", iso_time(now_ms))
                        .raw("files", "[" + entries + "]")
                        .close();
  if (!write_private_file(directory / manifest_file, text + "\n"))
    throw std::runtime_error("Cannot write \"" + (directory / manifest_file).string() + "\": " + std::strerror(errno) +
                             ".");
  return files.size();
}

std::vector<std::string> check_manifest(const fs::path& directory) {
  std::ifstream file{directory / manifest_file};
  if (!file)
    fail(directory, std::string{"it has no "} + manifest_file);
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto members = json::split_object(text);
  const auto* of = members ? json::find(*members, "format") : nullptr;
  const auto* listed = members ? json::find(*members, "files") : nullptr;
  const auto entries = json::split_array(listed ? listed->value.raw : std::string_view{});
  if (!of || !entries)
    fail(directory, "its manifest cannot be read");
  if (json::as_integer(of->value) != format)
    fail(directory, "a newer program made it");
  std::vector<std::string> names;
  for (const auto& entry : *entries)
    names.push_back(check_entry(directory, entry));
  return names;
}

} // namespace arauto::app
