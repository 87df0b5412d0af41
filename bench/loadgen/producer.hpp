#pragma once

#include "bench/loadgen/channel.hpp"
#include "bench/loadgen/run_state.hpp"

#include <deque>
#include <string>

namespace arauto::loadgen {

/// One keep-alive HTTP connection that pipelines POSTs. Requests wait in `buffer` until `flush`; the traffic modes
/// bound how many are unanswered. A lost connection is opened again, and what was unanswered counts as failed.
class producer {
public:
  /// Epoll keys of producers have this bit, those of receiving connections do not.
  static constexpr std::uint32_t key_bit = 0x80000000U;

  producer(run_state& run, std::uint32_t index);

  /// The caller has appended one request to it.
  std::string& buffer() noexcept { return unsent_; }
  void note_posted(nanos at) { posted_at_.push_back(at); }
  void flush();
  void on_ready(std::uint32_t events);
  std::size_t unanswered() const noexcept { return posted_at_.size(); }

private:
  void open();
  void reopen();
  void read_answers();
  void note_answer(bool is_success, nanos at);
  void write_out();

  run_state* run_;
  std::uint32_t key_;
  channel channel_;
  bool wants_write_ = false;
  std::string unsent_;
  std::string unread_;
  std::deque<nanos> posted_at_;
};

} // namespace arauto::loadgen
