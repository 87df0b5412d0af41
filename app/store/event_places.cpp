#include "app/store/event_places.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>
#include <zlib.h>

namespace arauto::app {

namespace {

constexpr std::size_t place_bytes = 8;

std::uint32_t read_32(const unsigned char* at) noexcept {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | std::uint32_t{at[3]};
}

void append_32(std::vector<unsigned char>& out, std::uint64_t x) {
  if (x > std::numeric_limits<std::uint32_t>::max())
    throw sqlite::failure("The places of a block of the event log are too far apart.");
  for (const auto shift : {24, 16, 8, 0})
    out.push_back(static_cast<unsigned char>(x >> shift & 0xFF));
}

std::vector<unsigned char> packed(std::span<const event_place> sorted, event_sequence first) {
  std::vector<unsigned char> out;
  out.reserve(sorted.size() * place_bytes);
  for (const auto& x : sorted) {
    append_32(out, x.instance);
    append_32(out, x.sequence - first);
  }
  return out;
}

} // namespace

std::uint32_t place_block::checksum() const noexcept {
  const std::array numbers{first, last};
  const auto sum = crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(numbers.data()), sizeof numbers);
  return static_cast<std::uint32_t>(places.empty() ? sum : crc32_z(sum, places.data(), places.size()));
}

std::size_t place_block::size() const noexcept {
  return places.size() / place_bytes;
}

event_place place_block::at(std::size_t position) const noexcept {
  const auto* bytes = places.data() + position * place_bytes;
  return {read_32(bytes), first + read_32(bytes + 4)};
}

std::pair<std::size_t, std::size_t> place_block::range_of(std::uint32_t instance) const noexcept {
  const auto position_of = [this](std::uint64_t wanted) {
    std::size_t low = 0;
    for (auto high = size(); low < high;) {
      const auto middle = low + (high - low) / 2;
      if (at(middle).instance < wanted)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  };
  return {position_of(instance), position_of(std::uint64_t{instance} + 1)};
}

block_reader::block_reader(sqlite::database& segment, order from)
    : rows_{segment, from == order::oldest
                         ? "SELECT first, last, places, checksum FROM block WHERE last > ? ORDER BY last"
                         : "SELECT first, last, places, checksum FROM block WHERE last > ? ORDER BY last DESC"} {}

void block_reader::begin(event_sequence after) {
  rows_.reset();
  rows_.bind(static_cast<std::int64_t>(after));
}

std::optional<place_block> block_reader::next() {
  if (!rows_.step()) {
    rows_.reset();
    return std::nullopt;
  }
  place_block x;
  x.first = static_cast<event_sequence>(rows_.number());
  x.last = static_cast<event_sequence>(rows_.number());
  x.places = rows_.bytes_view();
  if (static_cast<std::uint32_t>(rows_.number()) != x.checksum() || x.places.size() % place_bytes != 0)
    throw sqlite::failure("The places of the events from " + std::to_string(x.first) + " to " + std::to_string(x.last) +
                          " of the event log were changed on the disk; their checksum is wrong.");
  return x;
}

place_index::place_index(sqlite::database& segment)
    : file_{&segment},
      blocks_{segment},
      newest_{segment, block_reader::order::newest},
      insert_{segment, "INSERT OR REPLACE INTO block(last, first, places, checksum) VALUES(?,?,?,?)"} {
  load();
}

void place_index::load() {
  sqlite::transaction all{*file_};
  tail_.clear();
  sqlite::statement rows{*file_, "SELECT instance, sequence FROM event WHERE sequence > (SELECT ifnull(max(last), 0) "
                                 "FROM block) ORDER BY sequence"};
  while (rows.step()) {
    const auto instance = static_cast<std::uint32_t>(rows.number());
    add({instance, static_cast<event_sequence>(rows.number())});
    write_block(); // Of a file that an older program wrote, or that lost its last blocks.
  }
  rows.reset();
  all.commit();
}

void place_index::write_block() {
  if (tail_.size() < block_events)
    return;
  write(tail_);
  tail_.clear();
}

void place_index::write(std::span<event_place> places) {
  place_block x{places.front().sequence, places.back().sequence, {}};
  std::sort(places.begin(), places.end(), [](const event_place& a, const event_place& b) {
    return std::tie(a.instance, a.sequence) < std::tie(b.instance, b.sequence);
  });
  const auto bytes = packed(places, x.first);
  x.places = bytes;
  store(x);
}

void place_index::truncate(event_sequence last) {
  sqlite::statement{*file_, "DELETE FROM block WHERE last > ?"}.bind(static_cast<std::int64_t>(last)).run();
}

void place_index::store(const place_block& x) {
  insert_.bind(static_cast<std::int64_t>(x.last)).bind(static_cast<std::int64_t>(x.first)).bind_lasting(x.places);
  insert_.bind(std::int64_t{x.checksum()}).run();
}

std::vector<event_sequence> place_index::take_some(std::uint32_t instance, std::size_t places_max) {
  std::vector<event_sequence> taken;
  blocks_.begin(0);
  while (const auto block = blocks_.next()) {
    const auto [begin, end] = block->range_of(instance);
    if (begin == end)
      continue;
    std::vector<event_place> left;
    for (std::size_t i = 0; i < block->size(); ++i)
      if (const auto x = block->at(i); x.instance == instance)
        taken.push_back(x.sequence);
      else
        left.push_back(x);
    place_block rest{block->first, block->last, {}};
    const auto bytes = packed(left, rest.first);
    rest.places = bytes;
    blocks_.end();
    store(rest);
    if (taken.size() >= places_max)
      return taken;
    blocks_.begin(rest.last);
  }
  std::erase_if(tail_, [&](const event_place& x) {
    if (x.instance == instance)
      taken.push_back(x.sequence);
    return x.instance == instance;
  });
  return taken;
}

event_sequence place_index::last_of(std::uint32_t instance) {
  for (auto at = tail_.rbegin(); at != tail_.rend(); ++at)
    if (at->instance == instance)
      return at->sequence;
  event_sequence last = 0;
  newest_.begin(0);
  while (const auto block = newest_.next())
    if (const auto [begin, end] = block->range_of(instance); begin != end) {
      last = block->at(end - 1).sequence;
      break;
    }
  newest_.end();
  return last;
}

std::unordered_map<std::uint32_t, event_sequence> place_index::last_of_all() {
  std::unordered_map<std::uint32_t, event_sequence> all;
  blocks_.begin(0);
  while (const auto block = blocks_.next())
    for (std::size_t i = 0; i < block->size(); ++i) {
      const auto x = block->at(i);
      auto& last = all[x.instance];
      last = std::max(last, x.sequence);
    }
  for (const auto& x : tail_)
    all[x.instance] = x.sequence;
  return all;
}

} // namespace arauto::app
