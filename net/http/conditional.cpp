#include "net/http/conditional.hpp"

#include "net/http/list_field.hpp"

#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <new>

namespace arauto::http {

namespace {

constexpr std::size_t sha1_bytes = 20;
/// Of 20 bytes in base64, without the padding.
constexpr std::size_t digest_characters = 27;

std::string_view opaque_part(std::string_view tag) noexcept {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

bool lists(std::string_view tags, std::string_view etag) noexcept {
  while (!tags.empty())
    if (opaque_part(next_item(tags, ',')) == opaque_part(etag))
      return true;
  return false;
}

} // namespace

std::string etag_of(std::string_view body) {
  std::array<unsigned char, sha1_bytes> digest{};
  if (EVP_Digest(body.data(), body.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1)
    throw std::bad_alloc{};
  std::array<unsigned char, digest_characters + 2> base64{}; // "=" and NUL
  EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  std::array<char, 2 * sizeof(std::size_t)> length{};
  const auto end = std::to_chars(length.data(), length.data() + length.size(), body.size(), 16).ptr;
  std::string tag = "W/\"";
  tag.append(length.data(), static_cast<std::size_t>(end - length.data()));
  tag += '-';
  tag.append(base64.begin(), base64.begin() + digest_characters);
  return tag += '"';
}

bool is_fresh(const request& asked, std::string_view etag) {
  const auto known = asked.joined_field("if-none-match");
  if (known.empty() || asked.has_field("if-modified-since") ||
      has_directive(asked.joined_field("cache-control"), "no-cache"))
    return false;
  return known == "*" || (!etag.empty() && lists(known, etag));
}

} // namespace arauto::http
