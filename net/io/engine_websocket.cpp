// The WebSocket leg of an Engine.IO connection, and its way there (protocol text, section 7).
#include "net/io/engine_connection.hpp"

namespace arauto::io {

void engine_connection::open_websocket(const http::request& asked, std::shared_ptr<frame_stream> stream,
                                       engine_opening what) {
  auto extra = upgrade_fields(engine_.services().settings, asked, what.judged.first_fields);
  extra.append(fields());
  use(websocket_transport::accept(std::move(stream), asked, extra, max_payload_, *this));
  const auto& x = engine_.services().settings;
  send_control(frame::text({"0", engineio::open_packet_data(sid(), false, x.limits, x.limits.max_payload)}));
  run(rules_.start());
  start_application(std::move(what.shake));
  if (socket_)
    socket_->start();
}

void engine_connection::use(std::shared_ptr<websocket_transport> socket) {
  socket_ = std::move(socket);
  socket_->set_source(&queue_);
  way_out_ = &socket_->stream();
}

void engine_connection::probe(const http::request& asked, std::shared_ptr<frame_stream> stream, bool is_text_only) {
  auto extra = upgrade_fields(engine_.services().settings, asked, fields());
  engineio::actions next;
  if (closing_ || !rules_.accept_probe(next))
    return websocket_transport::accept_and_close(std::move(stream), asked, extra);
  probing_ = std::make_unique<probing>(*this);
  probing_->is_text_only = is_text_only;
  probing_->socket = websocket_transport::accept(std::move(stream), asked, extra, max_payload_, *this);
  probing_->socket->start();
  run(std::move(next));
}

void engine_connection::on_websocket_message(websocket_transport& via, bool is_binary, std::string_view message) {
  const auto self = shared_from_this();
  if (closing_ && &via == socket_.get())
    return;
  std::string scratch;
  constexpr auto from = engineio::transport::websocket;
  const auto packet = [&]() -> result<engineio::packet> {
    if (rules_.version() == 3)
      return is_binary ? engineio::decode_binary_v3(message) : engineio::decode_text_v3(message, scratch);
    return is_binary ? engineio::decode_binary(message) : engineio::decode_text(message, scratch);
  }();
  run(packet ? rules_.on_packet(from, *packet) : rules_.on_undecodable(from));
}

void engine_connection::on_websocket_closed(websocket_transport& from, bool by_error) {
  const auto self = shared_from_this();
  if (probing_ && &from == probing_->socket.get()) {
    probing_.reset();
    on_probe_ended();
  } else if (&from == socket_.get()) {
    way_out_ = nullptr;
    socket_.reset();
  } else {
    return;
  }
  run(rules_.on_transport_lost(engineio::transport::websocket, by_error));
}

void engine_connection::switch_to_websocket() {
  if (!probing_)
    return;
  engine_.services().counters.upgrades.add();
  auto socket = std::move(probing_->socket);
  is_text_only_ = probing_->is_text_only;
  probing_.reset();
  cut_post(); // What a client still posts is not for this transport; it should have waited.
  if (rules_.version() == 3 && is_text_only_)
    for (const auto& x : queue_.take())
      queue_.push(fitting(x));
  use(std::move(socket));
  way_out_->mark_dirty();
  on_probe_ended();
}

void engine_connection::drop_probe() {
  if (const auto dropped = std::exchange(probing_, nullptr)) {
    dropped->socket->close();
    on_probe_ended();
  }
}

} // namespace arauto::io
