#pragma once

#include "net/engineio/connection_fsm.hpp"
#include "net/frame_queue.hpp"
#include "net/io/engine.hpp"
#include "net/io/engine_answers.hpp"
#include "net/io/websocket_transport.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace arauto::io {

/// What is known of a connection before it is made.
struct engine_opening {
  engineio::transport first = engineio::transport::polling;
  /// The client cannot take binary.
  bool is_text_only = false;
  /// Index of its JSONP callback, if it loads scripts.
  std::optional<std::string> jsonp;
  handshake shake;
  admission judged;
};

/// One Engine.IO connection (`sid`): drives the protocol's rules over its transports and owns the one bounded queue of
/// what its client has to get, whatever the transport. Owned by its engine; I/O thread only.
///
/// The bound: when frames would pass `backlog_max` and the socket takes no more, the connection is closed (the client
/// reconnects) and counted; an empty queue takes one push of any size.
class engine_connection final : public outbox,
                                public websocket_listener,
                                public std::enable_shared_from_this<engine_connection>,
                                private turn_task,
                                private timer {
public:
  static constexpr std::size_t sid_characters = 20;
  using sid_text = std::array<char, sid_characters>;

  engine_connection(engine& owner, const sid_text& sid, const engine_opening& what);
  ~engine_connection() override;

  std::string_view sid() const noexcept { return {sid_.data(), sid_.size()}; }
  engineio::transport current() const noexcept { return rules_.current(); }
  bool is_changing() const noexcept { return rules_.is_changing(); }
  std::uint8_t version() const noexcept { return rules_.version(); }

  /// Polling handshake: the answer carries the open packet.
  void open_polling(const http::request& asked, reply_slot where, engine_opening what);
  /// WebSocket handshake without a sid.
  void open_websocket(const http::request& asked, std::shared_ptr<frame_stream> stream, engine_opening what);
  /// A WebSocket with our sid.
  void probe(const http::request& asked, std::shared_ptr<frame_stream> stream, bool is_text_only);

  void on_get(const http::request& asked, reply_slot where);
  void on_post(const http::request& asked, reply_slot where);
  /// The head of a POST is here and its body is arriving: until then there may be no other one.
  void on_post_begin(const http::request& head, reply_slot where);
  /// Its body passed the limit of every client. The connection stays.
  void on_post_overflow(const http::request& head, reply_slot where);
  /// The TCP connection of a GET, or of a POST that was arriving, is gone.
  void on_request_lost(reply_slot where);
  /// The server goes down.
  void shut_down();

  push_result push(const frame_batch& what) override;
  void close(close_reason reason) override;
  void allow_messages(std::size_t bytes_max) override;
  bool is_writable() const noexcept override;
  std::size_t backlog() const noexcept override { return queue_.bytes(); }
  std::span<const header_field> request_fields() const noexcept override;

  void on_websocket_message(websocket_transport& from, bool is_binary, std::string_view message) override;
  void on_websocket_closed(websocket_transport& from, bool by_error) override;

private:
  /// The clock of an upgrade; that of the heartbeat is the connection itself.
  class upgrade_timer final : public timer {
  public:
    explicit upgrade_timer(engine_connection& owner) : owner_{&owner} {}
    void on_timer() override { owner_->on_clock(engineio::clock::upgrade); }

  private:
    engine_connection* owner_;
  };
  /// A GET that waits for packets; the answer is complete but for its body.
  struct held_get {
    reply_slot where;
    http::response answer;
    bool accepts_gzip = false;
  };
  struct probing {
    explicit probing(engine_connection& owner) : upgrade_clock{owner} {}
    std::shared_ptr<websocket_transport> socket;
    upgrade_timer upgrade_clock;
    bool is_text_only = false;
  };
  /// What few connections have, and not for long.
  struct rarities {
    std::optional<std::string> jsonp;
    /// For every successful answer.
    std::vector<header_field> fields;
    /// A POST whose body is arriving.
    std::optional<reply_slot> posting;
    /// Of the POST that is handled now.
    std::span<const header_field> request_fields;
    /// Over by a POST, but a GET that came before it may be on its way here, and gets this.
    const frame_ptr* departing_with = nullptr;
  };

  void at_turn_end() override;
  void on_timer() override { on_clock(engineio::clock::heartbeat); }
  void start_application(handshake shake);
  void run(const engineio::actions& what);
  void perform(const engineio::action& what);
  void send_control(const frame_ptr& packet);
  frame_ptr fitting(const frame_ptr& packet) const;
  void mark_dirty();
  void switch_to_websocket();
  void on_probe_ended();
  engineio::poll_form form() const noexcept;
  void answer_get(std::span<const frame_ptr> packets);
  void answer_get_with_queue();
  void release_get();
  bool take_post(const http::request& head, reply_slot where);
  void take_packets(const http::request& asked);
  void end_post(reply_slot where);
  void cut_post();
  void drop_probe();
  void finish(close_reason why);
  void finish_polling(close_reason why);
  void on_clock(engineio::clock which);
  void use(std::shared_ptr<websocket_transport> socket);
  const frame_ptr* departing_with() const noexcept { return rare_ ? rare_->departing_with : nullptr; }
  rarities& rare();
  std::span<const header_field> fields() const noexcept;

  // What a push reads stands together.
  std::optional<close_reason> closing_;
  /// The current transport takes no binary (version 3).
  bool is_text_only_;
  /// Over, but a poller may still fetch what is left.
  bool lingering_ = false;
  engineio::connection_fsm rules_;
  frame_queue queue_;
  /// Of the WebSocket, if that is the current transport.
  frame_stream* way_out_ = nullptr;
  engine& engine_;
  std::size_t max_payload_;
  std::shared_ptr<websocket_transport> socket_;
  application_side_ptr above_;
  std::unique_ptr<probing> probing_;
  std::unique_ptr<held_get> held_;
  std::unique_ptr<rarities> rare_;
  sid_text sid_;
};

} // namespace arauto::io
