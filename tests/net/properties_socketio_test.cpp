#include "net/engineio/payload.hpp"
#include "net/json.hpp"
#include "net/socketio/encode.hpp"
#include "net/socketio/packet_reader.hpp"
#include "net/socketio/revision4.hpp"
#include "net/utf8.hpp"
#include "tests/support/random_inputs.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace arauto::socketio {
namespace {

using test::random_inputs;
using test::rounds;

constexpr packet_limits limits;
constexpr packet_limits wide{20, 100000};

/// A packet that owns its parts.
struct owned_packet {
  packet_type type = packet_type::event;
  std::string nsp = "/";
  std::optional<std::uint64_t> id;
  std::string payload;
  std::vector<std::string> attachments;
  friend bool operator==(const owned_packet&, const owned_packet&) = default;
};

std::ostream& operator<<(std::ostream& out, const owned_packet& x) {
  return out << static_cast<char>(x.type) << " " << x.nsp << " " << x.id.value_or(0) << " " << x.payload << " "
             << x.attachments.size() << " attachments";
}

owned_packet owned(const assembled_packet& x) {
  return {x.packet.type, std::string{x.packet.nsp}, x.packet.id, std::string{x.packet.payload}, x.attachments};
}

/// Gives the reader a packet's frames as they would come. Nothing at an error; `made` gets what became complete.
bool feed(packet_reader& reader, const std::vector<frame_ptr>& frames, std::vector<owned_packet>& made) {
  for (const auto& x : frames) {
    const auto got = x->is_binary() ? reader.on_binary(x->packet()) : reader.on_text(x->packet().substr(1));
    if (!got)
      return false;
    if (*got != nullptr)
      made.push_back(owned(**got));
    reader.settle();
  }
  return true;
}

std::string some_namespace(random_inputs& random) {
  return random.one_in(2) ? "/" : "/" + random.text_without(",", 20);
}

std::string some_event_name(random_inputs& random) {
  auto name = random.text(8);
  return is_reserved_event(name) ? "x" : name;
}

/// JSON values with attachments among them, as an encoder writes them: numbers rise.
std::string some_arguments(random_inputs& random, std::size_t attachments) {
  std::string out;
  for (std::size_t i = 0; i < attachments || random.one_in(2);) {
    out += out.empty() ? "" : ",";
    if (i == attachments || random.one_in(3)) {
      auto value = random.json(3);
      // A placeholder is data in a packet without attachments only.
      out += attachments > 0 && value.find("_placeholder") != std::string::npos ? "0" : value;
    } else {
      const auto placeholder = "{\"_placeholder\":true,\"num\":" + std::to_string(i++) + "}";
      out += random.one_in(2) ? placeholder : "[{\"a\":" + placeholder + "}]";
    }
  }
  return out;
}

/// What is to be read and the frames that say it.
struct sent_packet {
  owned_packet said;
  std::vector<frame_ptr> frames;
};

sent_packet some_message(random_inputs& random, packet_type plain, packet_type binary) {
  sent_packet x;
  auto& said = x.said;
  for (auto left = random.one_in(2) ? random.below(5) : 0; left > 0; --left)
    said.attachments.push_back(random.bytes(200));
  said.type = said.attachments.empty() ? plain : binary;
  said.nsp = some_namespace(random);
  const auto arguments = some_arguments(random, said.attachments.size());
  if (plain == packet_type::ack || random.one_in(2))
    said.id = random.next() >> (11 + random.below(53));
  if (plain == packet_type::ack) {
    said.payload = "[" + arguments + "]";
    x.frames = encode_binary_ack(said.nsp, *said.id, arguments, said.attachments);
    return x;
  }
  const auto name = some_event_name(random);
  json::append_string(said.payload = "[", name);
  said.payload += (arguments.empty() ? "" : ",") + arguments + "]";
  x.frames = encode_binary_event(said.nsp, name, arguments, said.attachments, said.id);
  return x;
}

sent_packet some_packet(random_inputs& random) {
  const auto nsp = some_namespace(random);
  std::string quoted;
  json::append_string(quoted, random.text(10));
  const auto checked = json::check(quoted);
  const auto text = json::decode_string(*checked);
  switch (random.below(6)) {
  case 0:
    return {{packet_type::connect, nsp, {}, "{\"sid\":" + quoted + "}", {}}, {encode_connect(nsp, text)}};
  case 1:
    return {{packet_type::disconnect, nsp, {}, "", {}}, {encode_disconnect(nsp)}};
  case 2: {
    const auto data = random.one_in(2) ? "" : random.json(3);
    return {{packet_type::connect_error,
             nsp,
             {},
             "{\"message\":" + quoted + (data.empty() ? "" : ",\"data\":") + data + "}",
             {}},
            {encode_connect_error(nsp, text, data)}};
  }
  case 3:
    return some_message(random, packet_type::ack, packet_type::binary_ack);
  default:
    return some_message(random, packet_type::event, packet_type::binary_event);
  }
}

TEST(PropertiesSocketio, APacketSaysWhatWasEncoded) {
  rounds{30000}.each([](random_inputs& random) {
    const auto x = some_packet(random);
    packet_reader reader{wide};
    std::vector<owned_packet> made;
    ASSERT_TRUE(feed(reader, x.frames, made)) << x.said;
    ASSERT_EQ(made.size(), 1U) << x.said;
    EXPECT_EQ(made.front(), x.said);
    EXPECT_FALSE(reader.is_pending());
  });
}

TEST(PropertiesSocketio, AnEventSplitsIntoWhatWasEncoded) {
  rounds{10000}.each([](random_inputs& random) {
    const auto name = some_event_name(random);
    const auto arguments = some_arguments(random, 0);
    const auto made = encode_event("/", name, arguments);
    const auto read = parse_packet(made->packet().substr(1), limits);
    ASSERT_TRUE(read) << made->packet();
    EXPECT_EQ(split_event(*read).name, name);
    EXPECT_EQ(split_event(*read).arguments, arguments);
  });
}

// Old clients: no payload in CONNECT, errors that are data or text.
TEST(PropertiesSocketio, APacketOfRevision4SaysWhatWasEncoded) {
  rounds{10000}.each([](random_inputs& random) {
    const auto nsp = some_namespace(random);
    const auto data = random.json(3);
    const auto is_object = data.starts_with('{');
    std::string quoted;
    const auto message = random.text(10);
    json::append_string(quoted, message);
    const auto error = revision4::encode_connect_error(nsp, message, is_object ? data : "");
    const auto read = parse_packet(error->packet().substr(1), limits);
    ASSERT_TRUE(read) << error->packet();
    EXPECT_EQ(read->type, packet_type::connect_error);
    EXPECT_EQ(read->nsp, nsp);
    EXPECT_EQ(read->payload, is_object ? data : quoted);
    const auto answer = revision4::encode_connect(nsp);
    const auto joined = parse_packet(answer->packet().substr(1), limits);
    ASSERT_TRUE(joined) << answer->packet();
    EXPECT_EQ(joined->nsp, nsp);
    EXPECT_EQ(joined->payload, "");
  });
}

TEST(PropertiesSocketio, AQueryOfRevision4BecomesTheAuthObject) {
  rounds{20000}.each([](random_inputs& random) {
    std::vector<std::pair<std::string, std::string>> said;
    std::string query;
    for (auto left = random.below(6); left > 0; --left) {
      said.emplace_back(std::to_string(left) + random.text(5), random.text(8));
      query += (query.empty() ? "" : "&") + test::percent_encoded(said.back().first) + "=" +
               test::percent_encoded(said.back().second);
    }
    const auto nsp = "/" + random.text_without(",?", 10);
    const auto text = "0" + nsp + "?" + query + ",";
    const auto read = parse_packet(text, limits);
    ASSERT_TRUE(read) << text;
    const auto split = revision4::split_namespace(read->nsp);
    EXPECT_EQ(split.nsp, nsp);
    EXPECT_EQ(split.query, query);
    auto auth = revision4::auth_of_query(split.query);
    EXPECT_EQ(auth.empty(), said.empty());
    auth = said.empty() ? "{}" : auth;
    const auto members = json::split_object(auth);
    ASSERT_TRUE(members) << auth;
    ASSERT_EQ(members->size(), said.size()) << auth;
    for (std::size_t i = 0; i < said.size(); ++i) {
      EXPECT_EQ((*members)[i].key, said[i].first);
      EXPECT_EQ(json::as_string((*members)[i].value), said[i].second);
    }
  });
}

// Placeholders in any order, doubled or missing: applications see the same bytes at the same places.
TEST(PropertiesSocketio, OrderOfAttachmentsChangesNothing) {
  rounds{20000}.each([](random_inputs& random) {
    const auto count = 1 + random.below(20);
    std::vector<std::size_t> named(random.below(14));
    std::string text = "5" + std::to_string(count) + R"(-["x")";
    for (auto& x : named) {
      x = random.below(count);
      text += random.one_in(3) ? ",\"\\ud800\"" : "";
      text += R"(,{"num":)" + std::to_string(x) + R"(,"_placeholder":true})";
    }
    packet_reader reader{wide};
    ASSERT_EQ(reader.on_text(text + "]").value(), nullptr) << text;
    const assembled_packet* made = nullptr;
    for (std::size_t i = 0; i < count; ++i)
      made = reader.on_binary("attachment " + std::to_string(i)).value();
    ASSERT_NE(made, nullptr);
    const auto places = json::placeholders(made->packet.payload, count);
    ASSERT_TRUE(places);
    ASSERT_EQ(places->size(), named.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < named.size(); ++i) {
      const auto at = (*places)[i].num;
      ASSERT_LT(at, made->attachments.size());
      EXPECT_EQ(made->attachments[at], "attachment " + std::to_string(named[i])) << text;
      EXPECT_LE(at, next) << "numbers rise by one from 0: " << made->packet.payload;
      next = std::max(next, at + 1);
    }
    EXPECT_EQ(next, made->attachments.size()) << "each is named";
  });
}

// Over polling, header and attachments may come in one body or in several.
TEST(PropertiesSocketio, ItDoesNotMatterHowPacketsAreSpreadOverPayloads) {
  rounds{5000}.each([](random_inputs& random) {
    std::vector<owned_packet> said;
    std::vector<owned_packet> made;
    packet_reader reader{wide};
    std::string body;
    const auto deliver = [&] {
      engineio::payload_reader payload{body};
      for (auto next = payload.next(); next; next = payload.next()) {
        ASSERT_TRUE(*next);
        const auto got = (*next)->is_binary ? reader.on_binary((*next)->data) : reader.on_text((*next)->data);
        ASSERT_TRUE(got) << (*next)->data;
        if (*got != nullptr)
          made.push_back(owned(**got));
        reader.settle();
      }
      body.clear();
    };
    for (auto left = 1 + random.below(4); left > 0; --left) {
      auto x = some_packet(random);
      if (x.said.nsp.find('\x1e') != std::string::npos)
        continue; // Nobody can send such a name over polling.
      said.push_back(std::move(x.said));
      for (const auto& frame : x.frames) {
        engineio::append_packet(body, *frame);
        if (random.one_in(2))
          deliver();
      }
    }
    if (!body.empty())
      deliver();
    EXPECT_TRUE(made == said);
  });
}

/// Texts of packets: of recordings, without the type of Engine.IO, and made ones.
std::string some_text(random_inputs& random) {
  if (random.one_in(2))
    return std::string{some_packet(random).frames.front()->packet().substr(1)};
  const auto& recorded = random.pick(test::recorded_messages());
  return recorded.starts_with('4') ? recorded.substr(1) : recorded;
}

void expect_consistent(const packet& x, const std::string& text) {
  EXPECT_TRUE(x.nsp.starts_with('/')) << text;
  EXPECT_LE(x.id.value_or(0), std::uint64_t{1} << 53) << text;
  EXPECT_LE(x.attachments_due, limits.attachments_max) << text;
  EXPECT_TRUE(x.payload.empty() || json::check(x.payload)) << text;
  EXPECT_TRUE(is_utf8(x.nsp)) << text;
}

TEST(PropertiesSocketio, ReadingIsBoundedAndConsistent) {
  std::size_t understood = 0;
  rounds{200000}.each([&understood](random_inputs& random) {
    packet_reader reader{limits};
    for (auto left = 1 + random.below(3); left > 0; --left) {
      const auto text = random.one_in(16) ? random.bytes(60) : random.mutated(some_text(random));
      auto got = reader.on_text(text);
      while (got && *got == nullptr)
        got = reader.on_binary(random.bytes(20));
      if (!got)
        continue;
      ++understood;
      expect_consistent((*got)->packet, text);
      const auto places = json::placeholders((*got)->packet.payload.empty() ? "[]" : (*got)->packet.payload, 9);
      EXPECT_TRUE((*got)->attachments.empty() || (places && places->size() >= (*got)->attachments.size())) << text;
      static_cast<void>(split_event((*got)->packet));
      const auto split = revision4::split_namespace((*got)->packet.nsp);
      const auto auth = revision4::auth_of_query(split.query);
      EXPECT_TRUE(auth.empty() || json::split_object(auth)) << text;
    }
  });
  EXPECT_GT(understood, 0U) << "nothing but errors was tried";
}

} // namespace
} // namespace arauto::socketio
