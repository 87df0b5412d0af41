#pragma once

#include "net/frame_queue.hpp"
#include "net/io/event_streams.hpp"

#include <memory>
#include <optional>
#include <string>

namespace arauto::io {

/// One client of the event streams, whatever carries it: the bounded queue of what it has to get, and its heartbeat.
/// Owned by the event streams of its I/O thread; that thread only.
///
/// The bound: when frames would pass `backlog_max` and the socket takes no more, they are not taken, and that is
/// counted. A stream that takes nothing between two heartbeats ends; the client comes again.
class event_stream : public event_outbox,
                     public std::enable_shared_from_this<event_stream>,
                     private turn_task,
                     private timer {
public:
  explicit event_stream(event_streams& owner);
  ~event_stream() override;

  push_result push(const frame_batch& what) override;
  void close(close_reason reason) override;
  void dismiss(std::string_view reason) override;
  void allow_messages(std::size_t) override {}
  bool is_writable() const noexcept override { return queue_.empty(); }
  std::size_t backlog() const noexcept override { return queue_.bytes(); }
  std::span<const header_field> request_fields() const noexcept override { return {}; }

protected:
  /// Why a stream ends, as far as its client can learn it.
  struct farewell {
    close_reason why = close_reason::forced_close;
    /// Not empty: the client should not come again.
    std::string dismissal;
  };

  /// Asks above for the events of an instance ("": of all). Nothing: they flow, and the heartbeat has begun. Else why
  /// not.
  std::optional<admission> begin(const handshake& shake, std::string_view name, event_form form);
  /// The client has gone: tells above and forgets this stream.
  void lose(close_reason why);
  /// Something may be queued by now, or was.
  frame_queue& queue() noexcept { return queue_; }
  const event_stream_services& services() const noexcept { return owner_->services(); }

private:
  /// Something was queued: has it sent at the end of the turn.
  virtual void wake() = 0;
  /// Offers the queue to the socket now.
  virtual void flush() = 0;
  /// Time for a sign of life.
  virtual void beat() = 0;
  /// Ends what carries the stream. Nothing is called back.
  virtual void leave(const farewell& x) = 0;

  void at_turn_end() override;
  void on_timer() override;
  bool is_full(std::size_t more) const noexcept;

  event_streams* owner_;
  frame_queue queue_;
  application_side_ptr above_;
  std::optional<farewell> closing_;
  /// What was first in the queue at the last heartbeat.
  frame_ptr stuck_;
  bool is_over_ = false;
};

/// A stream over WebSocket: accepts the upgrade, and opens once that is done. A refusal is a close with a reason, since
/// a browser cannot read a refused upgrade.
std::shared_ptr<event_stream> make_websocket_stream(event_streams& owner, const http::request& asked,
                                                    std::string_view name, std::shared_ptr<frame_stream> stream);

/// A stream of server-sent events. A refusal is an ordinary HTTP answer; then there is no stream.
std::shared_ptr<event_stream> make_sse_stream(event_streams& owner, const http::request& asked, std::string_view name,
                                              std::shared_ptr<frame_stream> stream);

} // namespace arauto::io
