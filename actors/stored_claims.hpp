#pragma once

#include "actors/event_store.hpp"
#include "actors/protocol.hpp"

#include <vector>

namespace arauto {

/// What a request comes to whose events count once.
struct refused_request {
  emit_request what;
  std::string reason;
  /// HTTP status.
  unsigned status = 0;
};

/// Judges the requests of one commit by the claims that the store has. One per commit; the EVENT LOG's thread only.
class claim_judge {
public:
  claim_judge(event_store& store, std::int64_t now_ms) : store_{store}, now_ms_{now_ms} {}

  /// Takes out events that the log has already, and requests that cannot be. Throws store_failure.
  void judge(append& x);

  const std::vector<refused_request>& refused() const noexcept { return refused_; }
  /// On the events that are left, once they have their places.
  std::span<const event_claim> claims() const noexcept { return claims_; }

private:
  struct verdict {
    std::string reason;
    unsigned status = 0;
    /// By the index of the claim: where its events are already, or 0.
    std::vector<event_sequence> known;
  };
  verdict judge(const emit_request& request, const std::string& instance_id);

  event_store& store_;
  std::int64_t now_ms_;
  std::vector<event_claim> claims_;
  std::vector<refused_request> refused_;
};

} // namespace arauto
