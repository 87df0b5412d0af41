#pragma once

#include "actors/event_store.hpp"

#include <chrono>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace arauto {

/// `EVENT_LOG=memory`: events until the process ends, within bounds on age and bytes; the oldest go first. Readers may
/// be on any thread.
class memory_event_store final : public event_store {
public:
  memory_event_store(std::chrono::milliseconds age_max, std::uint64_t bytes_max);

  event_sequence last() const noexcept override { return last_; }
  log_extent_ptr extent() const override;
  void append(std::span<const event_ptr> events, std::span<const event_claim> claims, std::int64_t now_ms) override;
  std::optional<known_claim> find_claim(const std::string& instance_id, const claim_digest& key,
                                        std::int64_t now_ms) override;
  void erase(const std::string& instance_id) override;
  bool purge(std::int64_t now_ms) override;
  bool is_durable() const noexcept override { return false; }
  std::unique_ptr<event_reader> open_reader(emitter_finder find) override;

  /// What a reader gets. Any thread.
  event_page read(const event_query& x) const;

private:
  struct kept_claim {
    std::string instance_id;
    known_claim what;
    std::int64_t placed_at_ms = 0;
  };

  void drop_oldest(log_extent& gone);
  void drop_claims(event_sequence through);

  std::chrono::milliseconds age_max_;
  std::uint64_t bytes_max_;
  event_sequence last_ = 0;
  mutable std::mutex mutex_;
  std::deque<stored_event> events_;
  std::uint64_t bytes_ = 0;
  /// By key; and in the order of their events. The log's thread only.
  std::unordered_multimap<claim_digest, kept_claim, claim_digest_hash> claims_;
  std::deque<std::pair<event_sequence, claim_digest>> claims_in_order_;
  log_extent_ptr extent_;
};

} // namespace arauto
