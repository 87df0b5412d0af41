#pragma once

#include "net/io/frame_stream.hpp"
#include "net/io/http_parser.hpp"
#include "net/io/peer_table.hpp"

#include <atomic>
#include <deque>
#include <optional>

namespace arauto::io {

/// Takes sockets that ask for WebSocket. I/O thread only; must not throw.
class upgrade_handler {
public:
  virtual ~upgrade_handler() = default;
  /// Whether this request is for a WebSocket of ours; else it is answered like any other.
  virtual bool wants(const http::request& what) = 0;
  /// Whether this plain request takes its socket over for good, since its answer has no end.
  virtual bool takes_over(const http::request&) { return false; }
  virtual void upgrade(http::request what, std::shared_ptr<frame_stream> stream) = 0;
  /// Whether the TCP connection of this plain request may be used again although the server is about to end. Asked then
  /// only.
  virtual bool may_stay(const http::request&) { return false; }
};

struct http_settings {
  http_limits limits;
  std::chrono::milliseconds head_timeout{10000};
  std::chrono::milliseconds keep_alive_timeout{65000};
  /// Bytes of request bodies that all peers together hold.
  std::size_t body_bytes_total = 536870912;
};

/// What every peer of one I/O thread stands on.
struct http_services {
  io_loop& home;
  peer_table& peers;
  http::request_handler& requests;
  upgrade_handler& upgrades;
  io_counters& counters;
  const http_settings& settings;
  /// Bytes of request bodies held now, over all I/O threads.
  std::atomic<std::size_t>& body_bytes;
  /// The server is about to end: a TCP connection that brings another request closes behind its answer, unless
  /// `upgrades` says that it may stay.
  bool is_ending = false;
};

/// One TCP peer speaking HTTP/1.1 until it upgrades. Reads every request that is there, answers in their order with one
/// write per turn. Owned by the peer table; I/O thread only. At most `outstanding_max` requests wait for answers and
/// about `unsent_max` bytes for the client: at either bound it stops reading.
class http_peer final : public std::enable_shared_from_this<http_peer>,
                        private stream_owner,
                        private turn_task,
                        private timer {
public:
  http_peer(std::shared_ptr<frame_stream> stream, http_services& services);
  ~http_peer() override;

  /// Begins to read.
  void start();
  void respond(std::uint32_t request, http::response what);
  void watch(std::uint32_t request, std::function<void()> what);
  /// Ends the TCP connection at once if the request is still open.
  void cut(std::uint32_t request);
  /// No further request is read; the connection ends with the last answer.
  void end();

  void sit(std::uint32_t number, std::uint32_t generation) noexcept {
    seat_ = number;
    generation_ = generation;
  }
  std::uint32_t seat() const noexcept { return seat_; }

private:
  static constexpr std::size_t outstanding_max = 256;
  static constexpr std::size_t unsent_max = 1048576;

  /// A request that waits for its answer or for its turn.
  struct exchange {
    std::optional<http::response> answer;
    std::function<void()> on_lost;
    std::size_t body_bytes = 0;
    bool keep_alive = true;
    bool is_head = false;
    /// Its body is still arriving.
    bool is_partial = false;
  };
  enum class state { open, draining, closed };
  /// What the peer's timer stands for.
  enum class phase { none, head, body, answer, idle };

  void on_readable() override;
  void on_drained() override;
  void on_broken() override { close(); }
  void at_turn_end() override { write_answers(); }
  void on_timer() override;

  void wait();
  void feed(std::string_view bytes);
  /// Bytes used; stops at a pause, an error or when more input is needed.
  std::size_t parse(std::string_view bytes);
  std::size_t take_plain(std::string_view bytes);
  void on_head();
  bool begin();
  bool has_begun() const noexcept { return !exchanges_.empty() && exchanges_.back().is_partial; }
  void on_parsed();
  void on_request(http::request request, bool is_upgrade);
  exchange made_of(const http::request& head) const;
  reply_slot last_slot() const noexcept;
  void upgrade();
  void refuse(unsigned status);
  void answer_last(http::response what);
  bool take_budget(std::size_t bytes);
  bool may_read() const noexcept;
  void resume();
  void write_answers();
  phase current_phase() const noexcept;
  void arm_for_state();
  void close();

  std::shared_ptr<frame_stream> stream_;
  http_services* services_;
  http_parser::head_judge judge_;
  http_parser::body_budget budget_;
  std::optional<http_parser> parser_;
  std::string input_;
  std::string remote_address_;
  std::deque<exchange> exchanges_;
  std::optional<http::request> upgrade_;
  /// Number of the first exchange.
  std::uint32_t first_ = 0;
  std::uint32_t seat_ = 0;
  std::uint32_t generation_ = 0;
  std::size_t body_bytes_ = 0;
  state state_ = state::open;
  bool waiting_ = false;
  phase phase_ = phase::none;
};

} // namespace arauto::io
