#pragma once

#include "net/counters.hpp"
#include "net/frame_queue.hpp"
#include "net/io/io_loop.hpp"
#include "net/io/tls_stream.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/uio.h>

namespace arauto::io {

/// Who uses a frame stream: an HTTP peer, later a WebSocket transport. I/O thread only.
class stream_owner {
public:
  virtual ~stream_owner() = default;
  /// `read_now` may have something, as was asked for (`want_input`).
  virtual void on_readable() = 0;
  /// Nothing is left to send, and chunks were written since the last call, or the stream is finished: frames alone are
  /// nobody's news. Called from the flush phase of a turn.
  virtual void on_drained() = 0;
  /// The socket cannot be written any more. Called from a turn of its own.
  virtual void on_broken() = 0;
};

/// One TCP stream, plain or TLS: the only writer of its socket. What is to be sent comes as chunks (HTTP answers,
/// Beast's handshake and control frames) and from the frame queue of a connection; both leave whole and in order, since
/// a half-sent frame always goes first. Writes happen once per turn, gathered. The chunks are bounded by their writers
/// (`unsent_bytes`), the queue by its connection.
///
/// Owned by its peer or transport; lives on one I/O thread, moves to another with `release` and `adopt`.
class frame_stream final : public std::enable_shared_from_this<frame_stream>, private turn_task, private watched {
public:
  /// `socket` is connected.
  frame_stream(descriptor socket, io_loop& home, io_counters& counters, std::unique_ptr<tls_stream> tls);
  ~frame_stream() override;

  // -- reading

  enum class read_status { data, would_block, end_of_stream, failed };
  struct read_outcome {
    read_status status = read_status::would_block;
    std::size_t bytes = 0;
  };
  /// Reads what is there without waiting.
  read_outcome read_now(std::span<char> into);

  /// The owner hears `on_readable`, once, when `read_now` may have something: in a turn of its own, so that others come
  /// first.
  void want_input();

  /// Gives back bytes that were read too far: they are read again first.
  void unread(std::string_view bytes);

  // -- writing

  /// Sends a chunk, behind what is half sent and behind earlier chunks, before frames of the source.
  void write(std::string chunk);

  /// Where frames come from, or nullptr. The queue must outlive its use here.
  void set_source(frame_queue* source) noexcept { source_ = source; }

  /// There is something to send: flush at the end of this turn.
  void mark_dirty() { home_->at_flush(*this); }

  /// Writes now what the socket takes.
  void flush();

  /// Bytes that left a queue or came as chunks and are not yet sent.
  std::size_t unsent_bytes() const noexcept;

  /// Whether the socket did not take all of the last write.
  bool is_blocked() const noexcept { return waiting_writable_; }

  /// Ends the stream when everything is sent. Frames of the source are not waited for.
  void finish();

  /// Ends the stream at once.
  void close();

  bool is_open() const noexcept { return socket_.is_open(); }
  bool is_secure() const noexcept { return tls_ != nullptr; }

  void set_owner(stream_owner* owner) noexcept { owner_ = owner; }
  int native_handle() const noexcept { return socket_.get(); }
  io_loop& home() noexcept { return *home_; }
  io_counters& counters() noexcept { return *counters_; }
  /// Empty when the peer is gone already.
  std::string remote_address() const;

  // -- moving

  /// Everything that makes a stream, without its thread. Closes the descriptor when nobody adopts it.
  struct parts;
  std::unique_ptr<parts> release();
  static std::shared_ptr<frame_stream> adopt(std::unique_ptr<parts> x, io_loop& home, io_counters& counters);

private:
  /// Something whole that has to leave before anything else: `bytes`, or a frame when those are empty.
  struct chunk {
    std::string bytes;
    frame_ptr packet;
    std::size_t sent = 0;
    std::string_view rest() const noexcept {
      return (packet ? packet->websocket() : std::string_view{bytes}).substr(sent);
    }
  };
  enum class flush_outcome { drained, blocked, broken };

  /// What TLS adds.
  struct secure_part {
    std::unique_ptr<tls_stream> session;
    std::string ciphertext{};
    std::size_t sent = 0;
    bool has_unsent() const noexcept { return sent < ciphertext.size(); }
  };

  void at_turn_end() override { flush(); }
  void on_ready(readiness what) override;
  flush_outcome flush_plain();
  flush_outcome flush_tls();
  bool encrypt_some();
  void consume(std::size_t bytes);
  /// Bytes taken by the kernel, or -1 with errno.
  ssize_t send(const ::iovec* parts, std::size_t count);
  read_outcome read_socket(std::span<char> into);
  read_outcome read_tls(std::span<char> into);
  void fail();
  void end();

  descriptor socket_;
  // All that a flush reads of most streams stands together.
  bool waiting_writable_ = false;
  bool finishing_ = false;
  bool ended_ = false;
  bool broken_ = false;
  /// Chunks were written since the owner last heard that all is sent.
  bool owes_drained_ = false;
  bool wants_input_ = false;
  /// There may be bytes that nobody has read.
  bool has_input_ = false;
  /// The peer has ended its half, or the socket is broken.
  bool is_ended_by_peer_ = false;
  frame_queue* source_ = nullptr;
  std::vector<chunk> chunks_;
  std::unique_ptr<secure_part> tls_;
  io_loop* home_;
  io_counters* counters_;
  stream_owner* owner_ = nullptr;
  std::unique_ptr<std::string> unread_;
};

/// Reads and drops what is there; false once there will never be more. I/O thread only.
bool drop_input(frame_stream& from);

struct frame_stream::parts {
  descriptor socket;
  std::unique_ptr<secure_part> tls;
  std::vector<chunk> chunks;
  std::unique_ptr<std::string> unread;
};

} // namespace arauto::io
