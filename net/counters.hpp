#pragma once

#include <atomic>
#include <cstdint>

namespace arauto {

/// A number that one thread raises and any thread reads: no lock and no shared cache line on the hot path.
class counter {
public:
  void add(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t n = 1) noexcept { add(~n + 1); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// What one I/O thread counts. Written by that thread only; summed when somebody asks.
struct alignas(64) io_counters {
  // Sockets.
  counter accepted_sockets;
  counter refused_sockets;
  counter open_sockets;
  counter sendmsg_calls;
  counter bytes_sent;
  counter bytes_received;
  // HTTP.
  counter http_requests;
  counter http_bad_requests;
  counter http_timeouts;
  counter orphaned_answers;
  // Engine.IO and Socket.IO.
  counter handshakes;
  counter refused_handshakes;
  counter open_connections;
  counter open_streams;
  counter open_websocket_readers;
  counter fallen_behind;
  counter replayed_events;
  counter recovered_sessions;
  counter unrecovered_sessions;
  counter refused_streams;
  counter upgrades;
  counter backlog_overflows;
  counter ping_timeouts;
  counter protocol_errors;
  counter open_sessions;
  counter refused_sessions;
  // Events.
  counter emitted_events;
  counter refused_emits;
  counter deliveries;
  counter client_events;
  counter dropped_client_events;
  counter dropped_volatile_packets;
  counter forgotten_acks;
  counter relayed_events;
  counter relay_duplicates;
  counter relay_drops;
  counter expired_sessions;
};

} // namespace arauto
