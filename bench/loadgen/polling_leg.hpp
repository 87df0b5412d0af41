#pragma once

#include "bench/loadgen/channel.hpp"
#include "bench/loadgen/client_leg.hpp"
#include "bench/loadgen/run_state.hpp"

namespace arauto::loadgen {

/// Long polling of Engine.IO 4 over one keep-alive connection: what is to be sent goes first, then the next GET waits.
/// So there is one request at a time; a pong never has to wait, since its ping has answered the GET.
class polling_leg final : public client_leg {
public:
  polling_leg(run_state& run, std::uint32_t index) : run_{&run}, index_{index} {}

  void start(std::string path, owner& above) override;
  void on_ready(std::uint32_t events) override;
  /// Goes with the next POST.
  void send(std::string_view text) override;
  void close() override { channel_.reset(); }
  /// Polling waits for its reader as it is.
  void slow_down(std::uint32_t) override {}
  void go_on() override {}

private:
  enum class state : std::uint8_t { connecting, opening, posting, polling };

  void on_connected();
  void read();
  void on_answer(std::string_view body);
  void take_packets(std::string_view body);
  void ask_next();
  void request(std::string_view method, std::string_view body);
  void end(ending how);

  run_state* run_;
  owner* above_ = nullptr;
  channel channel_;
  std::uint32_t index_;
  state state_ = state::connecting;
  std::string path_;
  std::string unsent_;
  std::string unread_;
};

} // namespace arauto::loadgen
