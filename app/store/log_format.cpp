#include "app/store/log_format.hpp"

#include <cstddef>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace arauto::app::log_format {

namespace {

constexpr std::uint64_t record_alignment = 8;

/// So that the same bytes elsewhere in the file do not pass either.
constexpr std::uint64_t seed_of(std::uint64_t salt, std::uint64_t position) noexcept {
  return salt + position;
}

/// All but its last member.
template <class Head>
std::string_view without_checksum(const Head& x) noexcept {
  return bytes_of(x).substr(0, offsetof(Head, checksum));
}

std::uint64_t length_of_texts(const record_head& x) noexcept {
  return std::uint64_t{x.name} + x.data + x.sender + x.date_time + x.server_url + x.more;
}

} // namespace

std::uint64_t checksum_of(std::string_view bytes, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::string sealed(file_header x) {
  x.checksum = checksum_of(without_checksum(x), 0);
  return std::string{bytes_of(x)};
}

std::optional<file_header> read_header(std::string_view bytes) noexcept {
  if (bytes.size() < sizeof(file_header))
    return std::nullopt;
  const auto x = read_as<file_header>(bytes);
  if (x.magic != file_magic || x.checksum != checksum_of(without_checksum(x), 0))
    return std::nullopt;
  return x;
}

std::string sealed(block_head x, std::uint64_t salt, std::uint64_t position) {
  x.checksum = checksum_of(without_checksum(x), seed_of(salt, position));
  return std::string{bytes_of(x)};
}

std::optional<block_head> read_head(std::string_view bytes, std::uint64_t salt, std::uint64_t position) noexcept {
  if (bytes.size() < sizeof(block_head))
    return std::nullopt;
  const auto x = read_as<block_head>(bytes);
  if (x.kind != head_kind::commit && x.kind != head_kind::index && x.kind != head_kind::end)
    return std::nullopt;
  if (x.checksum != checksum_of(without_checksum(x), seed_of(salt, position)))
    return std::nullopt;
  return x;
}

void append_record(std::string& to, record_view x, std::uint64_t salt, std::uint64_t position) {
  auto& head = x.head;
  head.name = static_cast<std::uint16_t>(x.name.size());
  head.data = static_cast<std::uint32_t>(x.data.size());
  head.sender = static_cast<std::uint32_t>(x.sender.size());
  head.date_time = static_cast<std::uint32_t>(x.date_time.size());
  head.server_url = static_cast<std::uint32_t>(x.server_url.size());
  head.more = static_cast<std::uint32_t>(x.more.size());
  const auto length = sizeof head + length_of_texts(head);
  head.bytes = static_cast<std::uint32_t>(up_to(record_alignment, length));
  const auto begin = to.size();
  to.append(bytes_of(head)).append(x.name).append(x.data).append(x.sender);
  to.append(x.date_time).append(x.server_url).append(x.more).append(head.bytes - length, '\0');
  const auto sum = checksum_of(std::string_view{to}.substr(begin + sizeof head.checksum), seed_of(salt, position));
  std::memcpy(to.data() + begin, &sum, sizeof sum);
}

std::string erased_record(std::uint32_t bytes, std::uint64_t salt, std::uint64_t position) {
  record_head head;
  head.bytes = bytes;
  head.kind = record_kind::erased;
  std::string x{bytes_of(head)};
  x.resize(bytes, '\0');
  const auto sum = checksum_of(std::string_view{x}.substr(sizeof head.checksum), seed_of(salt, position));
  std::memcpy(x.data(), &sum, sizeof sum);
  return x;
}

std::optional<std::uint32_t> length_of_record(std::string_view head, std::uint64_t bytes_max) noexcept {
  if (head.size() < sizeof(record_head))
    return std::nullopt;
  const auto x = read_as<record_head>(head);
  const auto length = sizeof(record_head) + length_of_texts(x);
  // Of one that was erased nothing is left but its length.
  const auto fits = x.kind == record_kind::erased ? x.bytes >= sizeof(record_head) && x.bytes % record_alignment == 0
                                                  : x.bytes == up_to(record_alignment, length);
  return fits && x.bytes <= bytes_max ? std::optional{x.bytes} : std::nullopt;
}

std::optional<record_view> read_record(std::string_view bytes, std::uint64_t salt, std::uint64_t position) noexcept {
  record_view x;
  x.head = read_as<record_head>(bytes);
  if (x.head.checksum != checksum_of(bytes.substr(sizeof x.head.checksum), seed_of(salt, position)))
    return std::nullopt;
  bytes.remove_prefix(sizeof x.head);
  const auto take = [&bytes](std::size_t size) {
    const auto text = bytes.substr(0, size);
    bytes.remove_prefix(text.size());
    return text;
  };
  x.name = take(x.head.name);
  x.data = take(x.head.data);
  x.sender = take(x.head.sender);
  x.date_time = take(x.head.date_time);
  x.server_url = take(x.head.server_url);
  x.more = take(x.head.more);
  return x;
}

} // namespace arauto::app::log_format
