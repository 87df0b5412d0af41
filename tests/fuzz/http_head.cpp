// The requests of one TCP connection: Beast's parser, and the reader that takes plain requests past it.
#include "net/http/plain_request.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/request_reader.hpp"

namespace arauto::fuzz {
namespace {

using test::are_equal;
using test::request_reader;

constexpr std::size_t body_max = 1000;
constexpr io::http_limits limits;

/// What is plain is taken as peers take it, and by the parser when its last byte has come, and not before.
void check_plain(std::string_view stream) {
  const auto plain = http::read_plain_request(stream);
  if (!plain)
    return;
  require(plain->bytes <= stream.size(), "a plain request lies in what came");
  const auto whole = stream.substr(0, plain->bytes);
  require(!http::read_plain_request(whole.substr(0, whole.size() - 1)), "a plain request is taken when it is complete");
  if (plain->body.size() > body_max)
    return;
  auto said = plain->head;
  said.body = plain->body;
  request_reader read{limits, body_max};
  read.feed(whole.substr(0, whole.size() - 1));
  require(read.requests().empty(), "the parser waits for the last byte of a plain request");
  read.feed(whole.substr(whole.size() - 1));
  require(!read.is_inside() && read.requests().size() == 1, "the parser reads one request where one is plain");
  require(are_equal(read.requests().front(), said), "the parser and the reader of plain requests agree");
}

/// A request is what it says: paths and queries cover the target, and a field is found whatever its case.
void check_request(const http::request& x) {
  require(x.body.size() <= body_max, "no body is longer than it may be");
  require(x.fields.size() <= limits.fields, "no head has more fields than it may have");
  require(x.path().size() + x.query().size() <= x.target.size(), "path and query lie in the target");
  for (const auto& [name, value] : x.fields) {
    std::string other_case{name};
    for (auto& c : other_case)
      c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    require(x.has_field(other_case), "a field is found whatever its case");
    require(x.joined_field(name).find(value) != std::string::npos, "joined fields hold each value");
  }
}

void run(std::string_view input) {
  // A bad head may be known for one as soon as it begins, or when its end has come.
  const auto stream = std::string{input} + "\r\n\r\n";
  request_reader whole{limits, body_max};
  whole.feed(stream);
  chance by{input};
  request_reader pieces{limits, body_max};
  for (const auto& x : cut(stream, by))
    pieces.feed(x);
  // A head that is bad and has no end in sight is refused for what shows first.
  const auto is_too_long = whole.refused() && pieces.refused() == 431U;
  require(is_too_long || whole.refused() == pieces.refused(), "it does not matter how a stream is cut: its end");
  require(are_equal(whole.requests(), pieces.requests()), "it does not matter how a stream is cut: its requests");
  require(whole.parser_calls() <= 2 * stream.size() + 2, "every call takes something or is the last one");
  for (const auto& x : whole.requests())
    check_request(x);
  check_plain(input);
}

const registration it{"http_head", run};

} // namespace
} // namespace arauto::fuzz
