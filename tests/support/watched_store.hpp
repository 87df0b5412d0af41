#pragma once

#include "actors/memory_event_store.hpp"

#include <string>
#include <utility>
#include <vector>

namespace arauto::test {

/// Keeps events as if for good, counts its commits, and refuses when it is told to.
class watched_store final : public event_store {
public:
  event_sequence last() const noexcept override { return kept.last(); }
  log_extent_ptr extent() const override { return kept.extent(); }
  void append(std::span<const event_ptr> events, std::span<const event_claim> claims, std::int64_t now_ms) override {
    if (!fault.empty())
      throw store_failure(fault);
    commits.push_back(events.size());
    kept.append(events, claims, now_ms);
  }
  std::optional<known_claim> find_claim(const std::string& instance_id, const claim_digest& key,
                                        std::int64_t now_ms) override {
    return kept.find_claim(instance_id, key, now_ms);
  }
  void erase(const std::string& instance_id) override { kept.erase(instance_id); }
  bool purge(std::int64_t now_ms) override { return kept.purge(now_ms); }
  bool is_durable() const noexcept override { return true; }
  std::unique_ptr<event_reader> open_reader(emitter_finder find) override { return kept.open_reader(std::move(find)); }

  memory_event_store kept{std::chrono::hours{1}, 1000000};
  std::string fault;
  std::vector<std::size_t> commits;
};

} // namespace arauto::test
