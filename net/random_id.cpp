#include "net/random_id.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace arauto {

namespace {

/// Random bytes, fetched in blocks and used once.
unsigned char random_byte() {
  thread_local std::array<unsigned char, 1024> pool{};
  thread_local std::size_t used = pool.size();
  if (used == pool.size()) {
    if (RAND_bytes(pool.data(), static_cast<int>(pool.size())) != 1)
      throw std::runtime_error("the system's random generator failed");
    used = 0;
  }
  return std::exchange(pool[used++], static_cast<unsigned char>(0));
}

} // namespace

std::string random_id(std::size_t characters) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string x(characters, '\0');
  for (auto& c : x)
    c = alphabet[random_byte() & 63];
  return x;
}

std::uint64_t random_bits() {
  std::uint64_t x = 0;
  for (int i = 0; i < 8; ++i)
    x = x << 8 | random_byte();
  return x;
}

std::string random_uuid() {
  static constexpr char digits[] = "0123456789abcdef";
  std::string x;
  for (int i = 0; i < 16; ++i) {
    auto byte = random_byte();
    if (i == 6)
      byte = static_cast<unsigned char>((byte & 0x0F) | 0x40);
    if (i == 8)
      byte = static_cast<unsigned char>((byte & 0x3F) | 0x80);
    if (i == 4 || i == 6 || i == 8 || i == 10)
      x += '-';
    x += digits[byte >> 4];
    x += digits[byte & 15];
  }
  return x;
}

} // namespace arauto
