#include "net/io/frame_stream.hpp"
#include "net/io/websocket_transport.hpp"
#include "tests/support/stream_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <thread>

namespace arauto::io {
namespace {

using tcp = boost::asio::ip::tcp;

std::string payload(std::uint64_t number, std::size_t bytes) {
  return std::string(bytes, static_cast<char>('a' + number % 26));
}

/// What a server does without the frame stream: it sends frames to the socket by itself and finishes half-sent ones
/// later.
class bypassing_writer {
public:
  explicit bypassing_writer(int descriptor) : descriptor_{descriptor} {}
  void send(frame_queue& from) {
    while (!from.empty()) {
      const auto rest = from.at(0)->websocket().substr(sent_);
      const auto bytes = ::send(descriptor_, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (bytes <= 0)
        return;
      sent_ += static_cast<std::size_t>(bytes);
      if (static_cast<std::size_t>(bytes) < rest.size())
        return;
      from.pop();
      sent_ = 0;
    }
  }

private:
  int descriptor_;
  std::size_t sent_ = 0;
};

/// A server of one WebSocket that sends numbered frames while its client pings and reads slowly.
class FrameStream : public testing::Test {
protected:
  struct scenario {
    bool is_tls = false;
    bool is_bypassed = false;
    std::uint64_t frames = 0;
    std::size_t bytes = 0;
  };

  class pump final : public websocket_listener, private timer {
  public:
    pump(io_loop& home, const scenario& what) : home_{home}, what_{what} {}
    void begin(std::shared_ptr<frame_stream> stream) {
      stream_ = std::move(stream);
      http::request asked;
      asked.method = "GET";
      asked.target = "/";
      asked.fields = {{"Host", "x"},
                      {"Upgrade", "websocket"},
                      {"Connection", "Upgrade"},
                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                      {"Sec-WebSocket-Version", "13"}};
      transport_ = websocket_transport::accept(stream_, asked, {}, 1000, *this);
      transport_->start();
      if (!what_.is_bypassed)
        transport_->set_source(&queue_);
      on_timer();
    }
    void end() {
      home_.disarm(*this);
      if (transport_)
        transport_->close();
      if (stream_)
        stream_->close();
      transport_.reset();
      stream_.reset();
    }

  private:
    void on_websocket_message(websocket_transport&, bool, std::string_view) override {}
    void on_websocket_closed(websocket_transport&, bool) override { transport_.reset(); }
    void on_timer() override {
      while (made_ < what_.frames && queue_.size() < 20)
        queue_.push(frame::text({payload(made_++, what_.bytes)}));
      if (what_.is_bypassed)
        writer_.send(queue_);
      else if (transport_)
        transport_->stream().mark_dirty();
      home_.arm(*this, std::chrono::milliseconds{1});
    }

    io_loop& home_;
    scenario what_;
    frame_queue queue_;
    std::shared_ptr<frame_stream> stream_;
    std::shared_ptr<websocket_transport> transport_;
    bypassing_writer writer_{-1};
    std::uint64_t made_ = 0;

    friend class FrameStream;
  };

  test::stream_client::report run(const scenario& what) {
    io_loop home{0};
    io_counters counters;
    test::test_certificate certificate;
    const tls_context context{certificate.key_path(), certificate.chain_path()};
    boost::asio::io_context accepting;
    tcp::acceptor acceptor{accepting, {boost::asio::ip::address_v4::loopback(), 0}};
    pump server{home, what};
    std::thread loop;
    std::thread accept{[&] {
      tcp::socket socket{accepting};
      acceptor.accept(socket);
      const boost::asio::socket_base::send_buffer_size small{8192};
      socket.set_option(small);
      auto stream = std::make_shared<frame_stream>(descriptor{socket.release()}, home, counters,
                                                   what.is_tls ? std::make_unique<tls_stream>(context) : nullptr);
      server.writer_ = bypassing_writer{stream->native_handle()};
      home.post([&server, stream] { server.begin(stream); });
      loop = std::thread{[&home] { home.run(); }};
    }};
    test::stream_client client{acceptor.local_endpoint().port(), what.is_tls};
    auto report = client.read_frames(what.frames, [&](std::uint64_t i) { return payload(i, what.bytes); });
    accept.join();
    home.post([&server] { server.end(); });
    while (counters.open_sockets.get() != 0)
      std::this_thread::yield(); // The stream ends in turns of its own.
    home.stop();
    loop.join();
    return report;
  }

  static void expect_valid(const test::stream_client::report& x, std::uint64_t frames) {
    EXPECT_EQ(x.corruption, "");
    EXPECT_EQ(x.texts, frames);
    EXPECT_GT(x.pongs, 0U);
  }
};

TEST_F(FrameStream, StaysValidWithFramesOfTwentyKilobytes) {
  expect_valid(run({false, false, 300, 20000}), 300);
}

TEST_F(FrameStream, StaysValidWithFramesOfTwoMegabytes) {
  expect_valid(run({false, false, 4, 2'000'000}), 4);
}

TEST_F(FrameStream, StaysValidOverTlsWithFramesOfTwentyKilobytes) {
  expect_valid(run({true, false, 300, 20000}), 300);
}

TEST_F(FrameStream, StaysValidOverTlsWithFramesOfTwoMegabytes) {
  expect_valid(run({true, false, 4, 2'000'000}), 4);
}

TEST(FrameStreamOwner, HearsThatChunksHaveLeftButNotThatFramesHave) {
  struct listener final : stream_owner {
    void on_readable() override {}
    void on_drained() override { ++times; }
    void on_broken() override { FAIL() << "nobody has closed"; }
    int times = 0;
  };
  io_loop home{0};
  io_counters counters;
  boost::asio::io_context own;
  tcp::acceptor acceptor{own, {boost::asio::ip::address_v4::loopback(), 0}};
  tcp::socket client{own};
  client.connect(acceptor.local_endpoint());
  tcp::socket socket{own};
  acceptor.accept(socket);
  listener owner;
  frame_queue frames;
  const auto stream = std::make_shared<frame_stream>(descriptor{socket.release()}, home, counters, nullptr);
  stream->set_owner(&owner);
  stream->set_source(&frames);
  frames.push(frame::text({"4one"}));
  stream->flush();
  EXPECT_TRUE(frames.empty());
  EXPECT_EQ(owner.times, 0);
  stream->write("chunk");
  stream->flush();
  stream->flush();
  EXPECT_EQ(owner.times, 1);
  stream->finish();
  stream->flush();
  EXPECT_EQ(owner.times, 2);
  stream->set_owner(nullptr);
}

// The negative control: the same client, the same frames, and a writer that does not go through the stream.
TEST_F(FrameStream, IsCorruptWhenFramesBypassIt) {
  EXPECT_NE(run({false, true, 300, 20000}).corruption, "");
}

} // namespace
} // namespace arauto::io
