#pragma once

#include "actors/ask.hpp"
#include "actors/log_board.hpp"
#include "actors/protocol.hpp"
#include "app/api/ports.hpp"

namespace arauto::app {

/// History by asking the LOG READER. One per I/O thread, that thread only. At most `pages_max` pages are under way;
/// beyond that askers are refused, so that they cannot crowd out clients that come back.
class history_link final : public event_history {
public:
  static constexpr std::size_t pages_max = 16;

  history_link(io_unit& unit, log_reader_actor reader, const log_board& board)
      : unit_{unit}, reader_{std::move(reader)}, board_{board} {}

  log_board::view places() const override { return board_.current(); }
  std::string failure() const override { return board_.failure(); }

  bool read(event_query what, page_handler then) override {
    if (under_way_ == pages_max)
      return false;
    ++under_way_;
    ask<events_read>(unit_, reader_, std::move(what), patience,
                     [this, then = std::move(then)](const std::optional<events_read>& answer) {
                       --under_way_;
                       then(answer ? *answer : events_read{nullptr, "the event log did not answer in time"});
                     });
    return true;
  }

private:
  static constexpr std::chrono::milliseconds patience{10000};

  io_unit& unit_;
  log_reader_actor reader_;
  const log_board& board_;
  std::size_t under_way_ = 0;
};

} // namespace arauto::app
