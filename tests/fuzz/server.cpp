// The whole server: clients and producers that send anything at any time, over sockets within this process. Beside them
// somebody listens and somebody emits whom nothing of that may disturb. An input is a list of operations; in what is
// sent, `$S` stands for the last sid that the attackers were told, and `$K` for the token that they have.
#include "tests/fuzz/server_world.hpp"
#include "tests/fuzz/socket_pair.hpp"
#include "tests/fuzz/target.hpp"

#include <array>
#include <optional>

namespace arauto::fuzz {
namespace {

constexpr std::array<std::string_view, 3> upgrade_paths{"/socket.io/?EIO=4&transport=websocket",
                                                        "/socket.io/?EIO=4&transport=websocket&sid=$S",
                                                        "/events/ws/shop?apikey=$K"};
constexpr std::array<std::string_view, 20> paths{"/socket.io/?EIO=4&transport=polling",
                                                 "/socket.io/?EIO=4&transport=polling&sid=$S",
                                                 "/socket.io/?EIO=3&transport=polling&apikey=$K",
                                                 "/socket.io/?EIO=3&transport=polling&sid=$S",
                                                 "/socket.io/?EIO=4&transport=polling&j=1",
                                                 "/event/emit/shop",
                                                 "/event/history/shop?limit=3",
                                                 "/events/sse/shop",
                                                 "/instance/connectionState/shop",
                                                 "/instance/fetchInstances",
                                                 "/instance/token/shop",
                                                 "/instance/delete/shop",
                                                 "/instance/create",
                                                 "/websocket/set/shop",
                                                 "/websocket/find/shop",
                                                 "/webhook/set/shop",
                                                 "/webhook/relay",
                                                 "/event/emit/kept",
                                                 "/metrics",
                                                 "/"};
constexpr std::array<std::string_view, 6> methods{"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"};
constexpr std::array<char, 6> opcodes{'\x81', '\x82', '\x01', '\x80', '\x89', '\x88'};

/// A masked frame; the mask is 0. Longer payloads are cut.
std::string frame_of(char first, std::string_view payload) {
  payload = payload.substr(0, 125);
  std::string out{first, static_cast<char>(0x80U | payload.size()), 0, 0, 0, 0};
  return out.append(payload);
}

std::string request_of(std::string_view method, std::string_view path, std::string_view key, std::string_view body) {
  std::string out{method};
  out.append(" ").append(path).append(" HTTP/1.1\r\nHost: a\r\napikey: ").append(key);
  out.append("\r\nContent-Type: application/json\r\nContent-Length: ").append(std::to_string(body.size()));
  return out.append("\r\n\r\n").append(body);
}

std::string upgrade_of(std::string_view path) {
  std::string out{"GET "};
  return out.append(path).append(" HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
}

/// One TCP connection and what came over it.
struct client {
  std::optional<socket_pair> socket;
  std::string got;

  void open(server_world& at) {
    socket.emplace();
    got.clear();
    at.accept(socket->take_server());
  }
  void send(std::string_view bytes) {
    if (socket)
      socket->write(bytes);
  }
  /// False: the server has ended it, or it is not open.
  bool read() { return socket && socket->read(got); }
};

/// Those of whom nobody knows what they want.
class attackers {
public:
  attackers(server_world& at, std::string_view input) : world_{&at}, in_{input} {}

  bool has_more() const noexcept { return !in_.empty(); }

  void act() {
    const auto what = in_.below(8);
    auto& who = clients_[in_.below(clients_.size())];
    switch (what) {
    case 0:
      return who.open(*world_);
    case 1:
      return who.send(filled(in_.text()));
    case 2: {
      const auto opcode = opcodes[in_.below(opcodes.size())];
      return who.send(frame_of(opcode, filled(in_.text())));
    }
    case 3:
      if (who.socket)
        who.socket->end();
      return;
    case 4:
      who.socket.reset();
      return;
    case 5: {
      const auto method = methods[in_.below(methods.size())];
      const auto path = paths[in_.below(paths.size())];
      return who.send(request_of(method, filled(path), server_world::own_token, filled(in_.text())));
    }
    case 6:
      return who.send(upgrade_of(filled(upgrade_paths[in_.below(upgrade_paths.size())])));
    default:
      return; // A turn passes.
    }
  }

  void read() {
    for (auto& x : clients_) {
      const auto before = x.got.size();
      x.read();
      if (x.got.size() == before)
        continue;
      require(x.got.starts_with(std::string_view{"HTTP/1.1 "}.substr(0, x.got.size())), "an answer is HTTP");
      require(x.got.find(server_world::global_key) == std::string::npos &&
                  x.got.find("token-of-kept") == std::string::npos && x.got.find("marker") == std::string::npos,
              "nobody hears what is not for them");
      if (const auto sid = x.got.rfind(R"("sid":")"); sid != std::string::npos && sid + 27 <= x.got.size())
        sid_ = x.got.substr(sid + 7, 20);
    }
  }

  void leave() {
    for (auto& x : clients_)
      x.socket.reset();
  }

private:
  std::string filled(std::string_view text) const {
    std::string out;
    for (; !text.empty(); text.remove_prefix(1)) {
      const auto is_sid = text.starts_with("$S");
      if (!is_sid && !text.starts_with("$K")) {
        out += text.front();
        continue;
      }
      out += is_sid ? sid_ : server_world::own_token;
      text.remove_prefix(1);
    }
    return out;
  }

  server_world* world_;
  operations in_;
  std::array<client, 4> clients_;
  std::string sid_ = "AAAAAAAAAAAAAAAAAAAA";
};

/// The order in which an input goes: innocent people come, attackers act, the innocent do what they came for, all end.
class day {
public:
  explicit day(std::string_view input) : attackers_{world_, input} {}

  void run() {
    world_.run([this] { return step(); });
  }

private:
  static constexpr int turns_max = 5000;
  enum class part { begin, arrival, attack, emit, closing, quiet };

  bool step() {
    require(++turns_ < turns_max, what_is_awaited());
    attackers_.read();
    const auto is_listening = listener_.read();
    producer_.read();
    switch (now_) {
    case part::begin:
      listener_.open(world_);
      producer_.open(world_);
      listener_.send(upgrade_of(upgrade_paths[0]) + frame_of('\x81', R"(40/kept,{"apikey":"token-of-kept"})"));
      return go_on(part::arrival);
    case part::arrival:
      return listener_.got.find("40/kept,{\"sid\"") == std::string::npos || go_on(part::attack);
    case part::attack:
      if (attackers_.has_more())
        attackers_.act();
      else
        go_on(part::emit);
      return true;
    case part::emit:
      require(is_listening, "who does nothing wrong stays connected");
      if (producer_.got.empty() && turns_ == 1)
        producer_.send(request_of("POST", "/event/emit/kept", server_world::global_key,
                                  R"({"event":"call","data":{"is":"marker"}})"));
      return listener_.got.find("marker") == std::string::npos || go_on(part::closing);
    case part::closing:
      if (producer_.got.empty() || turns_ < 4)
        return true; // What would come twice comes by now.
      check_heard();
      attackers_.leave();
      world_.drain();
      listener_.socket.reset();
      producer_.socket.reset();
      return go_on(part::quiet);
    case part::quiet:
      return !world_.left_over().empty();
    }
    return false;
  }

  bool go_on(part next) {
    now_ = next;
    turns_ = 0;
    return true;
  }

  std::string what_is_awaited() const {
    switch (now_) {
    case part::arrival:
      return "a client joins in a while";
    case part::emit:
      return "an event arrives in a while, whatever others do";
    case part::closing:
      return "a producer gets its answer, whatever others do";
    case part::quiet:
      return "all goes when it has to; left are" + world_.left_over();
    default:
      return "an input has an end";
    }
  }

  void check_heard() const {
    require(producer_.got.starts_with("HTTP/1.1 202 "), "an event is taken, whatever others do");
    const auto first = listener_.got.find("42/kept,");
    require(first != std::string::npos && first == listener_.got.rfind("42/kept,"),
            "a listener hears its event once, and of nobody else's");
  }

  server_world world_;
  attackers attackers_;
  client listener_;
  client producer_;
  part now_ = part::begin;
  int turns_ = 0;
};

void run(std::string_view input) {
  day{input}.run();
}

const registration it{"server", run};

} // namespace
} // namespace arauto::fuzz
