#include "tests/conformance/server.hpp"

#include <csignal>
#include <iostream>
#include <stdexcept>

namespace {

/// Blocks SIGINT and SIGTERM in this and all later threads, so that they can be waited for.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

} // namespace

int main(int count, char** words) {
  using namespace arauto::conformance;
  const auto asked = read_command_line(count, words);
  if (asked.exit_code)
    return *asked.exit_code;
  const auto signals = block_signals();
  try {
    server running{asked.options};
    running.start();
    std::cout << "listening on http://127.0.0.1:" << running.port() << " (profile "
              << static_cast<char>(asked.options.profile) << ')' << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    running.stop();
  } catch (const std::runtime_error& e) {
    std::cerr << "error: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
