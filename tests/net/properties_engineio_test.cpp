#include "net/engineio/jsonp.hpp"
#include "net/engineio/payload.hpp"
#include "net/engineio/payload_v3.hpp"
#include "net/json.hpp"
#include "net/utf8.hpp"
#include "tests/support/random_inputs.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace arauto::engineio {
namespace {

using test::random_inputs;
using test::rounds;

/// A packet that owns its data.
struct owned_packet {
  packet_type type = packet_type::message;
  bool is_binary = false;
  std::string data;
  friend bool operator==(const owned_packet&, const owned_packet&) = default;
};

/// What a payload held before its first error.
struct walked {
  std::vector<owned_packet> packets;
  std::size_t errors = 0;
  std::size_t bytes = 0;
};

template <class Reader>
walked walk(std::string_view body) {
  walked x;
  Reader reader{body};
  for (auto next = reader.next(); next; next = reader.next()) {
    if (!*next) {
      ++x.errors;
      continue;
    }
    x.packets.push_back({(*next)->type, (*next)->is_binary, std::string{(*next)->data}});
    x.bytes += (*next)->data.size();
    if (x.packets.size() > body.size())
      break;
  }
  return x;
}

frame_ptr frame_of(const owned_packet& x) {
  const auto type = static_cast<char>(x.type);
  return x.is_binary ? frame::binary(x.data) : frame::text({{&type, 1}, x.data});
}

/// Packets as a server sends them; text is without `unwanted`.
std::vector<owned_packet> some_packets(random_inputs& random, std::string_view unwanted) {
  static constexpr packet_type types[] = {packet_type::open,    packet_type::close,   packet_type::ping,
                                          packet_type::pong,    packet_type::message, packet_type::message,
                                          packet_type::upgrade, packet_type::noop};
  std::vector<owned_packet> packets;
  for (auto left = 1 + random.below(5); left > 0; --left)
    if (random.one_in(3))
      packets.push_back({packet_type::message, true, random.bytes(300)});
    else
      packets.push_back({random.pick(types), false, random.text_without(unwanted, 60)});
  return packets;
}

using append = void (*)(std::string&, const frame&);

std::string body_of(const std::vector<owned_packet>& packets, append write) {
  std::string body;
  for (const auto& x : packets)
    write(body, *frame_of(x));
  return body;
}

template <class Reader>
void expect_what_was_written(append write, std::string_view unwanted) {
  rounds{4000}.each([&](random_inputs& random) {
    const auto packets = some_packets(random, unwanted);
    const auto body = body_of(packets, write);
    const auto read = walk<Reader>(body);
    EXPECT_EQ(read.errors, 0U) << testing::PrintToString(body);
    EXPECT_TRUE(read.packets == packets) << testing::PrintToString(body);
  });
}

/// Reads changed bodies: an end, at most one error, no more than what came, and what was read can be written and read.
template <class Reader>
void expect_bounded_reading(append write, std::size_t inputs) {
  rounds{inputs}.each([&](random_inputs& random) {
    auto body =
        random.one_in(2) ? body_of(some_packets(random, "\x1e"), write) : random.pick(test::recorded_messages());
    body = random.one_in(16) ? random.bytes(200) : random.mutated(std::move(body));
    const auto read = walk<Reader>(body);
    EXPECT_LE(read.errors, 1U) << testing::PrintToString(body);
    EXPECT_LE(read.packets.size(), body.size() / 2 + 1) << testing::PrintToString(body);
    EXPECT_LE(read.bytes, body.size()) << testing::PrintToString(body);
    // In version 3 any type may come as bytes, which nobody can write as text.
    if (std::any_of(read.packets.begin(), read.packets.end(),
                    [](const auto& x) { return !x.is_binary && !is_utf8(x.data); }))
      return;
    const auto again = walk<Reader>(body_of(read.packets, write));
    EXPECT_TRUE(read.packets.empty() || again.packets == read.packets) << testing::PrintToString(body);
  });
}

TEST(PropertiesEngineio, APayloadHoldsWhatWasWritten) {
  expect_what_was_written<payload_reader>(append_packet, "\x1e");
}

TEST(PropertiesEngineio, ATextPayloadOfVersion3HoldsWhatWasWritten) {
  expect_what_was_written<text_payload_reader_v3>(append_text_packet_v3, "");
}

TEST(PropertiesEngineio, ABinaryPayloadOfVersion3HoldsWhatWasWritten) {
  expect_what_was_written<binary_payload_reader_v3>(append_binary_packet_v3, "");
}

TEST(PropertiesEngineio, ReadingAPayloadIsBounded) {
  expect_bounded_reading<payload_reader>(append_packet, 125000);
}

TEST(PropertiesEngineio, ReadingATextPayloadOfVersion3IsBounded) {
  expect_bounded_reading<text_payload_reader_v3>(append_text_packet_v3, 100000);
}

TEST(PropertiesEngineio, ReadingABinaryPayloadOfVersion3IsBounded) {
  expect_bounded_reading<binary_payload_reader_v3>(append_binary_packet_v3, 100000);
}

// A payload is cut between packets wherever a poll ends.
TEST(PropertiesEngineio, ItDoesNotMatterHowPacketsAreSpreadOverPayloads) {
  rounds{4000}.each([](random_inputs& random) {
    const auto packets = some_packets(random, "\x1e");
    std::vector<owned_packet> read;
    std::string body;
    for (const auto& x : packets) {
      append_packet(body, *frame_of(x));
      if (random.one_in(2) || &x == &packets.back())
        for (auto& one : walk<payload_reader>(std::exchange(body, {})).packets)
          read.push_back(std::move(one));
    }
    EXPECT_TRUE(read == packets);
  });
}

TEST(PropertiesEngineio, ThePromisedSizeOfAPacketIsEnough) {
  rounds{4000}.each([](random_inputs& random) {
    std::string body;
    for (const auto& x : some_packets(random, "\x1e")) {
      const auto before = body.size();
      append_packet(body, *frame_of(x));
      EXPECT_LE(body.size() - before, encoded_size(*frame_of(x)));
    }
  });
}

TEST(PropertiesEngineio, Base64GivesBackWhatItGot) {
  rounds{20000}.each([](random_inputs& random) {
    const auto bytes = random.bytes(100);
    const auto encoded = encode_base64(bytes);
    EXPECT_EQ(encoded.size(), (bytes.size() + 2) / 3 * 4);
    const auto decoded = decode_base64(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(*decoded, bytes) << encoded;
  });
}

TEST(PropertiesEngineio, Base64TakesNothingElse) {
  rounds{100000}.each([](random_inputs& random) {
    const auto text = random.one_in(16) ? random.bytes(60) : random.mutated(encode_base64(random.bytes(60)));
    const auto decoded = decode_base64(text);
    if (!decoded)
      return;
    // The same but for unused bits of the last digit.
    const auto again = encode_base64(*decoded);
    ASSERT_EQ(again.size(), text.size());
    const auto used = decoded->size() / 3 * 4;
    EXPECT_EQ(again.substr(0, used), text.substr(0, used));
    EXPECT_EQ(*decode_base64(again), *decoded) << text;
  });
}

/// What a page makes of the script: the string literal between the parentheses.
std::string evaluated(std::string_view script, std::string_view index) {
  const auto begin = "___eio[" + std::string{index} + "](";
  EXPECT_TRUE(script.starts_with(begin) && script.ends_with(");")) << script;
  const auto literal = json::check(script.substr(begin.size(), script.size() - begin.size() - 2));
  return literal ? json::as_string(*literal).value_or("no string") : "no literal";
}

TEST(PropertiesEngineio, AScriptCarriesItsPayload) {
  rounds{20000}.each([](random_inputs& random) {
    const auto payload = random.text(60);
    const auto script = jsonp_script("7", payload);
    EXPECT_EQ(evaluated(script, "7"), payload) << script;
    EXPECT_EQ(script.find("\xE2\x80\xA8"), std::string::npos) << "a line end in older JavaScript";
    EXPECT_EQ(script.find("\xE2\x80\xA9"), std::string::npos) << "a line end in older JavaScript";
  });
}

/// As clients write the field of their form: backslash and n become two backslashes and n, newlines backslash and n.
std::string form_of(std::string_view payload) {
  std::string escaped;
  for (std::size_t i = 0; i < payload.size(); ++i)
    if (payload.substr(i).starts_with("\\n"))
      escaped += "\\\\";
    else
      escaped += payload[i] == '\n' ? std::string{"\\n"} : std::string{payload[i]};
  return "d=" + test::percent_encoded(escaped);
}

TEST(PropertiesEngineio, AFormCarriesItsPayload) {
  EXPECT_EQ(form_of("a\\nb\nc"), "d=a%5C%5Cnb%5Cnc");
  rounds{20000}.each([](random_inputs& random) {
    // Clients make the same of a backslash before a newline as of backslash and n; JSON has no newlines.
    const auto payload = random.text_without(random.one_in(2) ? "\n" : "\\", 60);
    EXPECT_EQ(jsonp_payload(form_of(payload)), payload);
  });
}

TEST(PropertiesEngineio, ReadingAFormIsBounded) {
  rounds{75000}.each([](random_inputs& random) {
    const auto form = random.mutated(form_of(random.pick(test::recorded_messages())));
    const auto payload = jsonp_payload(form);
    EXPECT_LE(payload.value_or("").size(), form.size());
    EXPECT_TRUE(!payload || !is_utf8(*payload) || evaluated(jsonp_script("0", *payload), "0") == *payload) << form;
  });
}

} // namespace
} // namespace arauto::engineio
