// The rules of one Engine.IO connection under any sequence of events, against a few sentences of the protocol text.
#include "net/engineio/connection_fsm.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <optional>

namespace arauto::fuzz {
namespace {

using namespace engineio;

/// What a driver would be in the middle of, by the actions it was given.
class driver {
public:
  driver(transport first, std::uint8_t version) : fsm_{limits_, first, version}, on_{first}, version_{version} {}

  void start() {
    obey(fsm_.start());
    require(has_heartbeat_, "a heartbeat begins with the connection");
  }

  void step(operations& in) {
    const auto from = in.below(2) == 0 ? transport::polling : transport::websocket;
    const auto was = on_;
    const auto was_over = is_over_;
    const auto was_probing = is_probing_;
    actions got;
    packet said;
    std::optional<clock> rang;
    switch (in.below(8)) {
    case 0:
    case 1:
      said = {static_cast<packet_type>('0' + in.below(7)), in.below(2) == 0, in.below(2) == 0 ? "probe" : "other"};
      got = fsm_.on_packet(from, said);
      check_packet(from, said, got, was, was_over, was_probing);
      break;
    case 2:
      got = fsm_.on_undecodable(from);
      break;
    case 3:
      rang = in.below(2) == 0 ? clock::heartbeat : clock::upgrade;
      if (*rang == clock::heartbeat ? !std::exchange(has_heartbeat_, false) : !std::exchange(has_upgrade_, false))
        return; // It is not armed.
      got = fsm_.on_clock(*rang);
      check_clock(*rang, got);
      break;
    case 4:
      if (fsm_.accept_probe(got))
        is_probing_ = true;
      require(!got.empty() == (!was_over && was == transport::polling && !was_probing),
              "a probe is accepted on polling, one at a time");
      break;
    case 5:
      if (from == transport::websocket && on_ == transport::polling && !is_probing_)
        return; // There is no WebSocket that could go.
      got = fsm_.on_transport_lost(from, in.below(2) == 0);
      if (from != was)
        is_probing_ = false;
      require(was_over || from != was || is_over(got), "a connection goes with its transport");
      break;
    case 6:
      got = fsm_.on_poll_held();
      require(got.empty() || was_probing, "a poll is released for a probe");
      break;
    default:
      got = fsm_.close(close_reason::forced_close);
      require(was_over || is_over(got), "a close is the end");
    }
    require(!was_over || got.empty(), "nothing comes after the end");
    obey(got);
  }

private:
  static bool is_over(const actions& all) {
    return std::any_of(all.begin(), all.end(), [](const auto& x) { return std::holds_alternative<finish>(x); });
  }

  void check_packet(transport from, const packet& said, const actions& got, transport was, bool was_over,
                    bool was_probing) const {
    const auto delivered =
        std::count_if(got.begin(), got.end(), [](const auto& x) { return std::holds_alternative<deliver>(x); });
    const auto is_current = was == transport::websocket || from == transport::polling;
    const auto is_heard = !was_over && is_current && said.type == packet_type::message;
    require(delivered == (is_heard ? 1 : 0), "messages are delivered from the current transport, and nothing else is");
    const auto is_wrong = said.type == (version_ == 3 ? packet_type::pong : packet_type::ping);
    if (!was_over && is_current)
      require(is_over(got) == (is_wrong || said.type == packet_type::close), "the wrong side of a heartbeat ends");
    if (!was_over && !is_current && !was_probing)
      require(got.empty(), "a WebSocket that is no probe is not heard");
  }

  void check_clock(clock which, const actions& got) {
    if (is_over_ || which == clock::upgrade)
      return;
    const auto expects_end = version_ == 3 || has_pinged_;
    require(is_over(got) == expects_end, "a ping without pong ends the connection");
    has_pinged_ = !expects_end;
  }

  void obey(const actions& all) {
    for (const auto& x : all) {
      require(!is_over_, "the end is the last action");
      std::visit([this](const auto& y) { carry_out(y); }, x);
    }
    require(fsm_.is_over() == is_over_ && fsm_.current() == on_, "the machine is where its driver is");
    require(is_over_ || fsm_.is_probing() == is_probing_, "both know of a probe");
    require(!fsm_.is_changing() || fsm_.is_probing(), "who changes is probing");
    require(is_over_ || has_heartbeat_, "a living connection has a heartbeat");
    require(is_over_ || !is_probing_ || has_upgrade_, "a probe has its time");
  }

  void carry_out(const send_ping&) { require(version_ == 4, "the server pings in version 4"); }
  void carry_out(const send_pong&) { require(version_ == 3, "the server answers pings in version 3"); }
  void carry_out(const send_probe_pong&) { require(is_probing_, "a probe is answered where there is one"); }
  void carry_out(const deliver&) {}
  void carry_out(const release_poll&) { require(on_ == transport::polling, "only polling holds a GET"); }
  void carry_out(const arm& x) {
    require(x.delay.count() > 0, "a clock runs for a while");
    (x.which == clock::heartbeat ? has_heartbeat_ : has_upgrade_) = true;
    if (x.which == clock::heartbeat && x.delay == limits_.ping_interval)
      has_pinged_ = false;
  }
  void carry_out(const disarm& x) { (x.which == clock::heartbeat ? has_heartbeat_ : has_upgrade_) = false; }
  void carry_out(const switch_to_websocket&) {
    require(on_ == transport::polling && is_probing_, "only a probe takes over, and only from polling");
    on_ = transport::websocket;
    is_probing_ = false;
  }
  void carry_out(const drop_probe&) { require(std::exchange(is_probing_, false), "only a probe is dropped"); }
  void carry_out(const finish&) { is_over_ = true; }

  limits limits_;
  connection_fsm fsm_;
  transport on_;
  std::uint8_t version_;
  bool is_over_ = false;
  bool is_probing_ = false;
  bool has_pinged_ = false;
  bool has_heartbeat_ = false;
  bool has_upgrade_ = false;
};

void run(std::string_view input) {
  operations in{input};
  driver x{in.below(2) == 0 ? transport::polling : transport::websocket,
           in.below(2) == 0 ? std::uint8_t{4} : std::uint8_t{3}};
  x.start();
  while (!in.empty())
    x.step(in);
}

const registration it{"engineio_connection", run};

} // namespace
} // namespace arauto::fuzz
