#pragma once

#include "app/api/api.hpp"
#include "app/client_bundle.hpp"
#include "net/http/query.hpp"
#include "net/io/engine.hpp"
#include "net/io/engine_answers.hpp"
#include "net/io/event_streams.hpp"

namespace arauto::app {

/// Sends requests of one I/O thread to Engine.IO (its path), where the browser bundle lies too, to the event streams,
/// or to the REST half. That thread only.
class router final : public http::request_handler, public io::upgrade_handler {
public:
  router(const settings& x, io::engine& engine, io::event_streams& streams, const http::cors_policy& cors,
         http::responder& answers, api& rest)
      : settings_{x}, engine_{engine}, streams_{streams}, cors_{cors}, answers_{answers}, rest_{rest} {}

  /// From now on nobody gets a new connection or stream: the server is about to end.
  void stop_admitting() noexcept { admits_ = false; }

  void handle(http::request what, reply_slot where) override {
    if (!admits_ && is_newcomer(what))
      answers_.respond(where, io::going_down(engine_.services().settings, what));
    else if (!is_engine(what))
      rest_.handle(std::move(what), where);
    else if (auto file = bundle_answer(what, cors_))
      answers_.respond(where, std::move(*file));
    else
      engine_.handle(std::move(what), where);
  }

  std::size_t body_limit(const http::request& head) override {
    return is_engine(head) ? settings_.websocket_max_payload : rest_.body_limit(head);
  }

  bool begin(const http::request& head, reply_slot where) override {
    return is_engine(head) && engine_.begin(head, where);
  }

  void overflow(const http::request& head, reply_slot where) override { engine_.overflow(head, where); }

  /// Polls and posts of connections that are there.
  bool may_stay(const http::request& head) override { return is_engine(head) && !is_newcomer(head); }

  bool wants(const http::request& what) override {
    if (!admits_ && is_newcomer(what))
      return false;
    return is_engine(what) ? engine_.wants(what) : is_stream(what);
  }
  bool takes_over(const http::request& what) override {
    return admits_ && settings_.websocket_enabled && io::event_streams::takes_over(what);
  }

  void upgrade(http::request what, std::shared_ptr<io::frame_stream> stream) override {
    if (is_engine(what))
      engine_.upgrade(std::move(what), std::move(stream));
    else
      streams_.open(what, std::move(stream));
  }

private:
  bool is_engine(const http::request& x) const { return settings_.websocket_enabled && engine_.owns(x.path()); }
  bool is_stream(const http::request& x) const {
    return settings_.websocket_enabled && io::event_streams::wants_upgrade(x);
  }
  /// Asks for a connection or a stream of its own.
  bool is_newcomer(const http::request& x) const {
    if (is_engine(x))
      return !http::query_value(x.query(), "sid");
    return settings_.websocket_enabled && (is_stream(x) || io::event_streams::takes_over(x));
  }

  const settings& settings_;
  io::engine& engine_;
  io::event_streams& streams_;
  const http::cors_policy& cors_;
  http::responder& answers_;
  api& rest_;
  bool admits_ = true;
};

} // namespace arauto::app
