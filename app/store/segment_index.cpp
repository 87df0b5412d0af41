#include "app/store/segment_index.hpp"

#include <algorithm>
#include <cstring>

namespace arauto::app {

namespace {

/// Bytes of file between two seeks: that much is read in vain at most.
constexpr std::uint64_t seek_bytes = 16384;

claim_digest digest_of(std::string_view bytes) noexcept {
  claim_digest x;
  std::memcpy(x.bytes.data(), bytes.data(), x.bytes.size());
  return x;
}

} // namespace

event_sequence segment_index::last_used() const noexcept {
  return std::max({follows, last, damages.empty() ? 0 : damages.back().last});
}

event_place segment_index::place_of(event_sequence x, std::uint64_t position) const noexcept {
  return {static_cast<std::uint32_t>(position / 8), static_cast<std::uint32_t>(x - follows)};
}

void segment_index::add(const log_format::record_view& x, std::uint64_t position) {
  using log_format::record_kind;
  const auto& head = x.head;
  switch (head.kind) {
  case record_kind::instance:
    number_of.insert_or_assign(std::string{x.name}, head.instance);
    if (instances.size() <= head.instance)
      instances.resize(head.instance + std::size_t{1});
    instances[head.instance] = {std::string{x.name}, std::string{x.data}, position, {}, {}};
    return;
  case record_kind::event:
    instances[head.instance].places.push_back(place_of(head.sequence, position));
    ++events;
    return;
  case record_kind::claim: {
    constexpr auto half = sizeof(claim_digest);
    claims[{head.instance, digest_of(x.data)}] = {digest_of(x.data.substr(half)), head.sequence, head.placed_at_ms};
    instances[head.instance].claims.push_back(position);
    return;
  }
  case record_kind::lost:
    return add_damage(position, head.sequence, log_format::read_as<event_sequence>(x.data));
  case record_kind::erased:
    return;
  }
}

void segment_index::add(const log_format::block_head& x, std::uint64_t position) {
  // Who reads on behind damage must not come by it.
  const auto is_behind_damage = !damages.empty() && !seeks.empty() && damages.back().position >= seeks.back().position;
  if (seeks.empty() || is_behind_damage || position >= seeks.back().position + seek_bytes)
    seeks.push_back({x.first, position});
  end = log_format::up_to(log_format::block, position + sizeof x + x.bytes);
  if (first == 0) {
    first = x.first;
    oldest_ms = x.placed_at_ms;
  }
  last = x.last;
  newest_ms = x.placed_at_ms;
}

void segment_index::add_damage(std::uint64_t position, event_sequence first_lost, event_sequence last_lost) {
  damages.push_back({position, first_lost, last_lost});
}

std::uint64_t segment_index::position_behind(event_sequence after) const noexcept {
  const auto next = std::upper_bound(seeks.begin(), seeks.end(), after + 1,
                                     [](event_sequence x, const seek& y) { return x < y.first; });
  return next == seeks.begin() ? log_format::block : std::prev(next)->position;
}

event_sequence segment_index::last_of(const std::string& instance_id) const {
  const auto at = number_of.find(instance_id);
  if (at == number_of.end() || instances[at->second].places.empty())
    return 0;
  return sequence_of(instances[at->second].places.back());
}

namespace {

/// In front of the packed lists.
struct packed_head {
  std::uint64_t checksum = 0;
  std::uint64_t follows = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::int64_t oldest_ms = 0;
  std::int64_t newest_ms = 0;
  std::uint64_t events = 0;
  std::uint32_t instances = 0;
  std::uint32_t seeks = 0;
  std::uint32_t damages = 0;
  std::uint32_t claims = 0;
};
static_assert(sizeof(packed_head) == 72);

struct packed_instance {
  std::uint64_t position = 0;
  std::uint32_t id = 0;
  std::uint32_t name = 0;
  std::uint32_t places = 0;
  std::uint32_t claims = 0;
};
static_assert(sizeof(packed_instance) == 24);

struct packed_claim {
  claim_digest key;
  claim_digest body;
  std::uint64_t last = 0;
  std::int64_t placed_at_ms = 0;
  std::uint32_t instance = 0;
  std::uint32_t none = 0;
};
static_assert(sizeof(packed_claim) == 56);

/// Lists of plain numbers stand in a file as they do in memory.
template <class T>
std::string_view bytes_of_list(const std::vector<T>& x) noexcept {
  return {reinterpret_cast<const char*>(x.data()), x.size() * sizeof(T)};
}

/// Takes one thing after the other from bytes that end somewhere.
class unpacking {
public:
  explicit unpacking(std::string_view bytes) : left_{bytes} {}

  template <class T>
  bool take(T& to) noexcept {
    const auto bytes = text(sizeof to);
    if (is_sound_)
      std::memcpy(&to, bytes.data(), sizeof to);
    return is_sound_;
  }
  template <class T>
  void take_list(std::vector<T>& to, std::size_t count) {
    if (count > left_.size() / sizeof(T))
      is_sound_ = false;
    if (!is_sound_ || count == 0)
      return;
    to.resize(count);
    std::memcpy(to.data(), left_.data(), count * sizeof(T));
    left_.remove_prefix(count * sizeof(T));
  }
  std::string_view text(std::size_t size) noexcept {
    is_sound_ = is_sound_ && size <= left_.size();
    const auto x = left_.substr(0, is_sound_ ? size : 0);
    left_.remove_prefix(x.size());
    return x;
  }
  bool is_sound() const noexcept { return is_sound_; }
  bool is_through() const noexcept { return is_sound_ && left_.empty(); }

private:
  std::string_view left_;
  bool is_sound_ = true;
};

std::uint64_t checksum_of_packed(std::string_view bytes, std::uint64_t salt) noexcept {
  return log_format::checksum_of(bytes.substr(sizeof(packed_head::checksum)), salt);
}

} // namespace

std::string packed(const segment_index& x, std::uint64_t salt) {
  packed_head head;
  head.follows = x.follows;
  head.first = x.first;
  head.last = x.last;
  head.oldest_ms = x.oldest_ms;
  head.newest_ms = x.newest_ms;
  head.events = x.events;
  head.instances = static_cast<std::uint32_t>(x.instances.size());
  head.seeks = static_cast<std::uint32_t>(x.seeks.size());
  head.damages = static_cast<std::uint32_t>(x.damages.size());
  head.claims = static_cast<std::uint32_t>(x.claims.size());
  std::string out{log_format::bytes_of(head)};
  for (const auto& one : x.instances) {
    const packed_instance entry{
        one.position, static_cast<std::uint32_t>(one.id.size()), static_cast<std::uint32_t>(one.name.size()),
        static_cast<std::uint32_t>(one.places.size()), static_cast<std::uint32_t>(one.claims.size())};
    out.append(log_format::bytes_of(entry)).append(one.id).append(one.name);
    out.append(bytes_of_list(one.places)).append(bytes_of_list(one.claims));
  }
  out.append(bytes_of_list(x.seeks)).append(bytes_of_list(x.damages));
  for (const auto& [key, one] : x.claims)
    out.append(log_format::bytes_of(packed_claim{key.key, one.body, one.last, one.placed_at_ms, key.instance, 0}));
  const auto sum = checksum_of_packed(out, salt);
  std::memcpy(out.data(), &sum, sizeof sum);
  return out;
}

std::optional<segment_index> unpacked(std::string_view bytes, std::uint64_t salt) {
  unpacking from{bytes};
  packed_head head;
  if (!from.take(head) || head.checksum != checksum_of_packed(bytes, salt))
    return std::nullopt;
  segment_index x;
  x.follows = head.follows;
  x.first = head.first;
  x.last = head.last;
  x.oldest_ms = head.oldest_ms;
  x.newest_ms = head.newest_ms;
  x.events = head.events;
  for (std::uint32_t i = 0; i < head.instances && from.is_sound(); ++i) {
    packed_instance entry;
    if (!from.take(entry))
      break;
    auto& one = x.instances.emplace_back();
    one.position = entry.position;
    one.id = from.text(entry.id);
    one.name = from.text(entry.name);
    from.take_list(one.places, entry.places);
    from.take_list(one.claims, entry.claims);
    if (!one.id.empty())
      x.number_of.insert_or_assign(one.id, i);
  }
  from.take_list(x.seeks, head.seeks);
  from.take_list(x.damages, head.damages);
  for (std::uint32_t i = 0; i < head.claims && from.is_sound(); ++i)
    if (packed_claim one; from.take(one))
      x.claims[{one.instance, one.key}] = {one.body, one.last, one.placed_at_ms};
  return from.is_through() ? std::optional{std::move(x)} : std::nullopt;
}

} // namespace arauto::app
