// The polling leg of an Engine.IO connection (protocol text, section 5).
#include "net/http/accept_encoding.hpp"
#include "net/io/engine_connection.hpp"

namespace arauto::io {

namespace {

/// How long a closed connection waits for its poller to fetch what is left (protocol text, section 5).
constexpr std::chrono::milliseconds linger_time{30000};
constexpr std::string_view binary_type = "application/octet-stream";
constexpr unsigned bad_request = 400;
constexpr unsigned too_large = 413;

const frame_ptr& noop_packet() {
  static const frame_ptr x = frame::text({"6"});
  return x;
}
const frame_ptr& close_packet() {
  static const frame_ptr x = frame::text({"1"});
  return x;
}

bool accepts_gzip(const http::request& asked) {
  return http::accepts_gzip(asked.joined_field("accept-encoding"));
}

} // namespace

engineio::poll_form engine_connection::form() const noexcept {
  return {rules_.version(), is_text_only_, rare_ && rare_->jsonp ? &*rare_->jsonp : nullptr};
}

void engine_connection::open_polling(const http::request& asked, reply_slot where, engine_opening what) {
  const auto& x = engine_.services().settings;
  auto answer = polling_answer(x, asked, what.judged.first_fields);
  answer.fields.append(fields());
  if (x.cookie)
    answer.set("Set-Cookie", x.cookie->text(sid()));
  const frame_ptr open[] = {
      frame::text({"0", engineio::open_packet_data(sid(), true, x.limits, x.limits.max_payload)})};
  engine_.services().answers.respond(
      where, filled(std::move(answer), engineio::write_poll(form(), open), accepts_gzip(asked)));
  run(rules_.start());
  start_application(std::move(what.shake));
}

// -- GET

void engine_connection::answer_get(std::span<const frame_ptr> packets) {
  if (!held_)
    return;
  const auto held = std::exchange(held_, nullptr);
  engine_.services().answers.respond(
      held->where, filled(std::move(held->answer), engineio::write_poll(form(), packets), held->accepts_gzip));
}

void engine_connection::answer_get_with_queue() {
  answer_get(queue_.take());
}

/// Ends a held GET for the sake of an upgrade. Once the WebSocket is current, what is queued belongs to it.
void engine_connection::release_get() {
  if (queue_.empty() || rules_.current() == engineio::transport::websocket)
    answer_get({&noop_packet(), 1});
  else if (held_)
    answer_get_with_queue();
}

void engine_connection::on_get(const http::request& asked, reply_slot where) {
  const auto self = shared_from_this();
  const auto& x = engine_.services();
  if (held_) { // Protocol text, section 5: concurrent GETs end the connection.
    x.answers.respond(where, bare_answer(bad_request, x.settings, asked));
    return run(rules_.close(close_reason::transport_error));
  }
  held_ = std::make_unique<held_get>(held_get{where, polling_answer(x.settings, asked, fields()), accepts_gzip(asked)});
  if (const auto* last = departing_with())
    return answer_get({last, 1});
  if (!queue_.empty())
    return answer_get_with_queue();
  if (lingering_) {
    const frame_ptr last[] = {noop_packet(), close_packet()};
    answer_get(last);
    return engine_.forget(sid());
  }
  run(rules_.on_poll_held());
}

// -- POST

/// Whether this POST is taken; else it was answered, and the connection is over.
bool engine_connection::take_post(const http::request& head, reply_slot where) {
  const auto& x = engine_.services();
  const auto is_second = rare_ && rare_->posting && *rare_->posting != where;
  const auto is_binary = head.field("content-type") == binary_type;
  if (!is_second && (!is_binary || rules_.version() == 3))
    return true;
  end_post(where);
  x.answers.respond(where, bare_answer(bad_request, x.settings, head));
  run(rules_.close(close_reason::transport_error));
  return false;
}

void engine_connection::on_post_begin(const http::request& head, reply_slot where) {
  const auto self = shared_from_this();
  if (take_post(head, where))
    rare().posting = where;
}

void engine_connection::on_post_overflow(const http::request& head, reply_slot where) {
  end_post(where);
  engine_.services().answers.respond(where, bare_answer(too_large, engine_.services().settings, head));
}

void engine_connection::on_post(const http::request& asked, reply_slot where) {
  const auto self = shared_from_this();
  const auto& x = engine_.services();
  if (asked.body.size() > max_payload_)
    return on_post_overflow(asked, where);
  if (!take_post(asked, where))
    return;
  end_post(where);
  const auto was_over = rules_.is_over();
  take_packets(asked);
  auto answer = confirmed(polling_answer(x.settings, asked, fields()));
  if (departing_with() != nullptr && !was_over)
    engine_.respond_settled(where, std::move(answer));
  else
    x.answers.respond(where, std::move(answer));
}

void engine_connection::take_packets(const http::request& asked) {
  std::vector<header_field> kept;
  if (engine_.services().settings.keep_fields) {
    kept = copied_fields(asked);
    rare().request_fields = kept;
  }
  const auto is_binary = asked.field("content-type") == binary_type;
  engineio::read_poll(form(), asked.body, is_binary, [this](const result<engineio::packet>& next) {
    if (closing_ || rules_.is_over())
      return false;
    run(next ? rules_.on_packet(engineio::transport::polling, *next)
             : rules_.on_undecodable(engineio::transport::polling));
    return true;
  });
  if (rare_)
    rare_->request_fields = {};
}

/// The body of this POST is no longer waited for.
void engine_connection::end_post(reply_slot where) {
  if (rare_ && rare_->posting == where)
    rare_->posting.reset();
}

/// Ends the TCP connection of a POST whose body nobody waits for any more.
void engine_connection::cut_post() {
  if (rare_ && rare_->posting)
    engine_.services().answers.cut(*std::exchange(rare_->posting, std::nullopt));
}

// -- ends

void engine_connection::on_request_lost(reply_slot where) {
  const auto is_post = rare_ && rare_->posting == where;
  if (!is_post && (!held_ || held_->where != where))
    return;
  end_post(where);
  if (!is_post)
    held_.reset();
  run(rules_.on_transport_lost(engineio::transport::polling, true));
}

/// What a poller sees of the end (protocol text, section 5, "Closing").
void engine_connection::finish_polling(close_reason why) {
  const auto is_graceful = why == close_reason::forced_close;
  const auto& last = why == close_reason::transport_close ? noop_packet() : close_packet();
  if (held_ && !queue_.empty())
    answer_get_with_queue();
  if (is_graceful && !held_) {
    lingering_ = true;
    const auto& limits = engine_.services().settings.limits;
    // A poller that stays away for so long would be dead anyway.
    engine_.services().home.arm(*this, std::min(linger_time, limits.ping_interval + limits.ping_timeout));
    return;
  }
  // What a POST brought has ended it; a GET that was sent before may still be on its way.
  if (!held_ && (why == close_reason::transport_close || why == close_reason::parse_error)) {
    rare().departing_with = &last;
    engine_.depart(sid());
    return;
  }
  answer_get({&last, 1});
  engine_.forget(sid());
}

} // namespace arauto::io
