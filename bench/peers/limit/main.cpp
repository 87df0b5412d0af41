#include "bench/peers/limit/server.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <sys/resource.h>

namespace {

using namespace arauto::limit;

void raise_descriptor_limit() {
  auto limit = rlimit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void add_options(CLI::App& app, settings& x) {
  const auto modes = std::map<std::string, fan_out>{{"plain", fan_out::plain}, {"coalesce", fan_out::coalesce}};
  app.add_option("port", x.port, "Port on 127.0.0.1; 0: any free one")->required();
  app.add_option("mode", x.mode, "plain: a send() for each event. coalesce: one for all events of a round")
      ->transform(CLI::CheckedTransformer(modes).description(""));
  app.add_option("--congestion", x.congestion, "TCP congestion control");
  app.add_option("--ping-interval", x.ping_interval_ms, "Milliseconds between two pings of a connection; 0: none")
      ->check(CLI::NonNegativeNumber);
  auto* key = app.add_option("--tls-key", x.tls_key, "PEM file: TLS with this private key")->check(CLI::ExistingFile);
  app.add_option("--tls-certificate", x.tls_certificate, "PEM file with its certificate")
      ->check(CLI::ExistingFile)
      ->needs(key);
  // An empty group hides them from the help text.
  app.add_option("--drop-every", x.faults.drop_every)->group("");
  app.add_option("--repeat-every", x.faults.repeat_every)->group("");
  app.add_option("--swap-every", x.faults.swap_every)->group("");
}

} // namespace

int main(int argc, char** argv) {
  auto chosen = settings{};
  auto app = CLI::App{"The cheapest server that satisfies the load generator: marks what is possible.", "limit"};
  add_options(app, chosen);
  CLI11_PARSE(app, argc, argv);
  try {
    std::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    auto peer = server{chosen};
    std::cout << "listening on " << peer.port() << std::endl;
    peer.run();
  } catch (const std::exception& error) {
    std::cerr << "limit: " << error.what() << '\n';
    return 1;
  }
}
