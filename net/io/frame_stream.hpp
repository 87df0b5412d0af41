#pragma once

#include "net/counters.hpp"
#include "net/frame_queue.hpp"
#include "net/io/io_loop.hpp"
#include "net/io/tls_stream.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::io {

using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// Who uses a frame stream: an HTTP peer, later a WebSocket transport. I/O thread only.
class stream_owner {
public:
  virtual ~stream_owner() = default;
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
class frame_stream final : public std::enable_shared_from_this<frame_stream>, private turn_task {
public:
  using executor_type = tcp_socket::executor_type;

  frame_stream(tcp_socket socket, io_loop& home, io_counters& counters, std::unique_ptr<tls_stream> tls);
  ~frame_stream() override;

  // -- reading

  enum class read_status { data, would_block, end_of_stream, failed };
  struct read_outcome {
    read_status status = read_status::would_block;
    std::size_t bytes = 0;
  };
  /// Reads what is there without waiting.
  read_outcome read_now(std::span<char> into);

  /// Calls `handler(error_code)` when `read_now` may have something. At most one wait at a time.
  template <class Handler>
  void wait_readable(Handler&& handler) {
    socket_.async_wait(tcp_socket::wait_read, std::forward<Handler>(handler));
  }

  /// Gives back bytes that were read too far: they are read again first.
  void unread(std::string_view bytes);

  /// Whether `read_now` may have something although the socket has nothing.
  bool may_hold_input() const noexcept { return tls_ != nullptr || unread_ != nullptr; }

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
  executor_type get_executor() noexcept { return socket_.get_executor(); }
  tcp_socket& socket() noexcept { return socket_; }
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

  void at_turn_end() override { flush(); }
  flush_outcome flush_plain();
  flush_outcome flush_tls();
  bool encrypt_some();
  void consume(std::size_t bytes);
  /// Bytes taken by the kernel, or -1 with errno.
  ssize_t send(const struct iovec* parts, std::size_t count);
  read_outcome read_tls(std::span<char> into);
  void wait_writable();
  void fail();
  void end();

  tcp_socket socket_;
  io_loop* home_;
  io_counters* counters_;
  stream_owner* owner_ = nullptr;
  frame_queue* source_ = nullptr;
  // All that a flush reads of most streams stands together.
  bool waiting_writable_ = false;
  bool finishing_ = false;
  bool ended_ = false;
  bool broken_ = false;
  /// Chunks were written since the owner last heard that all is sent.
  bool owes_drained_ = false;
  std::unique_ptr<tls_stream> tls_;
  std::vector<chunk> chunks_;
  std::string ciphertext_;
  std::size_t ciphertext_sent_ = 0;
  std::unique_ptr<std::string> unread_;
};

struct frame_stream::parts {
  parts() = default;
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;
  ~parts();

  int descriptor = -1;
  bool is_v6 = false;
  std::unique_ptr<tls_stream> tls;
  std::vector<chunk> chunks;
  std::string ciphertext;
  std::size_t ciphertext_sent = 0;
  std::unique_ptr<std::string> unread;
};

} // namespace arauto::io
