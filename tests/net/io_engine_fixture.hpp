#pragma once

#include "net/io/engine.hpp"
#include "net/io/listener.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace arauto::io::test {

/// One blocking TCP connection to a server in this process. Waits at most a few seconds for anything.
class tcp_client {
public:
  explicit tcp_client(std::uint16_t port);
  tcp_client(tcp_client&& other) noexcept
      : socket_{std::exchange(other.socket_, -1)}, input_{std::move(other.input_)} {}
  tcp_client& operator=(tcp_client&&) = delete;
  ~tcp_client() { drop(); }

  void send(std::string_view bytes);
  /// Resets the TCP connection.
  void drop();
  /// Whether the server ends the connection without another byte.
  bool is_cut();

  struct answer {
    unsigned status = 0;
    std::string head;
    std::string body;
    /// Values of all fields of that name, one per line.
    std::string field(std::string_view name) const;
  };
  /// Reads one answer; one to HEAD has no body.
  answer read(bool is_head = false);

  // -- after a 101

  void send_frame(char opcode, std::string_view payload, bool is_last = true);
  void send_text(std::string_view payload) { send_frame('\x01', payload); }
  /// The next frame: its opcode as a digit, then its payload; empty when the connection ended.
  std::string read_frame();

private:
  bool fill();
  std::string take(std::size_t bytes);

  int socket_ = -1;
  std::string input_;
};

/// An Engine.IO server on one or two threads over loopback, whose application sends every message back. Connections go
/// to the threads in turn. Some texts are orders: `__close__`, `__broken__`, `__writable__`, `__fields__`, `__big__`,
/// and
/// `__runs__`, which brings two packets whose run says something else.
class EngineServer : public testing::Test {
protected:
  EngineServer();
  ~EngineServer() override;

  /// Before the first connection.
  void start(std::size_t threads = 1);
  tcp_client connect() { return tcp_client{listener_->port()}; }

  /// One request on a connection of its own. The query follows `?`; `rest` is header fields, an empty line and a body.
  tcp_client::answer get(const std::string& query, const std::string& fields = {});
  tcp_client::answer post(const std::string& query, const std::string& body, const std::string& fields = {});
  tcp_client::answer ask(const std::string& method, const std::string& query, const std::string& fields = {},
                         const std::string& body = {});
  /// Sends a GET and does not wait.
  tcp_client hold(const std::string& query);
  /// Opens a session on polling, the first connection of the thread; gives its sid.
  std::string open(const std::string& query = "EIO=4&transport=polling");
  /// Asks for a WebSocket.
  tcp_client upgrade(const std::string& query, tcp_client::answer* answer = nullptr);
  static std::string upgrade_head(const std::string& query);
  static std::string sid_of(const std::string& text);

  engine_settings settings;
  http_settings http_values;
  std::function<void(admission&)> on_admit = [](admission&) {};
  std::atomic<int> writable{-1};
  std::atomic<int> opened{0};
  std::string closed_because();
  /// WebSockets that Beast reads now.
  std::uint64_t websocket_readers() const;

private:
  class echo;
  class echo_application;
  class paths;
  struct thread;

  thread_responder answers_;
  engine_set engines_;
  std::atomic<std::size_t> body_bytes_{0};
  std::vector<std::unique_ptr<thread>> threads_;
  std::unique_ptr<listener> listener_;
  std::atomic<int> closed_{-1};
};

} // namespace arauto::io::test
