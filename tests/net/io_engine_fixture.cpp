#include "tests/net/io_engine_fixture.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace arauto::io::test {

// -- client

tcp_client::tcp_client(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{5, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&where), sizeof where), 0);
}

void tcp_client::drop() {
  if (socket_ < 0)
    return;
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(socket_, -1));
}

void tcp_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ASSERT_GT(sent, 0);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool tcp_client::fill() {
  char bytes[65536];
  const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
  if (got > 0)
    input_.append(bytes, static_cast<std::size_t>(got));
  return got > 0;
}

bool tcp_client::is_cut() {
  char byte = 0;
  const auto got = ::recv(socket_, &byte, 1, 0);
  return input_.empty() && (got == 0 || (got < 0 && errno == ECONNRESET));
}

std::string tcp_client::take(std::size_t bytes) {
  while (input_.size() < bytes && fill())
    ;
  auto x = input_.substr(0, bytes);
  input_.erase(0, bytes);
  return x;
}

tcp_client::answer tcp_client::read(bool is_head) {
  auto end = std::string::npos;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos)
    if (!fill())
      return {};
  answer x;
  x.head = take(end + 4);
  x.status = static_cast<unsigned>(std::stoul(x.head.substr(9, 3)));
  if (const auto length = x.field("content-length"); !length.empty() && !is_head)
    x.body = take(std::stoul(length));
  return x;
}

std::string tcp_client::answer::field(std::string_view name) const {
  std::string found;
  for (auto at = head.find("\r\n"); at != std::string::npos && at + 2 < head.size(); at = head.find("\r\n", at + 2)) {
    const auto colon = head.find(": ", at);
    if (colon != std::string::npos && http::equals_ignoring_case(head.substr(at + 2, colon - at - 2), name))
      found += (found.empty() ? "" : "\n") + head.substr(colon + 2, head.find("\r\n", colon) - colon - 2);
  }
  return found;
}

void tcp_client::send_frame(char opcode, std::string_view payload, bool is_last) {
  const auto extended = payload.size() < 126 ? 0U : 8U;
  std::string bytes{static_cast<char>((is_last ? 0x80 : 0) | opcode),
                    static_cast<char>(0x80 | (extended == 0 ? payload.size() : 127U))};
  for (auto left = extended; left-- > 0;)
    bytes += static_cast<char>(payload.size() >> (8 * left) & 0xFFU);
  bytes.append(4, '\0'); // A mask of zeros leaves the payload as it is.
  send(bytes.append(payload));
}

std::string tcp_client::read_frame() {
  const auto head = take(2);
  if (head.size() < 2)
    return {};
  std::size_t length = static_cast<unsigned char>(head[1]);
  const auto extended = length < 126 ? 0U : length == 126 ? 2U : 8U;
  if (extended > 0) {
    length = 0;
    for (const char x : take(extended))
      length = length << 8 | static_cast<unsigned char>(x);
  }
  return static_cast<char>('0' + (head[0] & 0x0F)) + take(length);
}

// -- server

class EngineServer::echo final : public application_side {
public:
  echo(outbox& out, EngineServer& owner) : out_{&out}, owner_{&owner} {}
  void on_text(std::string_view message) override {
    if (message == "__broken__")
      return out_->close(close_reason::parse_error);
    if (message == "__close__")
      return out_->close(close_reason::forced_close);
    if (message == "__writable__") {
      owner_->writable = out_->is_writable() ? 1 : 0;
      return;
    }
    if (message == "__runs__") {
      const std::vector packets{frame::text({"4a"}), frame::text({"4b"})};
      const std::vector runs{frame::text({"4run"})};
      out_->push({packets, runs});
      return;
    }
    if (message == "__big__")
      return send(frame::text({"4", std::string(32U * 1024 * 1024, 'x')}));
    if (message == "__fields__") {
      std::string all;
      for (const auto& [name, value] : out_->request_fields())
        all += name + "=" + value + ";";
      return send(frame::text({"4", all}));
    }
    send(frame::text({"4", message}));
  }
  void on_binary(std::string_view message) override { send(frame::binary(message)); }
  void on_close(close_reason why) override { owner_->closed_ = static_cast<int>(why); }

private:
  void send(const frame_ptr& x) { out_->push({{&x, 1}}); }

  outbox* out_;
  EngineServer* owner_;
};

class EngineServer::echo_application final : public application {
public:
  explicit echo_application(EngineServer& owner) : owner_{&owner} {}
  admission admit(const handshake& shake) override {
    admission x;
    x.accepted = shake.target.find("deny") == std::string::npos;
    owner_->on_admit(x);
    return x;
  }
  application_side_ptr open(outbox& out, handshake shake) override {
    EXPECT_EQ(shake.sid.size(), 20U);
    EXPECT_EQ(shake.fields.empty(), !owner_->settings.keep_fields);
    owner_->opened = shake.version;
    return application_side_ptr{new echo{out, *owner_}};
  }

private:
  EngineServer* owner_;
};

/// Everything is for the engine.
class EngineServer::paths final : public http::request_handler {
public:
  paths(engine& to, const engine_settings& settings) : engine_{&to}, settings_{&settings} {}
  void handle(http::request what, reply_slot where) override { engine_->handle(std::move(what), where); }
  std::size_t body_limit(const http::request&) override { return settings_->limits.max_payload; }
  bool begin(const http::request& head, reply_slot where) override { return engine_->begin(head, where); }
  void overflow(const http::request& head, reply_slot where) override { engine_->overflow(head, where); }

private:
  engine* engine_;
  const engine_settings* settings_;
};

struct EngineServer::thread {
  thread(EngineServer& owner, std::uint16_t index)
      : home{index},
        above{owner},
        engine{engine_services{home, owner.engines_, above, owner.answers_, peers, counters, owner.settings}},
        requests{engine, owner.settings},
        services{home, peers, requests, engine, counters, owner.http_values, owner.body_bytes_} {}

  io_counters counters;
  io_loop home;
  peer_table peers{counters};
  echo_application above;
  io::engine engine;
  paths requests;
  http_services services;
  std::thread runs;
};

void EngineServer::start(std::size_t threads) {
  settings.path = "/engine.io/";
  std::vector<listener::target> targets;
  for (std::size_t i = 0; i < threads; ++i) {
    auto& x = *threads_.emplace_back(std::make_unique<thread>(*this, static_cast<std::uint16_t>(i)));
    answers_.add(x.home, x.peers);
    engines_.push_back(&x.engine);
    targets.push_back({&x.home, &x.services});
  }
  listener_ = std::make_unique<listener>("127.0.0.1", std::uint16_t{0}, std::move(targets), nullptr, 1000);
  for (auto& x : threads_)
    x->runs = std::thread{[to = x.get()] { to->home.run(); }};
  threads_.front()->home.post([this] { listener_->start(); });
}

EngineServer::EngineServer() = default;

EngineServer::~EngineServer() {
  if (threads_.empty())
    return;
  threads_.front()->home.post([this] { listener_->stop(); });
  for (auto& x : threads_)
    x->home.post([to = x.get()] {
      to->engine.close_all();
      to->peers.close_all();
    });
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  const auto has_sockets = [](const auto& x) { return x->counters.open_sockets.get() > 0; };
  while (std::any_of(threads_.begin(), threads_.end(), has_sockets) && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  EXPECT_TRUE(std::none_of(threads_.begin(), threads_.end(), has_sockets)) << "a connection did not end";
  for (auto& x : threads_) {
    x->home.stop();
    x->runs.join();
  }
}

std::string EngineServer::closed_because() {
  const auto why = closed_.load();
  return why < 0 ? "" : std::string{to_string(static_cast<close_reason>(why))};
}

std::uint64_t EngineServer::websocket_readers() const {
  std::uint64_t sum = 0;
  for (const auto& x : threads_)
    sum += x->counters.open_websocket_readers.get();
  return sum;
}

// -- exchanges

tcp_client EngineServer::hold(const std::string& query) {
  auto x = connect();
  x.send("GET /engine.io/?" + query + " HTTP/1.1\r\nHost: x\r\n\r\n");
  return x;
}

tcp_client::answer EngineServer::ask(const std::string& method, const std::string& query, const std::string& fields,
                                     const std::string& body) {
  auto x = connect();
  const auto length = body.empty() && method != "POST" ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
  x.send(method + " /engine.io/?" + query + " HTTP/1.1\r\nHost: x\r\n" + length + fields + "\r\n" + body);
  return x.read(method == "HEAD");
}

tcp_client::answer EngineServer::get(const std::string& query, const std::string& fields) {
  return ask("GET", query, fields);
}

tcp_client::answer EngineServer::post(const std::string& query, const std::string& body, const std::string& fields) {
  return ask("POST", query, fields, body);
}

std::string EngineServer::sid_of(const std::string& text) {
  const auto at = text.find("sid");
  const auto from = at == std::string::npos ? at : text.find_first_not_of("\\\":", at + 3);
  return from == std::string::npos ? "" : text.substr(from, 20);
}

std::string EngineServer::open(const std::string& query) {
  const auto answer = get(query);
  EXPECT_EQ(answer.status, 200U) << answer.body;
  return sid_of(answer.body);
}

std::string EngineServer::upgrade_head(const std::string& query) {
  return "GET /engine.io/?" + query +
         " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

tcp_client EngineServer::upgrade(const std::string& query, tcp_client::answer* answer) {
  auto x = connect();
  x.send(upgrade_head(query));
  auto got = x.read();
  if (answer != nullptr)
    *answer = std::move(got);
  else
    EXPECT_EQ(got.status, 101U) << got.body;
  return x;
}

} // namespace arauto::io::test
