#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace arauto::test {

/// A blocking client on its own thread, plain or TLS, that checks every WebSocket frame it gets. It reads in small,
/// uneven pieces from a small receive buffer and sends pings all the while.
class stream_client {
public:
  stream_client(std::uint16_t port, bool is_tls);
  ~stream_client();

  struct report {
    std::uint64_t texts = 0;
    std::uint64_t pongs = 0;
    /// What made the byte stream invalid; empty when it was valid to the end.
    std::string corruption;
  };

  /// Reads until `texts` frames came, each of the payload that `expected(number)` gives, or the stream is corrupt.
  template <class Expected>
  report read_frames(std::uint64_t texts, Expected expected) {
    report x;
    skip_head();
    while (x.texts < texts && x.corruption.empty())
      if (const auto got = next_frame(x); got.opcode == 0x81 && x.corruption.empty()) {
        if (got.payload != expected(x.texts))
          x.corruption = "text frame " + std::to_string(x.texts) + " has other bytes";
        ++x.texts;
      }
    return x;
  }

private:
  struct frame {
    unsigned char opcode = 0;
    std::string payload;
  };
  void skip_head();
  frame next_frame(report& x);
  bool fill(std::size_t bytes);
  void send_ping();
  long receive(char* into, std::size_t bytes);
  void send_all(std::string_view bytes);

  int socket_ = -1;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* ssl_ = nullptr;
  std::string input_;
  std::size_t used_ = 0;
  std::uint64_t reads_ = 0;
};

/// A self-signed certificate for loopback in files of a fresh temporary directory, removed with the object.
class test_certificate {
public:
  test_certificate();
  ~test_certificate();
  const std::string& key_path() const noexcept { return key_; }
  const std::string& chain_path() const noexcept { return chain_; }

private:
  std::string directory_;
  std::string key_;
  std::string chain_;
};

} // namespace arauto::test
