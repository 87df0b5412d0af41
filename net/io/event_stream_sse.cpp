// Server-sent events (HTML standard, section 9.2) as an answer without end.
#include "net/http/query.hpp"
#include "net/io/event_stream.hpp"
#include "net/io/http_writer.hpp"
#include "net/io/last_words.hpp"
#include "net/io/read_handshake.hpp"
#include "net/json.hpp"

#include <utility>

namespace arauto::io {

namespace {

const frame_ptr& heartbeat_comment() {
  static const frame_ptr x = frame::raw({":\n\n"});
  return x;
}

std::string refusal_body(const admission& why) {
  const auto status = std::to_string(why.refusal_status);
  std::string out = "{\"status\":" + status + ",\"error\":";
  json::append_string(out, http::reason_phrase(why.refusal_status));
  out += ",\"response\":{\"message\":[";
  json::append_string(out, why.refusal);
  out += "]";
  if (!why.refusal_data.empty())
    out += ",\"data\":" + why.refusal_data;
  return out + "}}";
}

class sse_stream final : public event_stream, private stream_owner {
public:
  sse_stream(event_streams& owner, std::shared_ptr<frame_stream> stream)
      : event_stream{owner}, stream_{std::move(stream)} {}
  ~sse_stream() override { let_go(); }

  /// False: refused and answered.
  bool start(const http::request& asked, std::string_view name) {
    const auto& settings = services().settings;
    http::response answer;
    http::add_engine_cors(settings.cors, asked, answer);
    const auto key = http::query_value(asked.query(), "apikey").value_or("");
    if (const auto refused = settings.cors.admits(asked)
                                 ? begin(read_handshake(asked, key, false), name, event_form::sse)
                                 : foreign_origin()) {
      answer.status = refused->refusal_status;
      answer.set("Content-Type", "application/json; charset=utf-8");
      answer.body = refusal_body(*refused);
      std::string bytes;
      append_answer(bytes, answer, false, true);
      send_and_end(std::exchange(stream_, nullptr), std::move(bytes));
      return false;
    }
    stream_->set_owner(this);
    stream_->set_source(&queue());
    // The end of the connection is the end of the answer: a proxy of HTTP/1.0 understands that, too.
    std::string head{"HTTP/1.1 200 OK\r\n"};
    for (const auto& [field, value] : answer.fields)
      head.append(field).append(": ").append(value).append("\r\n");
    stream_->write(head + "Content-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
                          "Connection: close\r\n\r\n: connected\n\n");
    stream_->want_input();
    return true;
  }

private:
  static std::optional<admission> foreign_origin() {
    admission no;
    no.refusal = "Origin not allowed: CORS_ORIGIN does not list it";
    return no;
  }

  /// Nothing is expected of the client; its end is.
  void on_readable() override {
    const auto self = shared_from_this();
    if (drop_input(*stream_))
      return stream_->want_input();
    lose(close_reason::transport_close);
    let_go();
  }

  void let_go() {
    if (const auto stream = std::exchange(stream_, nullptr)) {
      stream->set_owner(nullptr);
      stream->set_source(nullptr);
      stream->close();
    }
  }

  void wake() override {
    if (stream_)
      stream_->mark_dirty();
  }
  void flush() override {
    if (stream_)
      stream_->flush();
  }
  void beat() override { push({{&heartbeat_comment(), 1}}); }
  void leave(const farewell&) override {
    const auto stream = std::exchange(stream_, nullptr);
    stream->set_owner(nullptr);
    stream->set_source(nullptr);
    send_and_end(stream, {});
  }

  void on_drained() override {}
  void on_broken() override {
    const auto self = shared_from_this();
    lose(close_reason::transport_error);
    let_go();
  }

  std::shared_ptr<frame_stream> stream_;
};

} // namespace

std::shared_ptr<event_stream> make_sse_stream(event_streams& owner, const http::request& asked, std::string_view name,
                                              std::shared_ptr<frame_stream> stream) {
  auto made = std::make_shared<sse_stream>(owner, std::move(stream));
  return made->start(asked, name) ? made : nullptr;
}

} // namespace arauto::io
