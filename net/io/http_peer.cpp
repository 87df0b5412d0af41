#include "net/io/http_peer.hpp"

#include "net/http/plain_request.hpp"
#include "net/io/http_writer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace arauto::io {

namespace beast = boost::beast;

namespace {

constexpr std::size_t read_bytes = 65536;
/// How long a body may stand still.
constexpr std::chrono::milliseconds body_stall{30000};

} // namespace

http_peer::http_peer(std::shared_ptr<frame_stream> stream, http_services& services)
    : stream_{std::move(stream)}, services_{&services}, remote_address_{stream_->remote_address()} {
  stream_->set_owner(this);
  judge_ = [this](const http::request& head) { return services_->requests.body_limit(head); };
  budget_ = [this](std::size_t bytes) { return take_budget(bytes); };
}

http_peer::~http_peer() {
  services_->home.forget(*this);
  for (const auto& x : exchanges_)
    body_bytes_ += x.body_bytes;
  services_->body_bytes.fetch_sub(body_bytes_, std::memory_order_relaxed);
}

void http_peer::start() {
  arm_for_state();
  wait();
}

bool http_peer::take_budget(std::size_t bytes) {
  auto& all = services_->body_bytes;
  if (all.fetch_add(bytes, std::memory_order_relaxed) + bytes > services_->settings.body_bytes_total) {
    all.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  body_bytes_ += bytes;
  return true;
}

// -- reading

bool http_peer::may_read() const noexcept {
  return state_ != state::closed && exchanges_.size() < outstanding_max && stream_->unsent_bytes() < unsent_max &&
         !upgrade_;
}

void http_peer::wait() {
  if (state_ == state::closed || std::exchange(waiting_, true))
    return;
  stream_->want_input();
}

void http_peer::on_readable() {
  const auto self = shared_from_this();
  waiting_ = false;
  thread_local char input[read_bytes];
  // A few rounds only: the other peers of this thread want their turn.
  for (int round = 0; round < 4 && state_ != state::closed && (round == 0 || !services_->home.is_turn_full());
       ++round) {
    if (!may_read() && state_ == state::open)
      return; // `resume` goes on.
    const auto got = stream_->read_now(input);
    switch (got.status) {
    case frame_stream::read_status::would_block:
      return wait();
    case frame_stream::read_status::data:
      if (state_ == state::open)
        feed({input, got.bytes});
      break;
    default:
      return close();
    }
  }
  if (!upgrade_)
    wait();
}

void http_peer::feed(std::string_view bytes) {
  if (input_.empty()) {
    const auto used = parse(bytes);
    if (state_ == state::open)
      input_.assign(bytes.substr(used));
  } else {
    input_.append(bytes);
    const auto used = parse(input_);
    input_.erase(0, used);
  }
  if (upgrade_ && exchanges_.empty())
    upgrade();
  else if (state_ == state::open || (state_ == state::draining && !parser_))
    arm_for_state(); // The last request, too, may wait longer for its answer than it took to arrive.
}

std::size_t http_peer::parse(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ == state::open && may_read()) {
    const auto rest = bytes.substr(used);
    if (const auto taken = parser_ ? 0 : take_plain(rest); taken != 0) {
      used += taken;
      continue;
    }
    if (!parser_)
      parser_.emplace(services_->settings.limits, judge_, budget_);
    const auto head_was_done = parser_->is_header_done();
    boost::system::error_code ec;
    used += parser_->feed(rest, ec);
    if (ec && ec != beast::http::error::need_more) {
      services_->counters.http_bad_requests.add();
      refuse(parser_->error_status(ec));
      return bytes.size();
    }
    if (parser_->is_done())
      on_parsed();
    else if (!head_was_done && parser_->is_header_done())
      on_head();
    if (ec == beast::http::error::need_more)
      break;
  }
  return used;
}

/// Takes a request that is here as a whole and needs no thought; 0 when there is none.
std::size_t http_peer::take_plain(std::string_view bytes) {
  auto x = http::read_plain_request(bytes);
  const auto& limits = services_->settings.limits;
  if (!x || x->bytes - x->body.size() > limits.head_bytes || x->head.fields.size() > limits.fields ||
      x->body.size() > services_->requests.body_limit(x->head) || !take_budget(x->body.size()))
    return 0;
  x->head.body = x->body;
  on_request(std::move(x->head), false);
  return x->bytes;
}

/// A request whose body is still to come.
void http_peer::on_head() {
  const auto is_only = exchanges_.empty();
  const auto has_answer = begin() && exchanges_.back().answer.has_value();
  if (parser_->expects_continue() && is_only && !has_answer)
    stream_->write("HTTP/1.1 100 Continue\r\n\r\n");
}

/// Shows the handler a head whose body is not there. False: it wants to see the whole request only.
bool http_peer::begin() {
  if (parser_->upgrade() && services_->upgrades.wants(parser_->request()))
    return false;
  exchanges_.push_back(made_of(parser_->request()));
  exchanges_.back().is_partial = true;
  const auto is_taken = services_->requests.begin(parser_->request(), last_slot());
  if (!is_taken)
    exchanges_.pop_back();
  return is_taken;
}

http_peer::exchange http_peer::made_of(const http::request& head) const {
  exchange x;
  x.keep_alive = head.keep_alive && (!services_->is_ending || services_->upgrades.may_stay(head));
  x.is_head = head.method == "HEAD";
  return x;
}

reply_slot http_peer::last_slot() const noexcept {
  return {services_->home.index(), seat_, generation_, first_ + static_cast<std::uint32_t>(exchanges_.size()) - 1};
}

void http_peer::on_parsed() {
  auto request = parser_->take();
  const auto is_upgrade = parser_->upgrade();
  parser_.reset();
  on_request(std::move(request), is_upgrade);
}

void http_peer::on_request(http::request request, bool is_upgrade) {
  services_->counters.http_requests.add();
  services_->home.note_work();
  request.remote_address = remote_address_;
  request.is_secure = stream_->is_secure();
  if ((is_upgrade && services_->upgrades.wants(request)) || services_->upgrades.takes_over(request)) {
    upgrade_ = std::move(request);
    return;
  }
  if (!has_begun())
    exchanges_.push_back(made_of(request));
  auto& x = exchanges_.back();
  x.is_partial = false;
  x.on_lost = nullptr; // What watched the body has it now.
  x.body_bytes = std::exchange(body_bytes_, 0);
  if (!x.keep_alive)
    state_ = state::draining;
  services_->requests.handle(std::move(request), last_slot());
}

void http_peer::upgrade() {
  const auto self = shared_from_this();
  services_->home.disarm(*this);
  state_ = state::closed;
  stream_->set_owner(nullptr);
  stream_->unread(input_);
  auto request = std::move(*upgrade_);
  services_->peers.remove(*this);
  services_->upgrades.upgrade(std::move(request), std::move(stream_));
}

void http_peer::refuse(unsigned status) {
  if (status == 0)
    return close();
  constexpr unsigned too_large = 413;
  // A length that the head announces is refused before the body comes: then it begins here.
  if (status == too_large && parser_->has_head() && (has_begun() || begin())) {
    state_ = state::draining;
    if (exchanges_.back().answer)
      return;
    exchanges_.back().keep_alive = false;
    exchanges_.back().on_lost = nullptr;
    services_->requests.overflow(parser_->request(), last_slot());
    return;
  }
  if (!has_begun())
    exchanges_.emplace_back();
  answer_last(malformed_answer(status));
}

/// Answers a request of which no more is read.
void http_peer::answer_last(http::response what) {
  state_ = state::draining;
  auto& x = exchanges_.back();
  x.keep_alive = false;
  x.answer = std::move(what);
  if (const auto lost = std::exchange(x.on_lost, nullptr))
    lost();
  services_->home.at_turn_end(*this);
}

// -- ends

http_peer::phase http_peer::current_phase() const noexcept {
  if (parser_)
    return parser_->is_header_done() ? phase::body : phase::head;
  if (!exchanges_.empty())
    return phase::answer;
  return first_ == 0 ? phase::head : phase::idle;
}

void http_peer::arm_for_state() {
  const auto now = current_phase();
  if (now == phase_ && now != phase::body)
    return;
  phase_ = now;
  switch (now) {
  case phase::head:
    return services_->home.arm(*this, services_->settings.head_timeout);
  case phase::body:
    return services_->home.arm(*this, body_stall);
  case phase::idle:
    return services_->home.arm(*this, services_->settings.keep_alive_timeout);
  default:
    return services_->home.disarm(*this);
  }
}

void http_peer::on_timer() {
  if (state_ == state::open && parser_) {
    services_->counters.http_timeouts.add();
    refuse(408);
    return;
  }
  close();
}

void http_peer::end() {
  if (state_ == state::open && exchanges_.empty() && !parser_)
    return close();
  if (state_ == state::open)
    state_ = state::draining;
  services_->home.at_turn_end(*this);
}

void http_peer::close() {
  if (state_ == state::closed)
    return;
  const auto self = shared_from_this();
  state_ = state::closed;
  services_->home.disarm(*this);
  stream_->set_owner(nullptr);
  stream_->close();
  for (auto& x : exchanges_)
    if (auto lost = std::exchange(x.on_lost, nullptr))
      lost();
  services_->peers.remove(*this);
}

} // namespace arauto::io
