// The frames of one WebSocket through the real stack: transport, short frames, Beast, frame stream, loop; over a pair
// of sockets within this process, stepped by hand. Against a decoder of RFC 6455 that is written as the text reads.
#include "net/io/websocket_transport.hpp"
#include "net/utf8.hpp"
#include "net/websocket/frame_tracker.hpp"
#include "net/websocket/short_frame.hpp"
#include "tests/fuzz/socket_pair.hpp"
#include "tests/fuzz/target.hpp"

#include <optional>

namespace arauto::fuzz {
namespace {

constexpr std::size_t message_max = 1000;

struct message {
  bool is_binary = false;
  std::string bytes;
  friend bool operator==(const message&, const message&) = default;
};

/// One frame, whole.
struct plain_frame {
  unsigned first = 0;
  unsigned opcode = 0;
  bool is_last = false;
  bool is_masked = false;
  bool is_shortest = true;
  std::uint64_t length = 0;
  std::size_t header = 0;
  std::string payload;
};

/// What stands at the beginning of `bytes`; nothing while the header is not complete. The payload may be cut short.
std::optional<plain_frame> read_frame(std::string_view bytes) {
  const auto byte = [bytes](std::size_t at) -> std::uint64_t { return static_cast<unsigned char>(bytes[at]); };
  if (bytes.size() < 2)
    return std::nullopt;
  plain_frame x;
  x.first = static_cast<unsigned>(byte(0));
  x.opcode = x.first & 15U;
  x.is_last = (x.first & 0x80U) != 0;
  x.is_masked = (byte(1) & 0x80U) != 0;
  x.length = byte(1) & 0x7FU;
  const std::size_t extra = x.length == 127 ? 8 : x.length == 126 ? 2 : 0;
  x.header = 2 + extra + (x.is_masked ? 4 : 0);
  if (bytes.size() < x.header)
    return std::nullopt;
  if (extra != 0) {
    x.length = 0;
    for (std::size_t i = 0; i < extra; ++i)
      x.length = x.length << 8 | byte(2 + i);
    x.is_shortest = x.length >= (extra == 2 ? 126 : 65536);
  }
  const auto mask = bytes.substr(2 + extra, x.is_masked ? 4 : 0);
  for (const char c : bytes.substr(x.header, std::min<std::uint64_t>(x.length, bytes.size())))
    x.payload += static_cast<char>(mask.empty() ? c : c ^ mask[x.payload.size() % 4]);
  return x;
}

/// What a server hears of a stream (RFC 6455, sections 5 and 7).
struct heard {
  std::vector<message> messages;
  std::vector<std::string> pings;
  std::size_t pongs = 0;
  bool is_closed = false;
  bool is_faulty = false;
};

bool is_close(std::string_view payload) {
  if (payload.size() < 2)
    return payload.empty();
  const auto code = static_cast<unsigned>(static_cast<unsigned char>(payload[0])) << 8 |
                    static_cast<unsigned>(static_cast<unsigned char>(payload[1]));
  const auto is_known =
      (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1013) || (code >= 3000 && code < 5000);
  return is_known && is_utf8(payload.substr(2));
}

bool is_sound(const plain_frame& x, bool is_in_message) {
  const auto is_control = x.opcode >= 8;
  const auto is_known = x.opcode <= 2 || (x.opcode >= 8 && x.opcode <= 10);
  if ((x.first & 0x70U) != 0 || !is_known || !x.is_masked || !x.is_shortest)
    return false;
  if (is_control)
    return x.is_last && x.length <= 125;
  return (x.opcode == 0) == is_in_message;
}

heard decode(std::string_view bytes) {
  heard out;
  std::optional<message> open;
  while (auto x = read_frame(bytes)) {
    const auto is_control = x->opcode >= 8;
    const auto so_far = open && !is_control ? open->bytes.size() : 0;
    if (!is_sound(*x, open.has_value()) || (!is_control && x->length > message_max - so_far)) {
      out.is_faulty = true;
      return out;
    }
    if (x->payload.size() < x->length) {
      out.is_faulty = open ? !open->is_binary : x->opcode == 1; // Text may be known for none before its end.
      return out;
    }
    bytes.remove_prefix(x->header + x->payload.size());
    if (x->opcode == 8) {
      (is_close(x->payload) ? out.is_closed : out.is_faulty) = true;
      return out;
    }
    if (x->opcode == 9)
      out.pings.push_back(x->payload);
    else if (x->opcode == 10)
      ++out.pongs;
    if (is_control)
      continue;
    if (x->opcode != 0)
      open = message{x->opcode == 2, {}};
    open->bytes += x->payload;
    // A text that goes on may end in the middle of a character; what is wrong before that is wrong.
    if (x->is_last && !open->is_binary && !is_utf8(open->bytes)) {
      out.is_faulty = true;
      return out;
    }
    if (x->is_last)
      out.messages.push_back(*std::exchange(open, std::nullopt));
  }
  return out;
}

/// A server of one WebSocket that keeps what arrives.
class receiver final : public io::websocket_listener {
public:
  heard got;
  std::size_t ends = 0;

private:
  void on_websocket_message(io::websocket_transport&, bool is_binary, std::string_view bytes) override {
    require(ends == 0, "nothing is heard after the end");
    got.messages.push_back({is_binary, std::string{bytes}});
  }
  void on_websocket_pong(io::websocket_transport&) override { ++got.pongs; }
  void on_websocket_closed(io::websocket_transport&, bool by_error) override {
    ++ends;
    got.is_faulty = by_error;
  }
};

/// What the server said behind its 101: pongs, and a close.
void read_answers(std::string_view bytes, heard& to) {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  const auto head = bytes.find(end_of_head);
  require(bytes.starts_with("HTTP/1.1 101 ") && head != bytes.npos, "the handshake is answered");
  bytes.remove_prefix(head + end_of_head.size());
  while (!bytes.empty()) {
    const auto x = read_frame(bytes);
    require(x && x->payload.size() == x->length, "the server sends whole frames");
    require(!x->is_masked && x->is_last && x->is_shortest && (x->opcode == 8 || x->opcode == 10),
            "the server sends pongs and a close");
    require(!to.is_closed, "the server sends nothing behind a close");
    to.is_closed = x->opcode == 8;
    require(!to.is_closed || is_close(x->payload), "the server closes with a status that may be sent");
    if (!to.is_closed)
      to.pings.push_back(x->payload);
    bytes.remove_prefix(x->header + x->payload.size());
  }
}

/// One connection from its handshake to its end, a step a turn of the loop: pieces, an end, then whatever the server
/// still does.
class conversation {
public:
  explicit conversation(const std::vector<std::string_view>& pieces) : pieces_{&pieces} {
    http::request asked;
    asked.fields = {{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    auto stream = std::make_shared<io::frame_stream>(pair_.take_server(), home_, counters_, nullptr);
    transport_ = io::websocket_transport::accept(std::move(stream), asked, {}, message_max, server_);
    transport_->start();
  }

  heard run() {
    home_.post([this] { step(); });
    home_.run();
    require(server_.ends == 1, "an end is told once");
    require(counters_.open_websocket_readers.get() == 0, "no reader is left behind");
    read_answers(answers_, server_.got);
    return std::move(server_.got);
  }

private:
  static constexpr std::size_t turns_per_piece = 3;
  static constexpr std::size_t turns_max = 100000;

  void step() {
    require(++turns_ < turns_max, "a connection ends with its client");
    const auto is_open = pair_.read(answers_);
    if (turns_ % turns_per_piece == 0 && next_ <= pieces_->size())
      next_ < pieces_->size() ? pair_.write((*pieces_)[next_]) : pair_.end();
    next_ += turns_ % turns_per_piece == 0 ? 1 : 0;
    if (server_.ends == 1)
      transport_.reset();
    if (!is_open && counters_.open_sockets.get() == 0)
      return home_.stop();
    home_.post([this] { step(); });
  }

  const std::vector<std::string_view>* pieces_;
  io::io_loop home_{0};
  io_counters counters_;
  socket_pair pair_;
  receiver server_;
  std::shared_ptr<io::websocket_transport> transport_;
  std::string answers_;
  std::size_t turns_ = 0;
  std::size_t next_ = 0;
};

void check_pure(std::string_view input) {
  websocket::frame_tracker whole;
  websocket::frame_tracker bytes;
  whole.follow(input);
  for (std::size_t i = 0; i < input.size(); ++i)
    bytes.follow(input.substr(i, 1));
  require(whole.is_between_messages() == bytes.is_between_messages(), "a tracker does not mind how it is fed");
  websocket::short_payload payload;
  const auto short_one = websocket::read_short_frame(input, payload);
  const auto any = read_frame(input);
  const auto is_short =
      any && is_sound(*any, false) && any->is_last && any->length <= 125 && any->payload.size() == any->length &&
      (any->opcode == 1 || any->opcode == 2 || any->opcode == 10) && (any->opcode != 1 || is_utf8(any->payload));
  require(short_one.has_value() == is_short, "a short frame is one");
  require(!short_one || (short_one->payload == any->payload && short_one->size == any->header + any->length),
          "a short frame is read as any frame");
  const auto close = read_frame(websocket::close_frame(1000, input.substr(0, 200)));
  require(close && close->opcode == 8 && close->length == std::min<std::size_t>(input.size(), 123) + 2,
          "a close frame is a control frame");
}

void run(std::string_view input) {
  check_pure(input);
  const auto expected = decode(input);
  chance by{input};
  for (const auto& pieces : {std::vector<std::string_view>{input}, cut(input, by)}) {
    const auto got = conversation{pieces}.run();
    require(got.messages == expected.messages, "messages are heard as they were sent");
    require(got.pongs <= expected.pongs && got.pings.size() <= expected.pings.size(),
            "nothing is heard that was not sent");
    require(std::equal(got.pings.begin(), got.pings.end(), expected.pings.begin()), "a pong has what the ping had");
    if (expected.is_faulty)
      continue;
    require(got.pongs == expected.pongs && got.pings.size() == expected.pings.size(), "every ping has its pong");
    require(got.is_closed == expected.is_closed, "a close is answered");
  }
}

const registration it{"websocket", run};

} // namespace
} // namespace arauto::fuzz
