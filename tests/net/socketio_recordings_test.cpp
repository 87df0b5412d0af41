#include "net/socketio/encode.hpp"
#include "net/socketio/namespace_table.hpp"
#include "net/socketio/packet_reader.hpp"
#include "net/socketio/revision4.hpp"
#include "tests/support/recording.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace arauto::socketio {
namespace {

constexpr packet_limits limits;

/// One side of a recorded connection as this side sees it: the server's answers say which namespaces were granted.
class replay {
public:
  explicit replay(bool is_old_client) : is_old_client_{is_old_client} {}

  void on_server(std::string_view text) {
    const auto x = parse_packet(text, limits);
    if (!x)
      return; // The answer to an id that we refuse.
    if (x->type == packet_type::connect)
      namespaces_.begin(x->nsp).now = table::state::joined;
    else if (x->type == packet_type::connect_error || x->type == packet_type::disconnect)
      namespaces_.erase(x->nsp);
  }

  void on_client(const test::recorded_line& x) {
    if (!is_closed_)
      is_closed_ = !is_let_through(x);
  }

  bool is_closed() const noexcept { return is_closed_; }

private:
  using table = namespace_table<int>;

  bool is_let_through(const test::recorded_line& x) {
    // Version 3 has a type byte before binary data.
    const auto data = std::string_view{x.content}.substr(x.opcode == 2 && !is_old_client_ ? 0 : 1);
    const auto got = x.opcode == 2 ? reader_.on_binary(data) : reader_.on_text(data);
    if (!got || *got == nullptr)
      return got.has_value();
    auto packet = (*got)->packet;
    if (is_old_client_)
      packet.nsp = revision4::split_namespace(packet.nsp).nsp;
    if (namespaces_.judge(packet) == verdict::close)
      return false;
    if (packet.type == packet_type::connect)
      namespaces_.begin(packet.nsp);
    else if (packet.type == packet_type::disconnect)
      namespaces_.erase(packet.nsp);
    return true;
  }

  bool is_old_client_;
  packet_reader reader_{limits};
  table namespaces_;
  bool is_closed_ = false;
};

/// Messages of Engine.IO; its other packets are not for Socket.IO.
bool is_message(const test::recorded_line& x) {
  return x.kind == "ws-frame" && (x.opcode == 2 || (x.opcode == 1 && x.content.starts_with('4')));
}

/// Which side ended the first connection of a case, if it was a WebSocket, and what we make of its packets.
struct outcome {
  std::optional<bool> closed_by_server;
  bool is_closed = false;
};

outcome replayed(const std::vector<test::recorded_line>& lines, bool is_old_client = false) {
  outcome x;
  replay by_us{is_old_client};
  for (const auto& line : lines) {
    if (line.kind == "ws-frame" && line.connection == 1 && line.opcode == 8 && !x.closed_by_server)
      x.closed_by_server = !line.by_client;
    if (!is_message(line) || line.connection != 1 || x.closed_by_server)
      continue;
    if (line.by_client)
      by_us.on_client(line);
    else if (line.opcode == 1)
      by_us.on_server(std::string_view{line.content}.substr(1));
  }
  x.is_closed = by_us.is_closed();
  return x;
}

/// Compares every WebSocket case of a recording, but for those in which we mean to differ.
int compare(const std::string& file, const std::string& we_close, const std::string& we_stay, bool is_old_client) {
  int compared = 0;
  for (const auto& lines : test::read_cases(file)) {
    const auto& name = lines.front().name;
    const auto x = replayed(lines, is_old_client);
    if (!x.closed_by_server)
      continue; // A case over polling.
    EXPECT_EQ(x.is_closed, (*x.closed_by_server || name == we_close) && name != we_stay) << file << ": " << name;
    ++compared;
  }
  return compared;
}

TEST(SocketioRecordings, ClosesWhereTheReferenceServerClosed) {
  // An id beyond 2^53 is refused here; JavaScript rounds it.
  EXPECT_EQ(compare("sio5-invalid.jsonl", "ack-id-huge", "", false), 38);
  // The reference server applies a DISCONNECT late and takes the CONNECT behind it for a second one.
  EXPECT_EQ(compare("sio5-connect.jsonl", "", "reconnect-namespace-same-batch", false), 21);
  EXPECT_EQ(compare("sio5-events.jsonl", "", "", false), 15);
  // The application ended the connection of one case.
  EXPECT_EQ(compare("sio4-eio3.jsonl", "", "disconnect", true), 10);
}

/// What our encoders make of a packet that was read.
std::string encoded_again(const packet& x, bool is_old_client) {
  const auto inside = x.payload.empty() ? x.payload : x.payload.substr(1, x.payload.size() - 2);
  const std::vector<std::string> attachments(x.attachments_due);
  const auto member = [&](std::string_view name) {
    const auto members = json::split_object(x.payload);
    const auto* found = members ? json::find(*members, name) : nullptr;
    return found == nullptr ? json::value{} : found->value;
  };
  const auto text = [&](std::string_view name) { return json::as_string(member(name)).value_or(""); };
  switch (x.type) {
  case packet_type::connect:
    return std::string{
        (is_old_client ? revision4::encode_connect(x.nsp) : encode_connect(x.nsp, text("sid")))->packet()};
  case packet_type::disconnect:
    return std::string{encode_disconnect(x.nsp)->packet()};
  case packet_type::connect_error:
    if (!is_old_client || x.payload.find("\"message\"") != std::string_view::npos)
      return std::string{encode_connect_error(x.nsp, text("message"), member("data").raw)->packet()};
    if (x.payload.starts_with('"'))
      return std::string{
          revision4::encode_connect_error(x.nsp, *json::as_string(*json::check(x.payload)), "")->packet()};
    return std::string{revision4::encode_connect_error(x.nsp, "of a middleware", x.payload)->packet()};
  case packet_type::event:
  case packet_type::binary_event: {
    const auto parts = split_event(x);
    return std::string{encode_binary_event(x.nsp, parts.name, parts.arguments, attachments, x.id).front()->packet()};
  }
  default:
    return std::string{encode_binary_ack(x.nsp, x.id.value_or(0), inside, attachments).front()->packet()};
  }
}

TEST(SocketioRecordings, EncodesWhatTheReferenceServerSent) {
  int compared = 0;
  for (const auto* file : {"sio5-invalid.jsonl", "sio5-connect.jsonl", "sio5-events.jsonl", "sio4-eio3.jsonl"})
    for (const auto& x : test::read_recording(file)) {
      // The answer to an id that we refuse.
      if (!is_message(x) || x.by_client || x.opcode != 1 || x.content.starts_with("431.23"))
        continue;
      const auto got = parse_packet(std::string_view{x.content}.substr(1), limits);
      ASSERT_TRUE(got) << x.content;
      EXPECT_EQ(encoded_again(*got, std::string_view{file} == "sio4-eio3.jsonl"), x.content) << file << ": " << x.name;
      ++compared;
    }
  EXPECT_GT(compared, 240);
}

TEST(SocketioRecordings, ReadsWhatRealClientsSend) {
  int read = 0;
  for (const auto& lines : test::read_cases("clients.jsonl")) {
    const auto is_old_client = std::any_of(lines.begin(), lines.end(), [](const auto& x) {
      return x.kind == "http-request" && x.content.find("EIO=3") != std::string::npos;
    });
    packet_reader reader{limits};
    for (const auto& x : lines)
      if (is_message(x) && x.by_client) {
        const auto data = std::string_view{x.content}.substr(x.opcode == 2 && !is_old_client ? 0 : 1);
        EXPECT_TRUE(x.opcode == 2 ? reader.on_binary(data) : reader.on_text(data)) << x.name << ": " << x.content;
        ++read;
      }
  }
  EXPECT_GT(read, 20);
}

// What an application that sends a client's arguments back makes of attachments in another order.
TEST(SocketioRecordings, PutsAttachmentsInOrderAsTheReferenceServerDoes) {
  for (const auto& lines : test::read_cases("sio5-events.jsonl")) {
    if (lines.front().name != "binary-order-swapped")
      continue;
    packet_reader reader{limits};
    std::vector<frame_ptr> answer;
    std::size_t compared = 0;
    for (const auto& x : lines) {
      if (!is_message(x))
        continue;
      if (!x.by_client && !answer.empty()) {
        ASSERT_LT(compared, answer.size());
        EXPECT_EQ(answer[compared++]->packet(), x.content);
      }
      if (!x.by_client)
        continue;
      const auto got =
          x.opcode == 2 ? reader.on_binary(x.content) : reader.on_text(std::string_view{x.content}.substr(1));
      if (const auto* made = got.value(); made != nullptr && made->packet.type == packet_type::binary_event)
        answer = encode_binary_event("/", "message-back", split_event(made->packet).arguments, made->attachments);
    }
    EXPECT_EQ(compared, 3U);
    return;
  }
  FAIL() << "no such case";
}

} // namespace
} // namespace arauto::socketio
