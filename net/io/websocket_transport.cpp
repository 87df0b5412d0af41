#include "net/io/websocket_transport.hpp"

#include "net/io/last_words.hpp"
#include "net/io/websocket_reader.hpp"
#include "net/websocket/short_frame.hpp"

namespace arauto::io {

namespace {

using websocket::short_frame;

/// The answer to a handshake, fields in the order of npm `ws` (RFC 6455, section 4.2.2).
std::string switching_protocols(const http::request& asked, const http::field_list& extra) {
  std::string out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: ";
  out += websocket::accept_value(asked.field("sec-websocket-key"));
  out += "\r\n";
  for (const auto& [name, value] : extra)
    out.append(name).append(": ").append(value).append("\r\n");
  return out += "\r\n";
}

/// An idle one waits with nothing but itself. What is no short frame is read by Beast, which goes again after it.
class transport final : public websocket_transport, public websocket_reader_owner, private stream_owner, private timer {
public:
  transport(std::shared_ptr<frame_stream> stream, std::size_t message_max, websocket_listener& listener)
      : stream_{std::move(stream)}, listener_{&listener}, message_max_{message_max} {
    stream_->set_owner(this);
  }

  ~transport() override { stream_->set_owner(nullptr); }

  void start() override { stream_->want_input(); }

  void send(const frame& x) override { stream_->write(std::string{x.websocket()}); }
  void set_source(frame_queue* source) override { stream_->set_source(source); }
  frame_stream& stream() noexcept override { return *stream_; }
  void flush() override { stream_->flush(); }

  void set_message_max(std::size_t bytes) override {
    message_max_ = bytes;
    if (reader_)
      reader_->set_message_max(bytes);
  }

  void ping() override { stream_->write({"\x89\x00", 2}); }

  void close(std::uint16_t status, std::string_view reason) override {
    if (std::exchange(listener_, nullptr) == nullptr)
      return;
    stream_->set_source(nullptr);
    stream_->home().arm(*this, close_timeout);
    keep_ = self(); // Until the handshake of closing is over, or its time.
    if (reader_ && !reader_->is_idle())
      return reader_->close(status, reason);
    is_draining_ = true;
    stream_->write(websocket::close_frame(status, reason));
    finish();
  }

private:
  static constexpr std::size_t read_bytes = 4096;

  std::shared_ptr<transport> self() { return std::static_pointer_cast<transport>(shared_from_this()); }

  void on_readable() override {
    const auto self = shared_from_this();
    if (is_draining_ && ended_)
      drop_input(*stream_) ? stream_->want_input() : on_timer();
    else if (reader_)
      reader_->resume();
    else
      read();
  }

  void read() {
    char bytes[read_bytes];
    const auto got = stream_->read_now(bytes);
    switch (got.status) {
    case frame_stream::read_status::would_block:
      return stream_->want_input();
    case frame_stream::read_status::end_of_stream:
    case frame_stream::read_status::failed:
      return lose(got.status == frame_stream::read_status::failed);
    case frame_stream::read_status::data:
      break;
    }
    if (!take({bytes, got.bytes}))
      reader_ = websocket_reader::make(*stream_, message_max_, *this);
    else
      stream_->want_input();
  }

  /// False: what is left is for a reader, and unread.
  bool take(std::string_view bytes) {
    websocket::short_payload payload;
    while (!bytes.empty() && listener_ != nullptr) {
      const auto frame = websocket::read_short_frame(bytes, payload);
      if (!frame || frame->payload.size() > message_max_) {
        stream_->unread(bytes);
        return false;
      }
      bytes.remove_prefix(frame->size);
      if (frame->what == short_frame::kind::pong)
        on_pong();
      else
        on_message(frame->what == short_frame::kind::binary, frame->payload);
    }
    return true;
  }

  void on_message(bool is_binary, std::string_view message) override {
    if (listener_ != nullptr)
      listener_->on_websocket_message(*this, is_binary, message);
  }

  void on_pong() override {
    if (listener_ != nullptr)
      listener_->on_websocket_pong(*this);
  }

  void on_reader_idle() override {
    reader_.reset();
    read();
  }

  void on_reader_end(bool by_error) override {
    if (listener_ == nullptr)
      finish();
    else
      lose(by_error);
  }

  /// Reading has ended: the peer closed, failed, or broke the protocol (a close frame was sent then).
  void lose(bool by_error) {
    auto* listener = std::exchange(listener_, nullptr);
    stream_->set_source(nullptr);
    if (listener == nullptr)
      return on_timer();
    stream_->home().arm(*this, close_timeout);
    keep_ = self();
    is_draining_ = by_error && stream_->is_open();
    finish();
    if (is_draining_)
      stream_->want_input();
    listener->on_websocket_closed(*this, by_error);
  }

  /// Nothing more is read: what is half sent still leaves, then the descriptor goes.
  void finish() {
    ended_ = true;
    stream_->finish();
    if (!stream_->is_open()) // Closed before, or broken by now.
      return on_timer();
    stream_->mark_dirty(); // The reader may have finished it before: then we have to hear again that it is drained.
  }

  void on_timer() override {
    const auto self = std::move(keep_);
    stream_->home().disarm(*this);
    stream_->close();
    if (reader_)
      reader_->unblock();
  }

  void on_drained() override {
    if (ended_ && is_draining_)
      return;
    if (ended_)
      stream_->home().post([self = self()] { self->on_timer(); });
    else if (reader_)
      stream_->home().post([self = self()] {
        if (self->reader_)
          self->reader_->unblock();
      });
  }

  void on_broken() override {
    const auto self = shared_from_this();
    stream_->close();
    if (reader_)
      reader_->unblock();
    lose(true);
    if (ended_) // Nothing that was to leave can.
      on_timer();
  }

  std::shared_ptr<frame_stream> stream_;
  std::unique_ptr<websocket_reader> reader_;
  websocket_listener* listener_;
  std::shared_ptr<transport> keep_;
  std::size_t message_max_;
  bool ended_ = false;
  /// The end comes when the peer has ended, not when all is sent.
  bool is_draining_ = false;
};

} // namespace

std::shared_ptr<websocket_transport> websocket_transport::accept(std::shared_ptr<frame_stream> stream,
                                                                 const http::request& asked,
                                                                 const http::field_list& extra, std::size_t message_max,
                                                                 websocket_listener& listener) {
  stream->write(switching_protocols(asked, extra));
  return std::make_shared<transport>(std::move(stream), message_max, listener);
}

void websocket_transport::accept_and_close(std::shared_ptr<frame_stream> stream, const http::request& asked,
                                           const http::field_list& extra) {
  class nobody final : public websocket_listener {
    void on_websocket_message(websocket_transport&, bool, std::string_view) override {}
    void on_websocket_closed(websocket_transport&, bool) override {}
  };
  static nobody hears_nothing; // It holds nothing, so any thread may use it.
  constexpr std::size_t message_max = 1024;
  const auto made = accept(std::move(stream), asked, extra, message_max, hears_nothing);
  made->start();
  made->close();
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
