#pragma once

#include "net/frame.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// What actors may see of the network, and what the network may see of actors. No socket, no Asio, no CAF in here.
namespace arauto {

// -- the loop of an I/O thread ------------------------------------------------------------------------------------

/// Something to do once at the end of the current turn of a loop. The owner keeps it alive until it ran or until
/// the loop is gone.
class turn_task {
public:
  virtual ~turn_task() = default;
  /// I/O thread only. Must not throw.
  virtual void at_turn_end() = 0;

private:
  friend class turn_queue;
  bool queued_ = false;
};

/// A place in a circular list of timers.
class timer_link {
public:
  timer_link() = default;
  timer_link(const timer_link&) = delete;
  timer_link& operator=(const timer_link&) = delete;
  bool is_linked() const noexcept { return next_ != nullptr; }

protected:
  ~timer_link() = default;
  void unlink() noexcept {
    if (next_ == nullptr)
      return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

private:
  friend class timer_wheel;
  timer_link* next_ = nullptr;
  timer_link* previous_ = nullptr;
};

/// An intrusive timer, owned by whoever waits. Disarms itself when destroyed. I/O thread only.
class timer : public timer_link {
public:
  virtual ~timer() { unlink(); }
  /// The time has come; the timer is disarmed and may be armed again. Must not throw.
  virtual void on_timer() = 0;

private:
  friend class timer_wheel;
  std::int64_t deadline_ = 0;
};

/// The loop of one I/O thread.
class loop {
public:
  virtual ~loop() = default;

  /// Runs `what` on the loop's thread, later. Thread-safe. Unbounded: callers bound what they post.
  virtual void post(std::function<void()> what) = 0;

  /// Runs `what` before the loop waits again, but before sockets are written. I/O thread only; queued at most once.
  virtual void at_turn_end(turn_task& what) = 0;

  /// As `at_turn_end`, after all of that work is done: sockets are written here, once per turn.
  virtual void at_flush(turn_task& what) = 0;

  /// Forgets a queued task; its owner calls this before the task dies. I/O thread only.
  virtual void forget(turn_task& what) noexcept = 0;

  /// Fires `what` after `delay`, at most a few milliseconds late. Arming again moves it. I/O thread only.
  virtual void arm(timer& what, std::chrono::milliseconds delay) = 0;
  virtual void disarm(timer& what) noexcept = 0;

  /// Milliseconds of the clock that timers go by. I/O thread only.
  virtual std::int64_t now_ms() const noexcept = 0;

  /// Whether the caller runs on this loop's thread.
  virtual bool is_current() const noexcept = 0;

  /// Position among the I/O threads, from 0.
  virtual std::uint16_t index() const noexcept = 0;
};

/// Name and value of an HTTP header field.
using header_field = std::pair<std::string, std::string>;

// -- Engine.IO connection and its application ---------------------------------------------------------------------

enum class push_result {
  accepted,
  /// The bound on the backlog would be passed: the frames were not taken. It is counted.
  over_high_water,
  closed
};

/// The names are Socket.IO's disconnect reasons (socket.io documentation, "disconnect").
enum class close_reason { transport_close, transport_error, ping_timeout, parse_error, forced_close };
std::string_view to_string(close_reason reason) noexcept;

/// The way out of one Engine.IO connection: its bounded queue of frames. I/O thread only.
class outbox {
public:
  virtual ~outbox() = default;
  /// Takes all packets or none, contiguously. Never calls back into the application.
  virtual push_result push(const frame_batch& what) = 0;
  /// Closes the connection after what is queued was offered to the transport. `application_side::on_close` follows,
  /// never from inside this call.
  virtual void close(close_reason reason) = 0;
  /// From now on the client may send messages of that size, at most the engine's own limit (see `admission`).
  virtual void allow_messages(std::size_t bytes_max) = 0;
  /// Whether the transport takes something now: a GET is held, or the WebSocket has nothing unsent. What is volatile is
  /// pushed only then.
  virtual bool is_writable() const noexcept = 0;
  /// Bytes of frames that wait here.
  virtual std::size_t backlog() const noexcept = 0;
  /// While a message of a polling request is handled: the fields of that request, if the engine keeps fields.
  virtual std::span<const header_field> request_fields() const noexcept = 0;
};

/// The application's side of one Engine.IO connection. I/O thread only. Calls must not throw.
class application_side {
public:
  virtual ~application_side() = default;
  virtual void on_text(std::string_view message) = 0;
  virtual void on_binary(std::string_view message) = 0;
  /// Last call: the outbox is invalid afterwards.
  virtual void on_close(close_reason reason) = 0;

private:
  friend struct application_side_release;
  /// Its connection has no use for it any more.
  virtual void release() noexcept { delete this; }
};

struct application_side_release {
  void operator()(application_side* x) const noexcept { x->release(); }
};
/// Held by its Engine.IO connection until `on_close` returned.
using application_side_ptr = std::unique_ptr<application_side, application_side_release>;

/// What a client said when it opened its Engine.IO connection.
struct handshake {
  /// Id of the Engine.IO connection. Known once it is open; a secret of its client.
  std::string sid;
  /// Version of Engine.IO: 4 (then Socket.IO is 5), or 3 for old clients (then Socket.IO is 4).
  std::uint8_t version = 4;
  /// Path and query of the first request, as received.
  std::string target;
  /// `apikey` of the query, else of the header; empty when absent.
  std::string api_key;
  std::string origin;
  std::string user_agent;
  /// What a client of server-sent events saw last (HTML standard, section 9.2.4); empty when absent.
  std::string last_event_id;
  std::string remote_address;
  bool is_secure = false;
  bool is_websocket = false;
  /// A forwarding header was present: the peer's address says nothing about the client.
  bool is_forwarded = false;
  /// All header fields of the first request, if the engine keeps fields.
  std::vector<header_field> fields;
};

/// Whether a handshake is let in.
struct admission {
  bool accepted = true;
  /// Text of error code 4 when refused (engine-io: 403 on polling, 400 on an upgrade).
  std::string refusal;
  /// The same for event streams, which choose their status: HTTP status, and JSON text of what helps, or empty.
  unsigned refusal_status = 403;
  std::string refusal_data;
  /// Largest message that this client may send until `outbox::allow_messages`, in bytes; 0 means the engine's limit.
  std::size_t max_payload = 0;
  /// Header fields for the answer to the handshake, also for the 101 of a WebSocket.
  std::vector<header_field> first_fields;
  /// Header fields for every answer to requests of this connection.
  std::vector<header_field> all_fields;
};

/// What stands on top of the Engine.IO layer, one per I/O thread ("allowRequest" and "connection" of Engine.IO).
class application {
public:
  virtual ~application() = default;
  virtual admission admit(const handshake& shake) = 0;
  /// The connection is open.
  virtual application_side_ptr open(outbox& out, handshake shake) = 0;
};

// -- event streams -------------------------------------------------------------------------------------------------

/// How an event is written for its receiver.
enum class event_form : std::uint8_t {
  /// A Socket.IO packet in an Engine.IO message.
  socketio,
  /// One WebSocket text message, which is the envelope.
  message,
  /// A server-sent event (HTML standard, section 9.2).
  sse,
  /// A Socket.IO packet whose last argument is the offset (protocol text, section 8).
  socketio_with_offset
};
inline constexpr std::size_t event_forms = 4;

/// The way out of one event stream, a client without Socket.IO. `close` lets the client come again. I/O thread only.
class event_outbox : public outbox {
public:
  /// As `close`, but the client should not come again: it has no right to, or there is nothing any more. The text is
  /// for humans, at most 123 bytes.
  virtual void dismiss(std::string_view reason) = 0;
};

/// What stands on top of the event streams of one I/O thread.
class stream_application {
public:
  virtual ~stream_application() = default;
  /// Judges a stream of the events of a namespace, and opens it: nothing but the refusal, or what lives until its
  /// `on_close` returned.
  virtual std::variant<application_side_ptr, admission> open(event_outbox& out, std::string_view nsp, handshake shake,
                                                             event_form form) = 0;
};

// -- HTTP exchange ------------------------------------------------------------------------------------------------

/// Where the answer to one HTTP request goes: I/O thread, peer on it, request on that peer. A value; it may travel
/// through any thread, and points nowhere when the peer is gone.
struct reply_slot {
  std::uint16_t loop = 0;
  std::uint32_t peer = 0;
  std::uint32_t generation = 0;
  std::uint32_t request = 0;
  friend bool operator==(const reply_slot&, const reply_slot&) = default;
};

} // namespace arauto
