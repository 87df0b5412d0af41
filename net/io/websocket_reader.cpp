#include "net/io/websocket_reader.hpp"

#include "net/io/websocket_layer.hpp"
#include "net/utf8.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <array>
#include <string>

namespace arauto::io {

namespace beast = boost::beast;
namespace ws = boost::beast::websocket;

namespace {

/// Piece by which a message is read that does not fit the first few bytes.
constexpr std::size_t rest_bytes = 16384;

/// The handshake is over; Beast has to see one all the same. Its answer goes nowhere.
const auto& any_handshake() {
  static const auto x = [] {
    beast::http::request<beast::http::empty_body> asked{beast::http::verb::get, "/", 11};
    asked.set(beast::http::field::host, "arauto");
    asked.set(beast::http::field::upgrade, "websocket");
    asked.set(beast::http::field::connection, "Upgrade");
    asked.set(beast::http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ=="); // RFC 6455, section 1.3.
    asked.set(beast::http::field::sec_websocket_version, "13");
    return asked;
  }();
  return x;
}

class reader final : public websocket_reader, private websocket_layer_owner {
public:
  reader(frame_stream& stream, std::size_t message_max, websocket_reader_owner& above)
      : socket_{stream, static_cast<websocket_layer_owner&>(*this)}, above_{&above} {
    stream.counters().open_websocket_readers.add();
    socket_.set_option(ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
    socket_.read_message_max(message_max);
    boost::system::error_code never; // That request is one that Beast accepts.
    socket_.accept(any_handshake(), never);
    socket_.control_callback([this](ws::frame_type kind, beast::string_view) {
      if (kind == ws::frame_type::pong)
        above_->on_pong();
      if (kind == ws::frame_type::close)
        answer_close(socket_.reason().code);
    });
    read();
  }

  ~reader() override { socket_.next_layer().stream().counters().open_websocket_readers.subtract(); }

  bool is_idle() const noexcept override { return is_idle_; }
  void set_message_max(std::size_t bytes) override { socket_.read_message_max(bytes); }
  void resume() override { socket_.next_layer().resume(); }
  void unblock() override { socket_.next_layer().unblock(); }

  void close(std::uint16_t status, std::string_view reason) override {
    if (!socket_.is_open())
      return above_->on_reader_end(false);
    ws::close_reason why{ws::close_code::none};
    if (status != 0)
      why = {ws::close_code{status}, beast::string_view{reason.data(), reason.size()}};
    is_closing_ = true;
    socket_.async_close(why, [this, self = above_->shared_from_this()](const boost::system::error_code&) {
      above_->on_reader_end(false);
    });
  }

private:
  /// What does not fit a few bytes gets a buffer for as long as it takes.
  void read() {
    const auto into = rest_ ? boost::asio::mutable_buffer{rest_.get(), rest_bytes} : boost::asio::buffer(first_);
    socket_.async_read_some(
        into, [this, self = above_->shared_from_this()](const boost::system::error_code& ec, std::size_t bytes) {
          if (!ec)
            take({rest_ ? rest_.get() : first_.data(), bytes});
          else if (!is_closing_) // Else the close tells the end.
            above_->on_reader_end(ec != ws::error::closed && ec != boost::asio::error::eof);
        });
  }

  /// Where Beast answers otherwise: a close frame without a status with 1000, and any status over 3000 with the same.
  void answer_close(std::uint16_t status) {
    constexpr std::uint16_t last_status = 4999; // RFC 6455, section 7.4.2.
    if (status == ws::close_code::none)
      socket_.next_layer().close_with(0);
    else if (status > last_status)
      socket_.next_layer().close_with(ws::close_code::protocol_error);
  }

  void take(std::string_view bytes) {
    if (!socket_.is_message_done()) {
      message_.append(bytes);
      if (!rest_)
        rest_ = std::make_unique<char[]>(rest_bytes);
      return read();
    }
    const auto ends_empty = bytes.empty();
    if (!message_.empty()) {
      message_.append(bytes);
      bytes = message_;
    }
    // Beast does not look at the end of a text whose last fragment is empty: it may be within a character.
    if (ends_empty && !socket_.got_binary() && !is_utf8(bytes)) {
      socket_.next_layer().write_close(websocket::close_frame(ws::close_code::bad_payload, {}));
      return above_->on_reader_end(true);
    }
    above_->on_message(socket_.got_binary(), bytes);
    give_back(message_);
    rest_.reset();
    read();
  }

  bool on_all_read() override {
    if (is_closing_)
      return false;
    is_idle_ = true;
    boost::asio::post(socket_.get_executor(), [above = above_->weak_from_this()] {
      if (const auto self = above.lock())
        self->on_reader_idle();
    });
    return true;
  }

  ws::stream<websocket_layer, false> socket_;
  websocket_reader_owner* above_;
  std::array<char, 64> first_{};
  /// Only while a longer message arrives.
  std::unique_ptr<char[]> rest_;
  std::string message_;
  bool is_idle_ = false;
  bool is_closing_ = false;
};

} // namespace

std::unique_ptr<websocket_reader> websocket_reader::make(frame_stream& stream, std::size_t message_max,
                                                         websocket_reader_owner& above) {
  return std::make_unique<reader>(stream, message_max, above);
}

} // namespace arauto::io
