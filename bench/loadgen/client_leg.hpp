#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace arauto::loadgen {

struct run_state;

/// The first few of many equal complaints, on standard error.
void complain(std::string_view what, std::string_view detail);

/// How a client talks Engine.IO: one transport at a time. Its owner hears of all that happens from inside `on_ready`
/// and `start`, and may end it there.
class client_leg {
public:
  enum class ending {
    /// Nobody listens there.
    refused,
    /// It did not get as far as the open packet.
    failed,
    /// The server ended it, or broke the rules.
    closed
  };
  /// Who uses it.
  class owner {
  public:
    virtual ~owner() = default;
    /// Messages come from now on.
    virtual void on_upgraded() = 0;
    /// A whole message, text or binary.
    virtual void on_message(std::string_view text) = 0;
    /// Not called for `close`.
    virtual void on_end(ending how) = 0;
  };

  virtual ~client_leg() = default;
  /// Begins; `path` is what is asked for.
  virtual void start(std::string path, owner& above) = 0;
  /// The socket is ready, as epoll says.
  virtual void on_ready(std::uint32_t events) = 0;
  virtual void send(std::string_view text) = 0;
  /// Ends the connection without a word.
  virtual void close() = 0;
  /// From now on it reads at most so many bytes a second.
  virtual void slow_down(std::uint32_t bytes_per_s) = 0;
  /// A slow one has rested and reads again.
  virtual void go_on() = 0;
};

/// `index` is its key with the poller and chooses its address.
std::unique_ptr<client_leg> make_leg(run_state& run, std::uint32_t index);

} // namespace arauto::loadgen
