// The way out of an HTTP peer: answers in the order of their requests, one write a turn.
#include "net/io/http_peer.hpp"
#include "net/io/http_writer.hpp"

namespace arauto::io {

namespace {

/// How long a client may take to close after our last answer.
constexpr std::chrono::milliseconds linger{2000};

} // namespace

void http_peer::respond(std::uint32_t request, http::response what) {
  const auto position = request - first_;
  if (position >= exchanges_.size() || exchanges_[position].answer) {
    services_->counters.orphaned_answers.add();
    return;
  }
  auto& x = exchanges_[position];
  x.answer = std::move(what);
  x.on_lost = nullptr;
  if (x.is_partial) { // The rest of its body is dropped with the connection.
    x.keep_alive = false;
    state_ = state::draining;
  }
  services_->home.at_turn_end(*this);
}

void http_peer::watch(std::uint32_t request, std::function<void()> what) {
  const auto position = request - first_;
  if (position < exchanges_.size())
    exchanges_[position].on_lost = std::move(what);
}

void http_peer::cut(std::uint32_t request) {
  if (request - first_ < exchanges_.size())
    close();
}

void http_peer::write_answers() {
  if (state_ == state::closed)
    return;
  std::string out;
  bool is_last = false;
  while (!exchanges_.empty() && exchanges_.front().answer && !is_last) {
    auto& x = exchanges_.front();
    is_last = x.answer->close || !x.keep_alive;
    append_answer(out, *x.answer, x.is_head, is_last);
    services_->body_bytes.fetch_sub(x.body_bytes, std::memory_order_relaxed);
    exchanges_.pop_front();
    ++first_;
  }
  if (!out.empty())
    stream_->write(std::move(out));
  if (is_last || (state_ == state::draining && exchanges_.empty())) {
    state_ = state::draining;
    stream_->finish();
    services_->home.arm(*this, linger);
    wait(); // The client's end of stream, or whatever it still sends, is read and dropped.
    return;
  }
  if (upgrade_ && exchanges_.empty())
    upgrade();
  else
    resume();
}

void http_peer::resume() {
  if (state_ != state::open || !may_read())
    return;
  if (!input_.empty())
    feed(std::exchange(input_, {}));
  if (state_ == state::open && !upgrade_ && stream_) {
    arm_for_state();
    wait();
  }
}

void http_peer::on_drained() {
  if (state_ == state::open && !waiting_)
    services_->home.at_turn_end(*this);
}

} // namespace arauto::io
