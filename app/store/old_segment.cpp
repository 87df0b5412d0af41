#include "app/store/old_segment.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <zlib.h>

namespace arauto::app {

namespace {

/// The last version that there was.
constexpr std::int64_t version_max = 3;
constexpr std::int64_t version_with_claims = 2;
constexpr std::int64_t version_with_tally = 3;

constexpr auto rows_sql =
    "SELECT sequence, id, instance.name, event.name, placed_at_ms, selected, data, sender, date_time, server_url, more,"
    " checksum FROM event CROSS JOIN instance ON number = event.instance ORDER BY sequence";

std::uint32_t checksum_of(const old_segment::row& x) noexcept {
  auto sum = crc32_z(0, nullptr, 0);
  const auto add = [&sum](const void* bytes, std::size_t size) {
    sum = crc32_z(sum, static_cast<const Bytef*>(bytes), size);
  };
  const std::array numbers{x.sequence, static_cast<std::uint64_t>(x.placed_at_ms), std::uint64_t{x.is_selected}};
  add(numbers.data(), sizeof numbers);
  for (const auto text :
       {x.instance_id, x.instance_name, x.name, x.data, x.sender, x.date_time, x.server_url, x.more}) {
    const auto size = std::uint64_t{text.size()};
    add(&size, sizeof size);
    if (!text.empty())
      add(text.data(), text.size());
  }
  return static_cast<std::uint32_t>(sum);
}

std::optional<claim_digest> read_digest(std::span<const unsigned char> stored) noexcept {
  claim_digest x;
  if (stored.size() != x.bytes.size())
    return std::nullopt;
  std::memcpy(x.bytes.data(), stored.data(), stored.size());
  return x;
}

} // namespace

old_segment::old_segment(const std::filesystem::path& path)
    : file_{path.string()}, version_{file_.number("PRAGMA user_version")} {
  if (version_ > version_max)
    throw sqlite::failure("The file has version " + std::to_string(version_) + ", but this program knows only " +
                          std::to_string(version_max) + ": it was written by a newer one.");
}

void old_segment::for_each(const std::function<void(const row& x)>& then) {
  if (version_ == 0)
    return; // Nothing was ever written to it.
  sqlite::statement from{file_, rows_sql};
  while (from.step()) {
    row x;
    x.sequence = static_cast<event_sequence>(from.number());
    x.instance_id = from.text_view();
    x.instance_name = from.text_view();
    x.name = from.text_view();
    x.placed_at_ms = from.number();
    x.is_selected = from.truth();
    x.data = from.text_view();
    x.sender = from.text_view();
    x.date_time = from.text_view();
    x.server_url = from.text_view();
    x.more = from.text_view();
    x.is_sound = static_cast<std::uint32_t>(from.number()) == checksum_of(x);
    then(x);
  }
}

std::vector<old_segment::claim> old_segment::claims() {
  std::vector<claim> all;
  if (version_ < version_with_claims)
    return all;
  sqlite::statement rows{file_, "SELECT key, body, sequence FROM claim ORDER BY sequence"};
  while (rows.step()) {
    const auto key = read_digest(rows.bytes_view());
    const auto body = read_digest(rows.bytes_view());
    if (key && body)
      all.push_back({*key, *body, static_cast<event_sequence>(rows.number())});
  }
  return all;
}

event_sequence old_segment::first() {
  return version_ == 0 ? 0 : static_cast<event_sequence>(file_.number("SELECT ifnull(min(sequence), 0) FROM event"));
}

event_sequence old_segment::last() {
  return version_ == 0 ? 0 : static_cast<event_sequence>(file_.number("SELECT ifnull(max(sequence), 0) FROM event"));
}

bool old_segment::lacks_events() {
  return version_ >= version_with_tally &&
         file_.number("SELECT events FROM tally") != file_.number("SELECT count(*) FROM event");
}

std::optional<std::uint32_t> number_of_old_segment(const std::filesystem::path& file) {
  const auto name = file.filename().string();
  std::uint32_t number = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
  return read.ec == std::errc{} && std::string_view{read.ptr} == ".db" ? std::optional{number} : std::nullopt;
}

} // namespace arauto::app
