#pragma once

#include "bench/peers/limit/connection.hpp"
#include "bench/peers/limit/tls.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace arauto::limit {

enum class fan_out {
  /// One send() for each event and connection.
  plain,
  /// All events that one round of epoll brings go out together: one send() for each connection.
  coalesce
};

/// Deliberate errors, each on every so-many-th delivery; 0 means never. They prove that the load generator sees them.
struct faults {
  std::uint32_t drop_every = 0;
  std::uint32_t repeat_every = 0;
  std::uint32_t swap_every = 0;
  bool any() const noexcept { return (drop_every | repeat_every | swap_every) != 0; }
};

struct settings {
  std::uint16_t port = 3000;
  fan_out mode = fan_out::plain;
  /// Congestion control of the accepted sockets; empty: the system's.
  std::string congestion;
  limit::faults faults;
  /// Between two pings of a connection; 0: none.
  std::int64_t ping_interval_ms = 0;
  /// PEM files; empty: no TLS.
  std::string tls_key;
  std::string tls_certificate;
};

/// The cheapest one-threaded server that satisfies the load generator: a mark of what is possible, no product. No
/// limits, no checks, nobody is ended for a missing pong, and queues without bound.
class server {
public:
  /// Listens on 127.0.0.1. Throws.
  explicit server(const settings& x);
  ~server();
  std::uint16_t port() const noexcept { return port_; }
  [[noreturn]] void run();

private:
  /// The sessions of one instance, and the frames of this round that they have not been sent yet.
  struct nsp {
    std::string name;
    std::vector<connection*> sessions;
    std::shared_ptr<std::string> pending;
  };

  void accept_all();
  void on_readable(connection& from);
  /// Takes the request or frame at the start of `bytes`; returns its size, 0 when it is incomplete.
  std::size_t take_request(connection& from, std::string_view bytes, std::string& replies);
  std::size_t take_frame(connection& from, std::string_view bytes);
  void upgrade(connection& from, std::string_view websocket_key);
  void join(connection& who, std::string_view connect_packet);
  void on_event(std::string_view instance, std::string_view envelope);
  void fan(const nsp& to, const bytes_ptr& bytes);
  void fan_with_faults(const nsp& to, const bytes_ptr& bytes);
  void end_round();

  /// Sends the pings that are due; returns the milliseconds until the next, -1: never.
  int ping();

  void close(connection& x);
  std::uint32_t nsp_of(std::string_view name);

  settings settings_;
  int listener_ = -1;
  int epoll_ = -1;
  std::uint16_t port_ = 0;
  /// By descriptor.
  std::vector<std::unique_ptr<connection>> connections_;
  std::vector<nsp> nsps_;
  std::unordered_map<std::string, std::uint32_t> nsp_by_name_;
  std::vector<std::uint32_t> pending_nsps_;
  std::vector<char> read_buffer_ = std::vector<char>(1U << 20);

  /// All intervals are alike, so who comes first is due first.
  struct due_ping {
    std::int64_t at_ms;
    int fd;
    std::uint64_t serial;
  };
  std::deque<due_ping> pings_;
  std::uint64_t serial_ = 0;
  tls_context tls_;

  std::uint64_t fault_clock_ = 0;
  connection* held_back_from_ = nullptr;
  bytes_ptr held_back_;
};

} // namespace arauto::limit
