#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

/// The bytes of a segment of the event log; docs/event-log-format.md is the same in words. All numbers little end
/// first. Nothing in here touches a file.
namespace arauto::app::log_format {

static_assert(std::endian::native == std::endian::little, "the files are little-endian, and copied as they are");

inline constexpr std::uint32_t version = 1;
/// Of a header, of the head of a commit, and of what a commit's place is a multiple of: no head lies across two sectors
/// of a disk.
inline constexpr std::uint64_t block = 64;
inline constexpr std::array<char, 8> file_magic{'A', 'R', 'A', 'U', 'T', 'O', 'L', 'G'};
/// The last bytes of each commit; none is zero, so that a commit whose end was never written is told from another one.
inline constexpr std::string_view end_mark = "ENDOFCMT";

/// At the beginning of the file.
struct file_header {
  std::array<char, 8> magic = file_magic;
  std::uint32_t version = log_format::version;
  /// Of the segment.
  std::uint32_t number = 0;
  /// The last place that was given before this segment began.
  std::uint64_t follows = 0;
  /// Random: seeds the checksums, so that bytes of another file never pass.
  std::uint64_t salt = 0;
  std::int64_t made_at_ms = 0;
  std::array<std::uint64_t, 2> none{};
  /// XXH3-64 over all before.
  std::uint64_t checksum = 0;
};
static_assert(sizeof(file_header) == block);

/// What begins in a block.
enum class head_kind : std::uint32_t {
  /// "CMT1": records of events that were committed together.
  commit = 0x31544D43,
  /// "IDX1": the index of a closed segment.
  index = 0x31584449,
  /// "END1": the last block of a closed segment; `sync_start` is where the index begins.
  end = 0x31444E45,
};

struct block_head {
  head_kind kind = head_kind::commit;
  /// Of a commit.
  std::uint32_t records = 0;
  /// Behind the head, without what fills the last block.
  std::uint64_t bytes = 0;
  /// Places of the first and the last event.
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::int64_t placed_at_ms = 0;
  /// Where the first commit begins that was synced together with this one.
  std::uint64_t sync_start = 0;
  std::uint32_t events = 0;
  std::uint32_t none = 0;
  /// XXH3-64 over all before, seeded with salt and position.
  std::uint64_t checksum = 0;
};
static_assert(sizeof(block_head) == block);

enum class record_kind : std::uint8_t {
  event = 1,
  /// Gives an instance its number in this segment: `name` is its id, `data` its name.
  instance = 2,
  /// A claim with the event at that place: `data` is key and body.
  claim = 3,
  /// Something was here that had to go; all but the head is zeros.
  erased = 4,
  /// An older form of the file had events at these places that were damaged: `sequence` is the first, `data` has the
  /// last as 8 bytes.
  lost = 5,
};

/// In front of each record.
struct record_head {
  /// XXH3-64 over the rest of the record, seeded with salt and position.
  std::uint64_t checksum = 0;
  /// With this head and what fills up to a multiple of eight.
  std::uint32_t bytes = 0;
  record_kind kind = record_kind::event;
  /// 1: the instance's namespace got the event.
  std::uint8_t flags = 0;
  std::uint16_t name = 0;
  std::uint64_t sequence = 0;
  std::int64_t placed_at_ms = 0;
  /// Number of the instance within the segment.
  std::uint32_t instance = 0;
  // Lengths of the texts behind the head, in this order.
  std::uint32_t data = 0;
  std::uint32_t sender = 0;
  std::uint32_t date_time = 0;
  std::uint32_t server_url = 0;
  std::uint32_t more = 0;
};
static_assert(sizeof(record_head) == 56);

/// A record and its texts; views into the bytes that it was read from.
struct record_view {
  record_head head;
  std::string_view name;
  std::string_view data;
  std::string_view sender;
  std::string_view date_time;
  std::string_view server_url;
  std::string_view more;
};

constexpr std::uint64_t up_to(std::uint64_t multiple, std::uint64_t x) noexcept {
  return (x + multiple - 1) / multiple * multiple;
}

std::uint64_t checksum_of(std::string_view bytes, std::uint64_t seed) noexcept;

template <class Head>
Head read_as(std::string_view bytes) noexcept {
  Head x;
  std::memcpy(&x, bytes.data(), sizeof x);
  return x;
}

template <class Head>
std::string_view bytes_of(const Head& x) noexcept {
  return {reinterpret_cast<const char*>(&x), sizeof x};
}

/// With its checksum.
std::string sealed(file_header x);
/// Nothing where it is none: too short, or a wrong checksum. The version is the caller's to judge.
std::optional<file_header> read_header(std::string_view bytes) noexcept;

std::string sealed(block_head x, std::uint64_t salt, std::uint64_t position);
std::optional<block_head> read_head(std::string_view bytes, std::uint64_t salt, std::uint64_t position) noexcept;

/// Appends a record whose first byte is to stand at that position of the file; sets lengths and checksum.
void append_record(std::string& to, record_view x, std::uint64_t salt, std::uint64_t position);
/// What takes the place of a record of that length.
std::string erased_record(std::uint32_t bytes, std::uint64_t salt, std::uint64_t position);

/// The length of the record that begins so, if it can be one: what its head says fits together, and it ends within
/// `bytes_max`.
std::optional<std::uint32_t> length_of_record(std::string_view head, std::uint64_t bytes_max) noexcept;
/// A whole record, as long as `length_of_record` says; nothing: its checksum is wrong.
std::optional<record_view> read_record(std::string_view bytes, std::uint64_t salt, std::uint64_t position) noexcept;

} // namespace arauto::app::log_format
