#include "net/io/websocket_transport.hpp"

#include "net/io/last_words.hpp"
#include "net/io/websocket_layer.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <array>

namespace arauto::io {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

/// Piece by which a message is read that does not fit the first few bytes.
constexpr std::size_t rest_bytes = 16384;

using upgrade_request = beast::http::request<beast::http::empty_body>;

/// The part of the request that the handshake is about.
upgrade_request to_beast(const http::request& asked) {
  upgrade_request x{beast::http::verb::get, asked.target, 11};
  for (const auto& [name, value] : asked.fields)
    if (beast::iequals(name, "host") || beast::iequals(name, "upgrade") || beast::iequals(name, "connection") ||
        beast::iequals(name, "sec-websocket-key"))
      x.insert(name, value);
  // Version 8 is the same on the wire, and Beast knows only the last one.
  x.set(beast::http::field::sec_websocket_version, "13");
  return x;
}

class transport final : public websocket_transport,
                        public std::enable_shared_from_this<transport>,
                        private stream_owner,
                        private timer {
public:
  transport(std::shared_ptr<frame_stream> stream, websocket_listener& listener)
      : stream_{std::move(stream)}, socket_{*stream_}, listener_{&listener} {
    stream_->set_owner(this);
    socket_.set_option(
        websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
  }

  ~transport() override { stream_->set_owner(nullptr); }

  void start(const http::request& asked, std::vector<header_field> extra, std::size_t message_max) {
    socket_.read_message_max(message_max);
    socket_.set_option(websocket::stream_base::decorator{[extra = std::move(extra)](websocket::response_type& answer) {
      answer.set(beast::http::field::server, websocket_layer::server_name);
      for (const auto& [name, value] : extra)
        answer.insert(name, value); // Some stand there more than once.
    }});
    socket_.async_accept(to_beast(asked), [self = shared_from_this()](const boost::system::error_code& ec) {
      self->socket_.set_option(websocket::stream_base::decorator{[](websocket::response_type&) {}});
      if (ec)
        return self->lose(true);
      self->socket_.control_callback([raw = self.get()](websocket::frame_type kind, beast::string_view) {
        if (kind == websocket::frame_type::pong && raw->listener_ != nullptr)
          raw->listener_->on_websocket_pong(*raw);
        if (kind == websocket::frame_type::close && raw->socket_.reason().code == websocket::close_code::none)
          raw->socket_.next_layer().answer_empty_close();
      });
      if (self->listener_ != nullptr)
        self->listener_->on_websocket_open(*self);
      self->read();
    });
  }

  void send(const frame& x) override { stream_->write(std::string{x.websocket()}); }
  void set_source(frame_queue* source) override { stream_->set_source(source); }
  void mark_dirty() override { stream_->mark_dirty(); }
  bool is_blocked() const noexcept override { return stream_->is_blocked(); }
  void set_message_max(std::size_t bytes) override { socket_.read_message_max(bytes); }
  void flush() override { stream_->flush(); }

  void ping() override { stream_->write({"\x89\x00", 2}); }

  void close(std::uint16_t status, std::string_view reason) override {
    if (std::exchange(listener_, nullptr) == nullptr)
      return;
    stream_->set_source(nullptr);
    const auto self = shared_from_this();
    stream_->home().arm(*this, close_timeout);
    keep_ = self; // Until the handshake of closing is over, or its time.
    if (!socket_.is_open())
      return on_timer();
    websocket::close_reason why{websocket::close_code::none};
    if (status != 0)
      why = {websocket::close_code{status}, beast::string_view{reason.data(), reason.size()}};
    socket_.async_close(why, [self](const boost::system::error_code&) { self->finish(); });
  }

private:
  /// An idle transport waits with a few bytes; what does not fit, like a long message, gets a buffer for as long as it
  /// takes.
  void read() {
    const auto into = rest_ ? boost::asio::mutable_buffer{rest_.get(), rest_bytes} : boost::asio::buffer(first_);
    socket_.async_read_some(into, [self = shared_from_this()](const boost::system::error_code& ec, std::size_t bytes) {
      if (ec)
        self->lose(ec != websocket::error::closed && ec != boost::asio::error::eof);
      else
        self->take({self->rest_ ? self->rest_.get() : self->first_.data(), bytes});
    });
  }

  void take(std::string_view bytes) {
    if (!socket_.is_message_done()) {
      message_.append(bytes);
      if (!rest_)
        rest_ = std::make_unique<char[]>(rest_bytes);
      return read();
    }
    if (!message_.empty()) {
      message_.append(bytes);
      bytes = message_;
    }
    if (listener_ != nullptr)
      listener_->on_websocket_message(*this, socket_.got_binary(), bytes);
    message_ = {};
    rest_.reset();
    read();
  }

  /// Reading has ended: the peer closed, failed, or broke the protocol (Beast has sent its close frame then).
  void lose(bool by_error) {
    auto* listener = std::exchange(listener_, nullptr);
    stream_->set_source(nullptr);
    if (listener != nullptr) {
      stream_->home().arm(*this, close_timeout);
      keep_ = shared_from_this();
      is_draining_ = by_error && stream_->is_open();
      finish();
      if (is_draining_)
        drop_input(stream_, [self = shared_from_this()] { self->on_timer(); });
      listener->on_websocket_closed(*this, by_error);
    }
  }

  /// Nothing more is read: what is half sent still leaves, then the descriptor goes.
  void finish() {
    ended_ = true;
    stream_->finish();
    if (!stream_->is_open()) // Closed before, or broken by now.
      return on_timer();
    stream_->mark_dirty(); // Beast may have finished it before: then we have to hear again that it is drained.
  }

  void on_timer() override {
    const auto self = std::move(keep_);
    stream_->home().disarm(*this);
    stream_->close();
    socket_.next_layer().unblock();
  }

  void on_drained() override {
    if (ended_ && is_draining_)
      return;
    if (ended_)
      boost::asio::post(stream_->get_executor(), [self = shared_from_this()] { self->on_timer(); });
    else if (socket_.next_layer().is_blocked())
      boost::asio::post(stream_->get_executor(), [self = shared_from_this()] { self->socket_.next_layer().unblock(); });
  }

  void on_broken() override {
    const auto self = shared_from_this();
    stream_->close();
    socket_.next_layer().unblock();
    lose(true);
    if (ended_) // Nothing that was to leave can.
      on_timer();
  }

  std::shared_ptr<frame_stream> stream_;
  websocket::stream<websocket_layer, false> socket_;
  std::array<char, 64> first_{};
  /// Only while a longer message arrives.
  std::unique_ptr<char[]> rest_;
  std::string message_;
  websocket_listener* listener_;
  std::shared_ptr<transport> keep_;
  bool ended_ = false;
  bool is_draining_ = false;
};

} // namespace

std::shared_ptr<websocket_transport>
websocket_transport::accept(std::shared_ptr<frame_stream> stream, const http::request& asked,
                            std::vector<header_field> extra, std::size_t message_max, websocket_listener& listener) {
  auto made = std::make_shared<transport>(std::move(stream), listener);
  made->start(asked, std::move(extra), message_max);
  return made;
}

void websocket_transport::accept_and_close(std::shared_ptr<frame_stream> stream, const http::request& asked,
                                           std::vector<header_field> extra) {
  class nobody final : public websocket_listener {
    void on_websocket_open(websocket_transport& from) override { from.close(); }
    void on_websocket_message(websocket_transport&, bool, std::string_view) override {}
    void on_websocket_closed(websocket_transport&, bool) override {}
  };
  static nobody closes_at_once; // It holds nothing, so any thread may use it.
  constexpr std::size_t message_max = 1024;
  accept(std::move(stream), asked, std::move(extra), message_max, closes_at_once);
}

void refuse_upgrade(const std::shared_ptr<frame_stream>& stream, const http::upgrade_fault& why) {
  auto answer = "HTTP/1.1 " + std::to_string(why.status) + " ";
  answer += http::reason_phrase(why.status);
  answer += "\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: ";
  answer += std::to_string(why.text.size());
  if (why.names_versions)
    answer += "\r\nSec-WebSocket-Version: 13, 8";
  answer += "\r\n\r\n";
  answer += why.text;
  send_and_end(stream, std::move(answer));
}

void refuse_upgrade(const std::shared_ptr<frame_stream>& stream, std::string_view text) {
  refuse_upgrade(stream, http::upgrade_fault{400, text});
}

} // namespace arauto::io
