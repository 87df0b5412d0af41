#include "app/api_key.hpp"

#include "app/store/secret_file.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace arauto::app {

namespace {

constexpr std::size_t key_size_min = 8;

/// Default keys in Evolution's source and in its sample settings.
constexpr std::array<std::string_view, 2> known_keys = {"BQYHJGJHJ", "429683C4C977415CAAFCCE10F7D57E11"};

bool equal_without_case(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::ranges::equal(a, b, {}, upper, upper);
}

void warn_of_weak_key(api_key_outcome& out, std::string_view where) {
  if (out.key.size() < key_size_min)
    out.warnings.push_back("the key of " + std::string{where} + " has " + std::to_string(out.key.size()) +
                           " characters and can be guessed; take at least 16");
  if (!is_printable(out.key))
    out.warnings.push_back("the key of " + std::string{where} +
                           " has blanks or characters beyond ASCII, which not every client can send in a header");
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
    auto kept = keep_secret(out.file, "API key");
    out.source = kept.is_fresh ? api_key_source::fresh : api_key_source::kept;
    out.key = std::move(kept.text);
    out.warnings = std::move(kept.warnings);
    out.error = std::move(kept.error);
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
         fresh_secret() +
         "\n\nor leave the setting out: then a random key is made at the first start and kept in the data directory.";
}

} // namespace arauto::app
