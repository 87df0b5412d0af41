#include "app/recovery_tokens.hpp"

#include "net/engineio/payload.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace arauto::app {

namespace {

constexpr std::size_t seal_bytes = 16;
constexpr std::size_t number_bytes = 8;
constexpr std::size_t numbers = 4;
/// Longer ids were never given.
constexpr std::size_t sid_bytes_max = 64;

void append_number(std::string& to, std::uint64_t x) {
  for (std::size_t i = 0; i < number_bytes; ++i, x >>= 8)
    to += static_cast<char>(x & 255);
}

std::uint64_t read_number(std::string_view from, std::size_t index) {
  std::uint64_t x = 0;
  for (std::size_t i = number_bytes; i-- > 0;)
    x = x << 8 | static_cast<unsigned char>(from[index * number_bytes + i]);
  return x;
}

/// RFC 4648, section 5, without padding.
std::string to_url_text(std::string_view bytes) {
  auto text = engineio::encode_base64(bytes);
  text.resize(text.find_last_not_of('=') + 1);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> from_url_text(std::string_view url_text) {
  std::string text{url_text};
  if (text.find_first_of("+/=") != std::string::npos)
    return std::nullopt;
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  auto bytes = engineio::decode_base64(text);
  return bytes ? std::optional{std::move(*bytes)} : std::nullopt;
}

} // namespace

std::string recovery_tokens::seal(std::string_view claim) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
           reinterpret_cast<const unsigned char*>(claim.data()), claim.size(), sum.data(), &size) == nullptr)
    throw std::runtime_error("HMAC failed");
  return {reinterpret_cast<const char*>(sum.data()), seal_bytes};
}

std::string recovery_tokens::sign(const recovery_claim& x) const {
  std::string claim;
  for (const auto number : {x.stamp, x.joined.epoch, x.joined.sequence, x.inherited})
    append_number(claim, number);
  claim += x.sid;
  return to_url_text(seal(claim) + claim);
}

std::optional<recovery_claim> recovery_tokens::read(std::string_view pid) const {
  constexpr auto head_bytes = seal_bytes + numbers * number_bytes;
  if (pid.size() > (head_bytes + sid_bytes_max) * 2)
    return std::nullopt;
  const auto bytes = from_url_text(pid);
  if (!bytes || bytes->size() <= head_bytes)
    return std::nullopt;
  const auto claim = std::string_view{*bytes}.substr(seal_bytes);
  if (CRYPTO_memcmp(bytes->data(), seal(claim).data(), seal_bytes) != 0)
    return std::nullopt;
  recovery_claim x;
  x.stamp = read_number(claim, 0);
  x.joined = {read_number(claim, 1), read_number(claim, 2)};
  x.inherited = read_number(claim, 3);
  x.sid = claim.substr(numbers * number_bytes);
  return x;
}

} // namespace arauto::app
