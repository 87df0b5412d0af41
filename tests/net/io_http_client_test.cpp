#include "net/io/http_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace arauto::io {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;
using tcp = boost::asio::ip::tcp;

/// What the server does on one connection: sends one of these per request, then closes.
using script = std::vector<std::string>;

/// A server on its own thread that answers by a script and keeps what it was asked. Ends with its script.
class scripted_server {
public:
  explicit scripted_server(std::vector<script> connections)
      : connections_{std::move(connections)}, acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}} {
    port_ = acceptor_.local_endpoint().port();
    thread_ = std::thread{[this] { run(); }};
  }
  ~scripted_server() { join(); }

  std::string port() const { return std::to_string(port_); }

  const std::vector<std::string>& requests() {
    join();
    return requests_;
  }

private:
  void join() {
    if (thread_.joinable())
      thread_.join();
  }

  void run() {
    for (const auto& answers : connections_) {
      auto socket = acceptor_.accept();
      std::string input;
      boost::system::error_code ec;
      for (const auto& answer : answers) {
        const auto size = boost::asio::read_until(socket, boost::asio::dynamic_buffer(input), "\r\n\r\n", ec);
        if (ec)
          return;
        requests_.push_back(input.substr(0, size));
        input.erase(0, size);
        boost::asio::write(socket, boost::asio::buffer(answer), ec);
        if (answer.empty())
          boost::asio::read_until(socket, boost::asio::dynamic_buffer(input), "\r\n\r\n", ec); // Until it gives up.
      }
    }
  }

  std::vector<script> connections_;
  std::vector<std::string> requests_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::string answer(std::string_view body, std::string_view more = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + std::string{more} +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

http::server_url url_of(const scripted_server& x) {
  return {false, "127.0.0.1", x.port(), "/evolution"};
}

std::string failure_of(http_client& client) {
  try {
    client.get("/x", {});
  } catch (const http_client_failure& x) {
    return x.what();
  }
  return "no failure";
}

TEST(HttpClient, AsksAndKeepsItsConnection) {
  scripted_server server{{{answer("[]"), answer("null")}}};
  http_client client{url_of(server), {}};
  const auto first = client.get("/instance/fetchInstances", {{"apikey", "k"}});
  EXPECT_EQ(first.status, 200u);
  EXPECT_EQ(first.content_type, "application/json");
  EXPECT_EQ(first.body, "[]");
  EXPECT_EQ(client.get("/x", {}).body, "null");
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_THAT(server.requests()[0],
              AllOf(HasSubstr("GET /evolution/instance/fetchInstances HTTP/1.1\r\n"), HasSubstr("apikey: k\r\n"),
                    HasSubstr("Host: 127.0.0.1:" + server.port() + "\r\n")));
}

TEST(HttpClient, OpensAConnectionAgainThatTheServerClosed) {
  scripted_server server{{{answer("1")}, {answer("2", "Connection: close\r\n")}, {answer("3")}}};
  http_client client{url_of(server), {}};
  for (const auto* body : {"1", "2", "3"})
    EXPECT_EQ(client.get("/x", {}).body, body);
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST(HttpClient, DoesNotFollowARedirect) {
  scripted_server server{{{"HTTP/1.1 301 Moved\r\nLocation: https://x/\r\nContent-Length: 0\r\n\r\n"}}};
  http_client client{url_of(server), {}};
  const auto x = client.get("/x", {});
  EXPECT_EQ(x.status, 301u);
  EXPECT_EQ(x.location, "https://x/");
}

TEST(HttpClient, ReadsChunksAndBodiesThatEndWithTheConnection) {
  scripted_server server{{{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n",
                           "HTTP/1.1 200 OK\r\n\r\n[2]"}}};
  http_client client{url_of(server), {}};
  EXPECT_EQ(client.get("/x", {}).body, "[1]");
  EXPECT_EQ(client.get("/x", {}).body, "[2]");
}

TEST(HttpClient, SaysWhatWentWrong) {
  const std::pair<std::string, std::string> table[] = {
      {"SSH-2.0-OpenSSH_9\r\n\r\n", "not HTTP"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[1", "closed the connection"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "more than 8 bytes"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n", "more than 8 bytes"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(70000, 'x') + "\r\n\r\n", "not HTTP"},
  };
  for (const auto& [bytes, expected] : table) {
    scripted_server server{{{bytes}}};
    http_client_settings limits;
    limits.body_max = 8;
    http_client client{url_of(server), limits};
    EXPECT_THAT(failure_of(client), AllOf(HasSubstr(expected), HasSubstr("GET /evolution/x"))) << bytes.substr(0, 60);
  }
}

TEST(HttpClient, DoesNotWaitForeverAndAsksNoSecondTime) {
  scripted_server server{{{answer("1"), ""}}};
  http_client_settings limits;
  limits.silence_timeout = 50ms;
  http_client client{url_of(server), limits};
  client.get("/x", {});
  EXPECT_THAT(failure_of(client), HasSubstr("did not answer in time (50 ms"));
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(HttpClient, NamesTheServerItCannotReach) {
  std::string port;
  {
    boost::asio::io_context context;
    port = std::to_string(tcp::acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}}.local_endpoint().port());
  }
  http_client client{{false, "127.0.0.1", port, ""}, {}};
  EXPECT_THAT(failure_of(client), HasSubstr("Cannot connect to 127.0.0.1:" + port));
  http_client nowhere{{false, "no-such-host.invalid", "80", ""}, {}};
  EXPECT_THAT(failure_of(nowhere), HasSubstr("no address for \"no-such-host.invalid\""));
}

} // namespace
} // namespace arauto::io
