#include "net/http/plain_request.hpp"
#include "net/io/http_parser.hpp"
#include "tests/support/random_inputs.hpp"
#include "tests/support/request_reader.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace arauto::io {
namespace {

using test::are_equal;
using test::random_inputs;
using test::rounds;

constexpr std::size_t body_max = 600;
constexpr http_limits limits{1000, 20};

/// Reads with these limits.
class reader : public test::request_reader {
public:
  reader() : request_reader{limits, body_max} {}
};

/// A piece of any size, often of few bytes.
std::string_view take_piece(random_inputs& random, std::string_view& rest) {
  const auto piece = rest.substr(0, 1 + random.below(random.one_in(2) ? 4 : rest.size()));
  rest.remove_prefix(piece.size());
  return piece;
}

struct written_request {
  http::request said;
  std::string text;
};

std::string chunked(random_inputs& random, std::string_view body) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  while (!body.empty()) {
    const auto chunk = body.substr(0, 1 + random.below(15));
    body.remove_prefix(chunk.size());
    out.append(1, digits[chunk.size()])
        .append(random.one_in(3) ? ";a=b" : "")
        .append("\r\n")
        .append(chunk)
        .append("\r\n");
  }
  return out + (random.one_in(3) ? "0\r\nA-Trailer: x\r\n\r\n" : "0\r\n\r\n");
}

written_request some_request(random_inputs& random) {
  static constexpr std::string_view methods[] = {"GET", "POST", "PUT", "PATCH", "OPTIONS", "PROPFIND", "X-OWN"};
  written_request x;
  auto& said = x.said;
  said.method = random.pick(methods);
  said.target = "/" + test::percent_encoded(random.bytes(20)) + "?" + test::percent_encoded(random.bytes(20));
  said.fields.emplace_back("Host", "a.example");
  for (auto left = random.below(6); left > 0; --left)
    said.fields.emplace_back("X-" + std::to_string(left), test::percent_encoded(random.bytes(10)));
  said.body = random.one_in(2) ? "" : random.bytes(body_max / 2);
  const auto is_chunked = random.one_in(2);
  if (is_chunked)
    said.fields.emplace_back("Transfer-Encoding", "chunked");
  else if (!said.body.empty())
    said.fields.emplace_back("Content-Length", std::to_string(said.body.size()));
  said.keep_alive = true;
  x.text = said.method + " " + said.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : said.fields)
    x.text.append(name).append(random.one_in(4) ? ":\t " : ": ").append(value).append("\r\n");
  x.text += "\r\n" + (is_chunked ? chunked(random, said.body) : said.body);
  return x;
}

TEST(PropertiesHttpParser, ARequestSaysWhatWasWritten) {
  rounds{20000}.each([](random_inputs& random) {
    std::vector<http::request> said;
    std::string stream;
    for (auto left = 1 + random.below(3); left > 0; --left) {
      auto x = some_request(random);
      stream += x.text;
      said.push_back(std::move(x.said));
    }
    reader read;
    for (std::string_view rest = stream; !rest.empty();)
      read.feed(take_piece(random, rest));
    EXPECT_EQ(read.refused(), std::nullopt) << testing::PrintToString(stream);
    EXPECT_TRUE(are_equal(read.requests(), said)) << testing::PrintToString(stream);
  });
}

TEST(PropertiesHttpParser, ItDoesNotMatterHowAStreamIsCut) {
  std::size_t refused = 0;
  std::size_t taken = 0;
  rounds{60000}.each([&](random_inputs& random) {
    std::string stream;
    for (auto left = 1 + random.below(2); left > 0; --left)
      stream += random.one_in(2) ? some_request(random).text : random.pick(test::recorded_requests());
    stream = random.one_in(32) ? random.bytes(200) : random.mutated(std::move(stream));
    // A bad head may be known for one as soon as it begins, or when its end has come.
    stream += "\r\n\r\n";
    reader whole;
    whole.feed(stream);
    reader pieces;
    for (std::string_view rest = stream; !rest.empty();)
      pieces.feed(take_piece(random, rest));
    // A head that is bad and has no end in sight is refused for what shows first.
    const auto is_too_long = whole.refused() && pieces.refused() == 431U;
    EXPECT_TRUE(is_too_long || whole.refused() == pieces.refused()) << testing::PrintToString(stream);
    EXPECT_TRUE(are_equal(whole.requests(), pieces.requests())) << testing::PrintToString(stream);
    EXPECT_LE(whole.parser_calls(), 2 * stream.size() + 2) << "every call takes something or is the last one";
    for (const auto& x : whole.requests())
      EXPECT_LE(x.body.size(), body_max);
    refused += whole.refused() ? 1 : 0;
    taken += whole.requests().size();
  });
  EXPECT_GT(refused, 0U);
  EXPECT_GT(taken, 0U) << "nothing but errors was tried";
}

TEST(PropertiesHttpParser, APlainRequestIsWhatTheParserReads) {
  std::size_t taken = 0;
  rounds{100000}.each([&](random_inputs& random) {
    auto stream = random.one_in(2) ? some_request(random).text : random.pick(test::recorded_requests());
    if (random.one_in(2))
      stream = random.mutated(std::move(stream));
    stream += random.pick(test::recorded_requests());
    const auto plain = http::read_plain_request(stream);
    if (!plain || plain->body.size() > body_max || plain->head.fields.size() > limits.fields ||
        plain->bytes - plain->body.size() > limits.head_bytes)
      return; // The parser's, as in peers.
    ++taken;
    auto said = plain->head;
    said.body = plain->body;
    reader read;
    read.feed(std::string_view{stream}.substr(0, plain->bytes - 1));
    EXPECT_TRUE(read.requests().empty()) << testing::PrintToString(stream);
    read.feed(std::string_view{stream}.substr(plain->bytes - 1, 1));
    ASSERT_EQ(read.requests().size(), 1U) << testing::PrintToString(stream);
    EXPECT_TRUE(are_equal(read.requests().front(), said)) << testing::PrintToString(stream);
  });
  EXPECT_GT(taken, 0U) << "nothing was plain";
}

TEST(PropertiesHttpParser, ALastChunkMayArriveByteByByte) {
  constexpr std::string_view head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view body :
       {"0\r\n\r\n", "00\r\n\r\n", "1\r\n0\r\n0\r\n\r\n", "0;a\r\n\r\n", "0\r\nA: 0\r\n\r\n"}) {
    for (std::size_t at_once = 0; at_once < body.size(); ++at_once) {
      reader read;
      read.feed(std::string{head}.append(body.substr(0, at_once)));
      for (auto i = at_once; i < body.size(); ++i) {
        EXPECT_TRUE(read.requests().empty());
        read.feed(body.substr(i, 1));
      }
      EXPECT_EQ(read.requests().size(), 1U) << body;
      EXPECT_EQ(read.refused(), std::nullopt);
    }
  }
}

} // namespace
} // namespace arauto::io
