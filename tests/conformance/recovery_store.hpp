#pragma once

#include "net/frame.hpp"
#include "tests/conformance/members.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace arauto::conformance {

/// Whom a packet was for.
struct audience {
  /// Sessions in any of them; empty: everybody.
  std::vector<std::string> rooms;
  /// But none in any of these.
  std::vector<std::string> except;

  bool includes(const std::vector<std::string>& rooms_of_session) const;
};

/// A session whose connection was cut.
struct kept_member {
  member who;
  std::vector<std::string> rooms;
  std::int64_t cut_at_ms = 0;
};

/// A session that goes on, and what its client missed, in order.
struct restored_member {
  kept_member kept;
  std::vector<frame_ptr> missed;
};

/// Connection state recovery as the reference server's in-memory adapter does it: the packets of one namespace, and its
/// sessions that were cut, for two minutes. Nothing outlives the process. Part of a namespace's actor.
class recovery_store {
public:
  /// maxDisconnectionDuration, its default.
  static constexpr std::int64_t age_max_ms = 120000;
  /// Of each; the oldest packets and sessions make room, and their clients get a new session.
  static constexpr std::size_t packets_max = 10000;
  static constexpr std::size_t sessions_max = 10000;

  recovery_store();

  /// The offset that the next packet has to carry.
  std::string next_offset() const;
  /// Keeps a packet that carries it. `frames`: with attachments.
  void keep_packet(audience to, std::vector<frame_ptr> frames, std::int64_t now_ms);
  void keep_session(kept_member x);
  /// The session of that pid, which is taken out, when it and the offset are still here.
  std::optional<restored_member> restore(const std::string& pid, std::string_view offset, std::int64_t now_ms);

private:
  struct packet {
    std::uint64_t number = 0;
    audience to;
    std::vector<frame_ptr> frames;
    std::int64_t sent_at_ms = 0;
  };

  std::string offset_of(std::uint64_t number) const;
  void forget_old(std::int64_t now_ms);

  /// Offsets of another store mean nothing here.
  std::string name_;
  std::uint64_t next_ = 0;
  std::deque<packet> packets_;
  std::unordered_map<std::string, kept_member> sessions_;
  /// Pids, in the order in which they were cut; some may be out.
  std::deque<std::pair<std::int64_t, std::string>> cut_;
};

} // namespace arauto::conformance
