#include "tests/conformance/recovery_store.hpp"

#include "net/random_id.hpp"

#include <algorithm>
#include <utility>

namespace arauto::conformance {

namespace {

constexpr std::size_t name_characters = 6;

bool meet(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const auto& x) { return std::find(b.begin(), b.end(), x) != b.end(); });
}

} // namespace

bool audience::includes(const std::vector<std::string>& rooms_of_session) const {
  return (rooms.empty() || meet(rooms, rooms_of_session)) && !meet(except, rooms_of_session);
}

recovery_store::recovery_store() : name_{random_id(name_characters)} {}

std::string recovery_store::offset_of(std::uint64_t number) const {
  return name_ + "." + std::to_string(number);
}

std::string recovery_store::next_offset() const {
  return offset_of(next_);
}

void recovery_store::keep_packet(audience to, std::vector<frame_ptr> frames, std::int64_t now_ms) {
  forget_old(now_ms);
  if (packets_.size() >= packets_max)
    packets_.pop_front();
  packets_.push_back({next_++, std::move(to), std::move(frames), now_ms});
}

void recovery_store::keep_session(kept_member x) {
  forget_old(x.cut_at_ms);
  while (sessions_.size() >= sessions_max && !cut_.empty()) {
    sessions_.erase(cut_.front().second);
    cut_.pop_front();
  }
  cut_.emplace_back(x.cut_at_ms, x.who.pid);
  const auto pid = x.who.pid;
  sessions_.insert_or_assign(pid, std::move(x));
}

std::optional<restored_member> recovery_store::restore(const std::string& pid, std::string_view offset,
                                                       std::int64_t now_ms) {
  forget_old(now_ms);
  const auto at =
      std::find_if(packets_.begin(), packets_.end(), [&](const packet& x) { return offset_of(x.number) == offset; });
  const auto kept = sessions_.find(pid);
  if (at == packets_.end() || kept == sessions_.end())
    return std::nullopt;
  restored_member out;
  out.kept = std::move(kept->second);
  sessions_.erase(kept);
  for (auto x = std::next(at); x != packets_.end(); ++x)
    if (x->to.includes(out.kept.rooms))
      out.missed.insert(out.missed.end(), x->frames.begin(), x->frames.end());
  return out;
}

void recovery_store::forget_old(std::int64_t now_ms) {
  while (!packets_.empty() && packets_.front().sent_at_ms + age_max_ms < now_ms)
    packets_.pop_front();
  for (; !cut_.empty() && cut_.front().first + age_max_ms < now_ms; cut_.pop_front())
    if (const auto at = sessions_.find(cut_.front().second);
        at != sessions_.end() && at->second.cut_at_ms == cut_.front().first)
      sessions_.erase(at);
}

} // namespace arauto::conformance
