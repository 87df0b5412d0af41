// Events as text messages of a plain WebSocket (RFC 6455).
#include "net/http/query.hpp"
#include "net/io/event_stream.hpp"
#include "net/io/read_handshake.hpp"
#include "net/io/websocket_transport.hpp"

#include <utility>

namespace arauto::io {

namespace {

/// RFC 6455, section 7.4.1.
enum status : std::uint16_t { going_away = 1001, policy_violation = 1008, try_again_later = 1013 };
constexpr std::size_t reason_max = 123;

class websocket_stream final : public event_stream, public websocket_listener {
public:
  explicit websocket_stream(event_streams& owner) : event_stream{owner}, pong_{*this} {}
  ~websocket_stream() override {
    if (socket_)
      socket_->close();
  }

  void start(const http::request& asked, std::string_view name, std::shared_ptr<frame_stream> stream) {
    const auto& settings = services().settings;
    const auto key = http::query_value(asked.query(), "apikey").value_or("");
    const auto shake = read_handshake(asked, key, true);
    http::response answer;
    http::add_engine_cors(settings.cors, asked, answer);
    socket_ = websocket_transport::accept(std::move(stream), asked, answer.fields, settings.message_max, *this);
    socket_->set_source(&queue());
    socket_->start();
    if (const auto refused = begin(shake, name, event_form::message)) {
      std::exchange(socket_, nullptr)->close(policy_violation, refused->refusal.substr(0, reason_max));
      const auto self = shared_from_this();
      services().home.post([self, this] { lose(close_reason::forced_close); });
    }
  }

  /// Nobody here hears what clients say.
  void on_websocket_message(websocket_transport&, bool, std::string_view) override {
    services().counters.dropped_client_events.add();
  }
  void on_websocket_pong(websocket_transport&) override { services().home.disarm(pong_); }
  void on_websocket_closed(websocket_transport&, bool by_error) override {
    const auto self = shared_from_this();
    socket_.reset();
    services().home.disarm(pong_);
    lose(by_error ? close_reason::transport_error : close_reason::transport_close);
  }

private:
  /// A pong is due.
  class pong_timer final : public arauto::timer {
  public:
    explicit pong_timer(websocket_stream& owner) : owner_{&owner} {}
    void on_timer() override {
      owner_->services().counters.ping_timeouts.add();
      owner_->close(close_reason::ping_timeout);
    }

  private:
    websocket_stream* owner_;
  };

  void wake() override {
    if (socket_)
      socket_->stream().mark_dirty();
  }
  void flush() override {
    if (socket_)
      socket_->flush();
  }
  void beat() override {
    if (!socket_ || pong_.is_linked())
      return;
    socket_->ping();
    services().home.arm(pong_, services().settings.pong_timeout);
  }
  void leave(const farewell& x) override {
    services().home.disarm(pong_);
    const auto socket = std::exchange(socket_, nullptr);
    if (!socket)
      return;
    if (!x.dismissal.empty())
      socket->close(policy_violation, std::string_view{x.dismissal}.substr(0, reason_max));
    else if (x.why == close_reason::transport_error)
      socket->close(try_again_later, "the events come faster than this client reads");
    else
      socket->close(going_away);
  }

  std::shared_ptr<websocket_transport> socket_;
  pong_timer pong_;
};

} // namespace

std::shared_ptr<event_stream> make_websocket_stream(event_streams& owner, const http::request& asked,
                                                    std::string_view name, std::shared_ptr<frame_stream> stream) {
  if (!owner.services().settings.cors.admits(asked)) {
    owner.services().counters.refused_streams.add();
    refuse_upgrade(stream, "Origin not allowed: CORS_ORIGIN does not list it");
    return nullptr;
  }
  if (const auto fault = http::find_upgrade_fault(asked)) {
    refuse_upgrade(stream, *fault);
    return nullptr;
  }
  auto made = std::make_shared<websocket_stream>(owner);
  made->start(asked, name, std::move(stream));
  return made;
}

} // namespace arauto::io
