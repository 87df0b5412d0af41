#include "net/io/peer_table.hpp"

#include "net/io/http_peer.hpp"

namespace arauto::io {

void peer_table::add(std::shared_ptr<http_peer> peer) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(seats_.size()));
    seats_.emplace_back();
  }
  const auto number = free_.back();
  free_.pop_back();
  auto& x = seats_[number];
  peer->sit(number, ++x.generation);
  x.peer = std::move(peer);
  ++count_;
}

void peer_table::remove(const http_peer& peer) {
  auto& x = seats_[peer.seat()];
  if (x.peer.get() != &peer)
    return;
  x.peer.reset();
  free_.push_back(peer.seat());
  --count_;
}

http_peer* peer_table::find(reply_slot where) const noexcept {
  if (where.peer >= seats_.size() || seats_[where.peer].generation != where.generation)
    return nullptr;
  return seats_[where.peer].peer.get();
}

void peer_table::respond(reply_slot where, http::response what) {
  if (auto* peer = find(where))
    peer->respond(where.request, std::move(what));
  else
    counters_->orphaned_answers.add();
}

bool peer_table::watch(reply_slot where, std::function<void()> what) {
  auto* peer = find(where);
  if (peer == nullptr)
    return false;
  peer->watch(where.request, std::move(what));
  return true;
}

void peer_table::cut(reply_slot where) {
  if (auto* peer = find(where))
    peer->cut(where.request);
}

void peer_table::close_all() {
  for (std::size_t i = 0; i < seats_.size(); ++i)
    if (const auto peer = seats_[i].peer)
      peer->end();
}

void thread_responder::respond(reply_slot where, http::response what) {
  const auto& x = homes_[where.loop];
  if (x.where->is_current())
    return x.peers->respond(where, std::move(what));
  x.where->post(
      [peers = x.peers, where, answer = std::move(what)]() mutable { peers->respond(where, std::move(answer)); });
}

void thread_responder::cut(reply_slot where) {
  const auto& x = homes_[where.loop];
  if (x.where->is_current())
    x.peers->cut(where);
  else
    x.where->post([peers = x.peers, where] { peers->cut(where); });
}

} // namespace arauto::io
