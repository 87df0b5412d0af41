#pragma once

#include "net/io/frame_stream.hpp"
#include "net/websocket/frame_tracker.hpp"
#include "net/websocket/short_frame.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/saved_handler.hpp>

#include <optional>

namespace arauto::io {

/// Who stands between Beast and its layer: a WebSocket reader.
class websocket_layer_owner {
public:
  virtual ~websocket_layer_owner() = default;
  /// Beast wants more, and all that it got are whole messages. True: it does not get any more, since it will go.
  virtual bool on_all_read() = 0;
};

/// What Beast's WebSocket stands on: reads come from the frame stream, writes enter its one queue as whole chunks.
/// Beast never sees the socket, so its control frames and our frames cannot interleave. Part of a WebSocket reader.
class websocket_layer {
public:
  using executor_type = io_loop::executor_type;
  using error_code = boost::system::error_code;

  websocket_layer(frame_stream& stream, websocket_layer_owner& above) : stream_{&stream}, above_{&above} {}

  executor_type get_executor() noexcept { return stream_->home().get_executor(); }
  frame_stream& stream() noexcept { return *stream_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_compose<Token, void(error_code, std::size_t)>(read_operation<Buffers>{this, buffers},
                                                                            token, get_executor());
  }

  /// Completes at once, or when the client has taken what waits: a client that sends pings and reads nothing stops
  /// being read.
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& what) {
          std::string chunk;
          for (boost::asio::const_buffer part : boost::beast::buffers_range_ref(what))
            chunk.append(static_cast<const char*>(part.data()), part.size());
          const auto bytes = chunk.size();
          // Beast writes each control frame as one chunk.
          if (constexpr char close_frame = '\x88'; chunk.front() == close_frame)
            write_close(status_ ? websocket::close_frame(*status_, {}) : std::move(chunk));
          else
            stream_->write(std::move(chunk));
          const auto ec = stream_->is_open() ? error_code{} : error_code{boost::asio::error::broken_pipe};
          if (!ec && stream_->unsent_bytes() > unsent_max)
            blocked_.emplace(blocked_write<decltype(handler)>{std::move(handler), bytes});
          else
            boost::asio::post(get_executor(), boost::beast::bind_front_handler(std::move(handler), ec, bytes));
        },
        token, buffers);
  }

  /// The close frame that Beast is about to write has this status instead of its own; 0: none.
  void close_with(std::uint16_t status) noexcept { status_ = status; }

  /// What waits for the client leaves before a close frame, if the socket takes it now: behind it nothing may.
  void write_close(std::string frame) {
    stream_->flush();
    stream_->set_source(nullptr);
    stream_->write(std::move(frame));
  }

  // Beast accepts a handshake that is over already: what it answers goes nowhere, and it reads nothing.
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    return boost::asio::buffer_size(buffers);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& ec) {
    ec = {};
    return boost::asio::buffer_size(buffers);
  }
  template <class Buffers>
  std::size_t read_some(const Buffers&) {
    return 0;
  }
  template <class Buffers>
  std::size_t read_some(const Buffers&, error_code& ec) {
    ec = boost::asio::error::would_block;
    return 0;
  }

  /// Lets a read go on that waits for input, or for the end of the stream.
  void resume() {
    if (waiting_.has_value())
      waiting_.invoke();
  }

  /// Lets a write that waited complete.
  void unblock() {
    if (blocked_.has_value())
      blocked_.invoke();
  }
  bool is_blocked() const noexcept { return blocked_.has_value(); }

private:
  static constexpr std::size_t unsent_max = 65536;

  /// A write whose bytes are queued already and whose completion waits.
  template <class Handler>
  struct blocked_write {
    Handler handler;
    std::size_t bytes;
    void operator()(error_code ec = {}) { handler(ec, ec ? 0 : bytes); }
  };

  template <class Buffers>
  struct read_operation {
    websocket_layer* layer;
    Buffers buffers;
    bool is_finished = false;
    error_code outcome{};
    std::size_t bytes = 0;

    template <class Self>
    void operator()(Self& self, error_code ec = {}) {
      if (is_finished)
        return self.complete(outcome, bytes);
      if (ec)
        return self.complete(ec, 0);
      const auto first = *boost::asio::buffer_sequence_begin(buffers);
      auto* stream = layer->stream_;
      const auto got = stream->read_now({static_cast<char*>(first.data()), first.size()});
      if (got.status == frame_stream::read_status::would_block) {
        if (!layer->received_.is_between_messages() || !layer->above_->on_all_read())
          layer->wait(std::move(self));
        return;
      }
      layer->received_.follow({static_cast<const char*>(first.data()), got.bytes});
      is_finished = true;
      bytes = got.bytes;
      if (got.status == frame_stream::read_status::end_of_stream)
        outcome = boost::asio::error::eof;
      else if (got.status == frame_stream::read_status::failed)
        outcome = boost::asio::error::connection_reset;
      boost::asio::post(layer->get_executor(), std::move(self));
    }
  };

  template <class Read>
  void wait(Read&& read) {
    waiting_.emplace(std::forward<Read>(read));
    stream_->want_input();
  }

  frame_stream* stream_;
  websocket_layer_owner* above_;
  websocket::frame_tracker received_;
  boost::beast::saved_handler waiting_;
  boost::beast::saved_handler blocked_;
  std::optional<std::uint16_t> status_;
};

/// Beast ends a WebSocket through these: the socket goes when the last chunk has left.
template <class Handler>
void async_teardown(boost::beast::role_type, websocket_layer& layer, Handler&& handler) {
  layer.stream().finish();
  boost::asio::post(layer.get_executor(),
                    boost::beast::bind_front_handler(std::forward<Handler>(handler), boost::system::error_code{}));
}
inline void beast_close_socket(websocket_layer& layer) {
  layer.stream().close();
}
inline void teardown(boost::beast::role_type, websocket_layer& layer, boost::system::error_code& ec) {
  ec = {};
  layer.stream().finish();
}

} // namespace arauto::io
