#pragma once

#include "app/env_file.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

/// Tells whoever started the server how it is, by the protocol of sd_notify(3): datagrams of `NAME=text` lines to the
/// Unix socket that NOTIFY_SOCKET names.
namespace arauto::app {

/// What the variables say.
struct notice_wish {
  /// Path, or a name in the abstract namespace behind `@`; empty: nobody listens.
  std::string address;
  /// How long the listener waits for the next sign of life before it ends the process; nothing: it asks for none.
  std::optional<std::chrono::microseconds> watchdog;
  /// A sentence for the log; empty when there is nothing to say.
  std::string warning;
};

/// What the variables (NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID) ask of the process `self`. Pure.
notice_wish read_notice_wish(const text_map& environment, pid_t self);

/// The sending end. Without a listener every call does nothing. A datagram that cannot be sent is logged and lost: the
/// listener has limits of its own. Thread-safe.
class service_notice {
public:
  explicit service_notice(const notice_wish& wish);
  ~service_notice();
  service_notice(const service_notice&) = delete;
  service_notice& operator=(const service_notice&) = delete;

  /// Clients are let in.
  void ready(std::string_view status) const;
  /// It goes down, which may take so long.
  void stopping(std::chrono::microseconds at_most) const;
  /// A sign of life, for the watchdog.
  void alive() const;

private:
  void send(const std::string& lines) const;

  std::string address_;
  int socket_ = -1;
};

/// Reads the variables and removes them from the environment, so that no child takes them for its own. Before threads
/// start.
notice_wish take_notice_wish();

} // namespace arauto::app
