#pragma once

#include "net/counters.hpp"
#include "net/http/message.hpp"
#include "net/ports.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace arauto::io {

class http_peer;

/// The HTTP peers of one I/O thread, by the number in their reply slots. Owns them. That thread only. Bounded by the
/// number of connections.
class peer_table {
public:
  explicit peer_table(io_counters& counters) : counters_{&counters} {}

  /// Gives the peer its number and generation.
  void add(std::shared_ptr<http_peer> peer);
  void remove(const http_peer& peer);

  void respond(reply_slot where, http::response what);

  /// Calls `what` if the peer goes away before the request was answered. False: it is gone already.
  bool watch(reply_slot where, std::function<void()> what);

  /// Ends the TCP connection of a request that is still open, without an answer.
  void cut(reply_slot where);

  /// Closes every peer: those that wait for a request at once, the others after their answers.
  void close_all();
  std::size_t size() const noexcept { return count_; }

private:
  struct seat {
    std::shared_ptr<http_peer> peer;
    std::uint32_t generation = 0;
  };
  http_peer* find(reply_slot where) const noexcept;

  io_counters* counters_;
  std::vector<seat> seats_;
  std::vector<std::uint32_t> free_;
  std::size_t count_ = 0;
};

/// Brings answers to the I/O thread of their peer. Thread-safe.
class thread_responder final : public http::responder {
public:
  /// One more I/O thread, in the order of their indices; before any thread runs.
  void add(loop& where, peer_table& peers) { homes_.push_back({&where, &peers}); }
  void respond(reply_slot where, http::response what) override;
  /// Ends the TCP connection of a request that is still open, without an answer.
  void cut(reply_slot where);

private:
  struct home {
    loop* where;
    peer_table* peers;
  };
  std::vector<home> homes_;
};

} // namespace arauto::io
