// Section 6 of the Autobahn suite: text is UTF-8 (RFC 6455, section 8.1; RFC 3629).
#include "tests/websocket/wire_case.hpp"

namespace arauto::test {
namespace {

constexpr std::uint16_t bad_payload = 1007;

// "κόσμε" and what may stand behind it.
const std::string kosme = bytes("cebae1bdb9cf83cebcceb5");
const std::string edited = "edited";

class WebsocketSection6 : public WebsocketCases {
protected:
  /// Each of these, written in hexadecimal digits, is text: in one frame and with every octet in a frame of its own.
  void expect_text(const std::string& group, const std::vector<std::string>& each) {
    for (std::size_t i = 0; i < each.size(); ++i) {
      const auto message = text(bytes(each[i]));
      const auto name = group + "." + std::to_string(i + 1) + " " + each[i];
      expect({name, {message}, {message}});
      expect({name + " in fragments", in_fragments(message, 1), {message}});
    }
  }
  /// Each of these is none.
  void expect_no_text(const std::string& group, const std::vector<std::string>& each) {
    for (std::size_t i = 0; i < each.size(); ++i) {
      const auto message = text(bytes(each[i]));
      const auto name = group + "." + std::to_string(i + 1) + " " + each[i];
      expect({name, {message}, {}, bad_payload});
      expect({name + " in fragments", in_fragments(message, 1), {}, bad_payload});
      expect({name + " and an empty last fragment", {begin_text(bytes(each[i])), last("")}, {}, bad_payload});
    }
  }
};

TEST_F(WebsocketSection6, Group1TextMayBeEmpty) {
  expect({
      {"6.1.1", {text("")}, {text("")}},
      {"6.1.2", {begin_text(""), more(""), last("")}, {text("")}},
      {"6.1.3", {begin_text(""), more("middle frame payload"), last("")}, {text("middle frame payload")}},
  });
}

TEST_F(WebsocketSection6, Group2ACharacterMayBeCutByFragments) {
  const auto hello = bytes("48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121");
  expect({
      {"6.2.1", {text(hello)}, {text(hello)}},
      {"6.2.2", {begin_text(hello.substr(0, 12)), last(hello.substr(12))}, {text(hello)}},
      {"6.2.3", in_fragments(text(hello), 1), {text(hello)}},
      {"6.2.4", in_fragments(text(kosme), 1), {text(kosme)}},
  });
}

TEST_F(WebsocketSection6, Group3ASurrogateWithinTextFails) {
  const auto broken = kosme + bytes("eda080") + edited;
  expect({
      {"6.3.1", {text(broken)}, {}, bad_payload},
      {"6.3.2", in_fragments(text(broken), 1), {}, bad_payload},
  });
}

// What would make it whole, or longer, is never sent: the host ends it at the octet that no text can have.
TEST_F(WebsocketSection6, Cases4x1And4x2AFragmentFailsBeforeTheMessageEnds) {
  for (const auto& [number, first, second] :
       {std::tuple{"6.4.1", kosme, bytes("f4908080")}, std::tuple{"6.4.2", kosme + bytes("f4"), bytes("90")}}) {
    SCOPED_TRACE(number);
    echo_client client{host};
    client.send(masked(begin_text(first)) + masked(ping("so far it is text")));
    EXPECT_EQ(client.read(), pong("so far it is text")) << client.fault();
    client.send(masked(more(second)));
    expect_end(client, close(bad_payload));
  }
}

TEST_F(WebsocketSection6, Cases4x3And4x4AFrameFailsBeforeItEnds) {
  for (const auto& [number, first, second] :
       {std::tuple{"6.4.3", kosme, bytes("f4908080")}, std::tuple{"6.4.4", kosme + bytes("f4"), bytes("90")}}) {
    SCOPED_TRACE(number);
    echo_client client{host};
    const auto begun = masked_start(text(first + second), kosme.size() + 4 + edited.size());
    client.send_and_await(std::string_view{begun}.substr(0, begun.size() - second.size()));
    client.send(std::string_view{begun}.substr(begun.size() - second.size()));
    expect_end(client, close(bad_payload));
  }
}

TEST_F(WebsocketSection6, Case4x4AlsoBeyondTheFirstPieceOfALongFrame) {
  constexpr std::size_t payload = 100'000;
  for (const std::size_t good : {126U, 4090U, 16'384U, 65'536U}) {
    SCOPED_TRACE(good);
    echo_client client{host};
    client.send(masked_start(text(std::string(good, 'a') + bytes("f490")), payload));
    expect_end(client, close(bad_payload));
  }
}

TEST_F(WebsocketSection6, Group5CharactersOfEveryLengthAreText) {
  expect_text("6.5", {"cebae1bdb9cf83cebcceb5", "c2a2", "e282ac", "f0908d88", "24c2a2e282acf0908d88"});
}

TEST_F(WebsocketSection6, Group6APrefixOfTextIsTextWhereACharacterEnds) {
  for (std::size_t size = 1; size <= kosme.size(); ++size) {
    const auto message = text(kosme.substr(0, size));
    const auto name = "6.6." + std::to_string(size);
    const auto is_text = size == 2 || size == 5 || size == 7 || size == 9 || size == 11;
    for (const auto& frames : {std::vector{message}, in_fragments(message, 1)})
      expect(is_text ? wire_case{name, frames, {message}} : wire_case{name, frames, {}, bad_payload});
  }
}

TEST_F(WebsocketSection6, Group7TheFirstCharacterOfEachLengthIsText) {
  expect_text("6.7", {"00", "c280", "e0a080", "f0908080"});
}

TEST_F(WebsocketSection6, Group8SequencesOfFiveAndSixOctetsFail) {
  expect_no_text("6.8", {"f888808080", "fc8480808080"});
}

TEST_F(WebsocketSection6, Group9TheLastCharacterOfEachLengthIsText) {
  expect_text("6.9", {"7f", "dfbf", "efbfbf", "f48fbfbf"});
}

TEST_F(WebsocketSection6, Group10WhatIsBeyondUnicodeFails) {
  expect_no_text("6.10", {"f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"});
}

TEST_F(WebsocketSection6, Group11TheBordersOfSurrogatesAndOfUnicode) {
  expect_text("6.11", {"ed9fbf", "ee8080", "efbfbd", "f48fbfbf"});
  expect_no_text("6.11.5", {"f4908080"});
}

TEST_F(WebsocketSection6, Group12ContinuationOctetsAloneFail) {
  std::string all;
  for (const auto* high : {"8", "9", "a", "b"})
    for (const auto* low : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"})
      all.append(high).append(low);
  expect_no_text("6.12", {"80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf", all});
}

TEST_F(WebsocketSection6, Group13FirstOctetsAloneFail) {
  std::vector<std::string> each;
  for (const auto& [from, to] : {std::pair{0xC0, 0xDF}, {0xE0, 0xEF}, {0xF0, 0xF7}, {0xF8, 0xFB}, {0xFC, 0xFD}}) {
    std::string digits;
    for (int octet = from; octet <= to; ++octet) {
      constexpr std::string_view hexadecimal = "0123456789abcdef";
      digits += hexadecimal[static_cast<std::size_t>(octet >> 4)];
      digits += hexadecimal[static_cast<std::size_t>(octet & 0xF)];
      digits += "20";
    }
    each.push_back(digits);
  }
  expect_no_text("6.13", each);
}

TEST_F(WebsocketSection6, Groups14And15SequencesWithoutTheirLastOctetFail) {
  expect_no_text("6.14",
                 {"c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"});
  expect_no_text("6.15", {"c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"});
}

TEST_F(WebsocketSection6, Group16OctetsThatUtf8NeverHasFail) {
  expect_no_text("6.16", {"fe", "ff", "fefeffff"});
}

TEST_F(WebsocketSection6, Groups17To19CharactersInMoreOctetsThanTheyNeedFail) {
  expect_no_text("6.17", {"c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"});
  expect_no_text("6.18", {"c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"});
  expect_no_text("6.19", {"c080", "e08080", "f0808080", "f880808080", "fc8080808080"});
}

TEST_F(WebsocketSection6, Groups20And21SurrogatesFailAloneAndInPairs) {
  expect_no_text("6.20", {"eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"});
  expect_no_text("6.21", {"eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080",
                          "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"});
}

TEST_F(WebsocketSection6, Groups22And23CharactersThatAreNoneAndSpecialOnesAreText) {
  std::vector<std::string> each{"efbfbe", "efbfbf"};
  for (const auto* plane : {"f09f", "f0af", "f0bf", "f18f", "f19f", "f1af", "f1bf", "f28f", "f29f", "f2af", "f2bf",
                            "f38f", "f39f", "f3af", "f3bf", "f48f"})
    for (const auto* end : {"bfbe", "bfbf"})
      each.push_back(std::string{plane} + end);
  expect_text("6.22", each);
  expect_text("6.23", {"efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"});
}

TEST_F(WebsocketSection6, BinaryMayBeWhatTextMayNot) {
  expect({
      {"in a frame", {binary("\xFF")}, {binary("\xFF")}},
      {"in fragments", {begin_binary("\xFF"), last("\xCE")}, {binary("\xFF\xCE")}},
  });
}

// A message that ends within a character says nothing about the next.
TEST_F(WebsocketSection6, TheEndOfAMessageCutsNoCharacterOfTheNext) {
  expect({"κ in two messages", {begin_text("\xCE"), last(""), begin_text("\xBA"), last("")}, {}, bad_payload});
}

} // namespace
} // namespace arauto::test
