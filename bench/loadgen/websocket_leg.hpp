#pragma once

#include "bench/loadgen/run_state.hpp"
#include "bench/loadgen/websocket_frame.hpp"

#include <string>
#include <string_view>

namespace arauto::loadgen {

/// The first few of many equal complaints, on standard error.
void complain(std::string_view what, std::string_view detail);

/// One WebSocket at a time: connects, upgrades, takes frames apart, answers WebSocket's own pings. Its owner hears of
/// all that happens from inside `on_ready` and `start`, and may end it there.
class websocket_leg {
public:
  enum class ending {
    /// Nobody listens there.
    refused,
    /// It did not get as far as the upgrade.
    failed,
    /// The server ended it, or broke the rules.
    closed
  };
  /// Who uses it.
  class owner {
  public:
    virtual ~owner() = default;
    virtual void on_upgraded() = 0;
    /// A whole message, text or binary.
    virtual void on_message(std::string_view text) = 0;
    /// Not called for `close`.
    virtual void on_end(ending how) = 0;
  };

  /// `index` is its key with the poller and chooses its address.
  websocket_leg(run_state& run, std::uint32_t index) : run_{&run}, index_{index} {}

  /// Begins; `path` is what is asked for.
  void start(std::string path, owner& above);
  /// The socket is ready, as epoll says.
  void on_ready(std::uint32_t events);
  void send(websocket_opcode opcode, std::string_view payload);
  /// Ends the connection without a word.
  void close();

  bool is_open() const noexcept { return static_cast<bool>(fd_); }

private:
  enum class state : std::uint8_t { connecting, upgrading, open };

  void send_upgrade();
  void on_bytes(std::string_view bytes);
  void on_upgrade_answer(std::string_view bytes);
  /// Takes all complete frames; returns the bytes used.
  std::size_t take_frames(std::string_view bytes);
  void on_frame(const server_frame& frame);
  void send_raw(std::string_view bytes);
  void end(ending how);
  void fail_connecting(int error);

  run_state* run_;
  owner* above_ = nullptr;
  unique_fd fd_;
  std::uint32_t index_;
  state state_ = state::connecting;
  std::string path_;
  std::string unread_;
  std::string fragments_;
};

} // namespace arauto::loadgen
