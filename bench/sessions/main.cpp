// Sessions without sockets: what they take, and what an event to all of them costs.
#include "bench/loadgen/json_object.hpp"
#include "bench/sessions/router.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <ctime>
#include <deque>
#include <fstream>
#include <iostream>

namespace arauto::sessions {
namespace {

struct options {
  std::size_t clients = 10'000;
  std::size_t instances = 1;
  std::size_t namespaces = 1;
  std::size_t events = 20;
  std::size_t payload = 512;
};

double cpu_seconds() {
  timespec x{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_nsec) / 1e9;
}

/// Pages that this process has written, in bytes (proc(5), smaps_rollup).
double written_bytes() {
  std::ifstream file{"/proc/self/smaps_rollup"};
  for (std::string word; file >> word;)
    if (word == "Private_Dirty:") {
      double kib = 0;
      file >> kib;
      return kib * 1024;
    }
  return 0;
}

constexpr std::string_view number_begin = R"({"number":)";

std::string data_of(std::size_t number, std::size_t payload) {
  auto text = std::string{number_begin} + std::to_string(number) + R"(,"text":")";
  text.append(payload > text.size() + 2 ? payload - text.size() - 2 : 0, 'x');
  return text + "\"}";
}

/// A client that reads at once. Checks that each event comes once and in order; keeps two numbers.
class sink final : public outbox {
public:
  push_result push(const frame_batch& what) override {
    for (const auto& x : what.packets)
      take(*x);
    return push_result::accepted;
  }
  void close(close_reason) override {}
  void allow_messages(std::size_t) override {}
  bool is_writable() const noexcept override { return true; }
  std::size_t backlog() const noexcept override { return 0; }
  std::span<const header_field> request_fields() const noexcept override { return {}; }

  std::uint32_t events() const noexcept { return events_; }
  static std::uint64_t faults() noexcept { return faults_; }

private:
  /// All receivers share a frame: its number is read once.
  static std::uint32_t number_of(const frame& x) {
    static frame_ptr last; // Held, so that no other frame gets its address.
    static std::uint32_t number = 0;
    if (&x != last.get()) {
      const auto text = x.packet();
      const auto at = text.find(number_begin);
      number = 0;
      if (at != std::string_view::npos)
        std::from_chars(text.data() + at + number_begin.size(), text.data() + text.size(), number);
      last = &x;
    }
    return number;
  }

  void take(const frame& x) {
    const auto number = number_of(x);
    if (number == 0)
      return; // CONNECT.
    faults_ += number > last_ ? 0 : 1;
    last_ = number;
    ++events_;
  }

  static inline std::uint64_t faults_ = 0;
  std::uint32_t last_ = 0;
  std::uint32_t events_ = 0;
};

struct client {
  sink out;
  application_side_ptr side;
};

int run(const options& x) {
  router server{x.instances};
  std::deque<client> clients(x.clients);
  const auto sessions = static_cast<double>(x.clients * x.namespaces);
  const auto bytes_before = written_bytes();
  auto began = cpu_seconds();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i].side = server.open(clients[i].out);
    for (std::size_t n = 0; n < x.namespaces; ++n)
      clients[i].side->on_text(router::connect_packet((i + n) % x.instances));
    server.run();
  }
  const auto join_s = cpu_seconds() - began;
  const auto bytes = written_bytes() - bytes_before;

  const auto joined = server.counters().open_sessions.get();
  std::size_t expected = 0;
  began = cpu_seconds();
  for (std::size_t i = 0; i < x.events; ++i) {
    const auto instance = i % x.instances;
    server.emit(instance, data_of(i + 1, x.payload));
    server.run();
  }
  const auto deliver_s = cpu_seconds() - began;
  // Each client is in as many namespaces in a row, and instances take turns.
  for (std::size_t i = 0; i < clients.size(); ++i)
    for (std::size_t n = 0; n < x.namespaces; ++n) {
      const auto instance = (i + n) % x.instances;
      expected += x.events / x.instances + (instance < x.events % x.instances ? 1 : 0);
    }
  std::uint64_t got = 0;
  for (const auto& one : clients)
    got += one.out.events();

  began = cpu_seconds();
  for (auto& one : clients) {
    one.side->on_close(close_reason::transport_close);
    server.run();
  }
  const auto leave_s = cpu_seconds() - began;
  const auto left = server.counters().open_sessions.get();

  loadgen::json_object out;
  out.add("sessions", static_cast<std::uint64_t>(joined));
  out.add("instances", static_cast<std::uint64_t>(x.instances));
  out.add("namespaces", static_cast<std::uint64_t>(x.namespaces));
  out.add("payload", static_cast<std::uint64_t>(x.payload));
  out.add("bytes_per_session", bytes / sessions, 0);
  out.add("join_us", join_s * 1e6 / sessions, 3);
  out.add("leave_us", leave_s * 1e6 / sessions, 3);
  out.add("deliveries", got);
  out.add("delivery_ns", got == 0 ? 0 : deliver_s * 1e9 / static_cast<double>(got), 1);
  out.add("event_us", x.events == 0 ? 0 : deliver_s * 1e6 / static_cast<double>(x.events), 2);
  const bool is_clean = got == expected && sink::faults() == 0 && joined == x.clients * x.namespaces && left == 0;
  out.add("clean", is_clean);
  std::cout << out.str() << '\n';
  if (!is_clean)
    std::cerr << "sessions: " << joined << " joined, " << got << " deliveries instead of " << expected << ", "
              << sink::faults() << " out of order, " << left << " left over\n";
  return is_clean ? 0 : 1;
}

} // namespace
} // namespace arauto::sessions

int main(int argc, char** argv) {
  arauto::sessions::options x;
  CLI::App app{"Sessions without sockets: bytes of each, and time to join, to get an event and to leave. Prints JSON; "
               "ends with 1 when an event was lost, repeated or reordered.",
               "sessions"};
  app.option_defaults()->always_capture_default();
  app.add_option("--clients", x.clients, "Connections")->check(CLI::PositiveNumber);
  app.add_option("--instances", x.instances, "Instances, taking turns")->check(CLI::PositiveNumber);
  app.add_option("--namespaces", x.namespaces, "Namespaces that each connection joins; not more than instances")
      ->check(CLI::PositiveNumber);
  app.add_option("--events", x.events, "Events, one after the other, instances taking turns");
  app.add_option("--payload", x.payload, "Bytes of an event's data");
  CLI11_PARSE(app, argc, argv);
  if (x.namespaces > x.instances) {
    std::cerr << "sessions: --namespaces " << x.namespaces << " needs as many --instances\n";
    return 2;
  }
  return arauto::sessions::run(x);
}
