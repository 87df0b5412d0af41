#include "net/io/websocket_transport.hpp"
#include "tests/support/random_inputs.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace arauto::io {
namespace {

using tcp = boost::asio::ip::tcp;
using test::random_inputs;
using test::rounds;

struct message {
  bool is_binary = false;
  std::string bytes;
  friend bool operator==(const message&, const message&) = default;
};

/// One frame as clients send it: masked.
std::string frame_of(random_inputs& random, unsigned opcode, bool is_last, std::string_view payload) {
  std::string out;
  const auto put = [&out](std::size_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  put((is_last ? 0x80U : 0U) | opcode);
  put(0x80U | (payload.size() < 126 ? payload.size() : 126U));
  if (payload.size() >= 126) {
    put(payload.size() >> 8);
    put(payload.size() & 0xFFU);
  }
  const auto mask = random.next();
  for (unsigned i = 0; i < 4; ++i)
    put(mask >> (8 * i) & 0xFFU);
  for (std::size_t i = 0; i < payload.size(); ++i)
    out +=
        static_cast<char>(static_cast<unsigned char>(payload[i]) ^ static_cast<unsigned char>(mask >> (8 * (i % 4))));
  return out;
}

/// A message in fragments of any size, with pings between them.
std::string frames_of(random_inputs& random, const message& x) {
  std::string out;
  auto opcode = x.is_binary ? 2U : 1U;
  for (std::string_view rest = x.bytes;;) {
    const auto piece = rest.substr(0, random.one_in(2) ? rest.size() : random.below(rest.size() + 1));
    rest.remove_prefix(piece.size());
    out += frame_of(random, std::exchange(opcode, 0U), rest.empty(), piece);
    if (rest.empty())
      return out;
    if (random.one_in(4))
      out += frame_of(random, 9, true, random.bytes(20));
  }
}

/// A server of one WebSocket that keeps what arrives. Lives on the loop's thread.
class receiver final : public websocket_listener {
public:
  receiver(io_loop& home, io_counters& counters, descriptor socket)
      : stream_{std::make_shared<frame_stream>(std::move(socket), home, counters, nullptr)} {
    http::request asked;
    asked.method = "GET";
    asked.target = "/";
    asked.fields = {{"Host", "x"},
                    {"Upgrade", "websocket"},
                    {"Connection", "Upgrade"},
                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                    {"Sec-WebSocket-Version", "13"}};
    transport_ = websocket_transport::accept(stream_, asked, {}, 60000, *this);
    transport_->start();
  }

  std::future<std::vector<message>> closed() { return closed_.get_future(); }

  void end() {
    if (transport_)
      transport_->close();
    transport_.reset();
    stream_->close();
    stream_.reset();
  }

private:
  void on_websocket_message(websocket_transport&, bool is_binary, std::string_view bytes) override {
    got_.push_back({is_binary, std::string{bytes}});
  }
  void on_websocket_closed(websocket_transport&, bool) override {
    transport_.reset();
    closed_.set_value(std::move(got_));
  }

  std::shared_ptr<frame_stream> stream_;
  std::shared_ptr<websocket_transport> transport_;
  std::vector<message> got_;
  std::promise<std::vector<message>> closed_;
};

/// A loop on a thread of its own, and what the test needs of it.
class PropertiesWebsocket : public testing::Test {
protected:
  ~PropertiesWebsocket() override {
    while (counters_.open_sockets.get() != 0)
      std::this_thread::yield(); // The streams end in turns of their own.
    home_.stop();
    thread_.join();
  }

  /// Runs it on the loop and waits.
  template <class What>
  void on_loop(What what) {
    std::promise<void> done;
    home_.post([&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }

  /// What arrives when `bytes` are sent in pieces, with turns of the server between them.
  std::vector<message> sent_in_pieces(random_inputs& random, std::string_view bytes) {
    boost::asio::io_context own;
    tcp::acceptor acceptor{own, {boost::asio::ip::address_v4::loopback(), 0}};
    tcp::socket client{own};
    client.connect(acceptor.local_endpoint());
    client.set_option(tcp::no_delay{true});
    tcp::socket accepted{own};
    acceptor.accept(accepted);
    std::unique_ptr<receiver> server;
    on_loop([&] { server = std::make_unique<receiver>(home_, counters_, descriptor{accepted.release()}); });
    auto closed = server->closed();
    while (!bytes.empty()) {
      const auto piece = bytes.substr(0, 1 + random.below(random.one_in(2) ? 8 : bytes.size()));
      bytes.remove_prefix(piece.size());
      boost::system::error_code ec;
      boost::asio::write(client, boost::asio::buffer(piece.data(), piece.size()), ec);
      if (ec)
        break; // The server has ended it.
      on_loop([] {});
      on_loop([] {});
    }
    auto got = closed.get();
    on_loop([&] {
      server->end();
      server.reset();
    });
    return got;
  }

private:
  io_loop home_{0};
  io_counters counters_;
  std::thread thread_{[this] { home_.run(); }};
};

TEST_F(PropertiesWebsocket, ItDoesNotMatterHowAStreamIsCut) {
  rounds{200}.each([this](random_inputs& random) {
    std::vector<message> said;
    std::string stream;
    for (auto left = 1 + random.below(4); left > 0; --left) {
      const auto is_binary = random.one_in(2);
      said.push_back({is_binary, is_binary ? random.bytes(300) : random.text(100)});
      stream += frames_of(random, said.back());
    }
    stream += frame_of(random, 8, true, "");
    EXPECT_TRUE(sent_in_pieces(random, stream) == said) << testing::PrintToString(stream);
  });
}

// Whatever is no WebSocket ends it, and what came before was heard.
TEST_F(PropertiesWebsocket, AChangedStreamEndsWithoutMore) {
  rounds{200}.each([this](random_inputs& random) {
    const message said{false, random.text(40)};
    const auto stream = frames_of(random, said) + random.mutated(frames_of(random, {true, random.bytes(40)}));
    // A reserved opcode ends it wherever the change has left it, even inside of a frame: that is filled first.
    const auto got = sent_in_pieces(random, stream + std::string(70000, '\xFF'));
    ASSERT_FALSE(got.empty());
    EXPECT_TRUE(got.front() == said);
  });
}

} // namespace
} // namespace arauto::io
