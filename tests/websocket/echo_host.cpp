#include "tests/websocket/echo_host.hpp"

#include "net/io/websocket_transport.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <future>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace arauto::test {

namespace {

using boost::asio::ip::tcp;

constexpr std::chrono::seconds patience{10};

http::request handshake() {
  http::request asked;
  asked.method = "GET";
  asked.target = "/";
  asked.fields = {{"Host", "x"},
                  {"Upgrade", "websocket"},
                  {"Connection", "Upgrade"},
                  {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                  {"Sec-WebSocket-Version", "13"}};
  return asked;
}

/// Once more when a signal came in between, such as those that stop a process and let it go on.
template <class Call>
ssize_t uninterrupted(Call call) {
  ssize_t outcome = -1;
  do
    outcome = call();
  while (outcome < 0 && errno == EINTR);
  return outcome;
}

} // namespace

// -- host

/// Lives on the loop's thread.
class echo_host::connection final : public io::websocket_listener {
public:
  connection(std::shared_ptr<io::frame_stream> stream, std::size_t message_max)
      : transport_{io::websocket_transport::accept(std::move(stream), handshake(), {}, message_max, *this)} {
    transport_->set_source(&queue_);
    transport_->start();
  }
  ~connection() override {
    if (transport_)
      transport_->close();
  }

private:
  void on_websocket_message(io::websocket_transport& from, bool is_binary, std::string_view message) override {
    queue_.push(is_binary ? frame::binary(message) : frame::text({message}));
    from.stream().mark_dirty();
  }
  void on_websocket_closed(io::websocket_transport&, bool) override { transport_.reset(); }

  frame_queue queue_;
  std::shared_ptr<io::websocket_transport> transport_;
};

echo_host::echo_host(std::size_t message_max) : message_max_{message_max} {}

echo_host::~echo_host() {
  on_loop([this] { current_.reset(); });
  while (counters_.open_sockets.get() != 0)
    std::this_thread::yield(); // It ends in turns of its own.
  home_.stop();
  thread_.join();
}

template <class What>
void echo_host::on_loop(What what) {
  std::promise<void> done;
  home_.post([&] {
    what();
    done.set_value();
  });
  done.get_future().wait();
}

int echo_host::connect() {
  boost::asio::io_context own;
  tcp::acceptor acceptor{own, {boost::asio::ip::address_v4::loopback(), 0}};
  tcp::socket client{own};
  client.connect(acceptor.local_endpoint());
  tcp::socket accepted{own};
  acceptor.accept(accepted);
  on_loop([&] {
    current_.reset();
    received_before_ = counters_.bytes_received.get();
    auto stream = std::make_shared<io::frame_stream>(io::descriptor{accepted.release()}, home_, counters_, nullptr);
    current_ = std::make_unique<connection>(std::move(stream), message_max_);
  });
  return client.release();
}

void echo_host::await_reading(std::uint64_t bytes) {
  while (counters_.bytes_received.get() < received_before_ + bytes && counters_.open_sockets.get() != 0)
    on_loop([] {});
}

// -- client

echo_client::echo_client(echo_host& host) : host_{&host}, socket_{host.connect()} {
  const timeval limit{patience.count(), 0};
  const int on = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  skip_head();
}

echo_client::~echo_client() {
  ::close(socket_);
}

void echo_client::send(std::string_view bytes) {
  sent_ += bytes.size();
  while (!bytes.empty()) {
    const auto sent = uninterrupted([&] { return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (sent < 0)
      return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void echo_client::send_and_await(std::string_view bytes) {
  send(bytes);
  host_->await_reading(sent_);
}

void echo_client::skip_head() {
  while (fault_.empty() && input_.find("\r\n\r\n") == std::string::npos)
    fill(input_.size() + 1);
  if (!input_.starts_with("HTTP/1.1 101 "))
    fault_ = "the handshake was answered with " + input_;
  used_ = fault_.empty() ? input_.find("\r\n\r\n") + 4 : 0;
}

bool echo_client::fill(std::size_t bytes) {
  if (used_ == input_.size()) {
    input_.clear();
    used_ = 0;
  }
  while (input_.size() - used_ < bytes) {
    char piece[65536];
    const auto got = uninterrupted([&] { return ::recv(socket_, piece, sizeof piece, 0); });
    if (got <= 0) {
      fault_ = got == 0 ? "the stream ended" : std::string{"the stream broke: "} + std::strerror(errno);
      return false;
    }
    input_.append(piece, static_cast<std::size_t>(got));
  }
  return true;
}

std::string echo_client::take(std::size_t bytes) {
  if (!fill(bytes))
    return {};
  used_ += bytes;
  return input_.substr(used_ - bytes, bytes);
}

wire_frame echo_client::read() {
  const auto head = take(2);
  if (head.empty())
    return {};
  wire_frame x{static_cast<std::uint8_t>(head[0]), {}};
  const auto second = static_cast<std::uint8_t>(head[1]);
  std::uint64_t length = second;
  if (second > 127)
    fault_ = "the host masked a frame";
  if (second == 126 || second == 127) {
    length = 0;
    for (const char byte : take(second == 126 ? 2 : 8))
      length = length << 8 | static_cast<std::uint8_t>(byte);
    if (length < (second == 126 ? 126U : 65536U))
      fault_ = "the host wrote a length in more bytes than it needs";
  }
  if (fault_.empty())
    x.payload = take(length);
  return x;
}

bool echo_client::is_ended() {
  char byte = 0;
  return used_ == input_.size() && uninterrupted([&] { return ::recv(socket_, &byte, 1, 0); }) == 0;
}

} // namespace arauto::test
