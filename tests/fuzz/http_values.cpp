// What stands in requests: queries and the parameters of Engine.IO in them, forms, addresses, lists, paths of routes.
#include "net/engineio/handshake.hpp"
#include "net/http/accept_encoding.hpp"
#include "net/http/conditional.hpp"
#include "net/http/form.hpp"
#include "net/http/list_field.hpp"
#include "net/http/query.hpp"
#include "net/http/route_table.hpp"
#include "net/http/upgrade.hpp"
#include "net/http/url.hpp"
#include "net/json.hpp"
#include "tests/fuzz/target.hpp"

namespace arauto::fuzz {
namespace {

void check_query(std::string_view text) {
  constexpr std::size_t few = 5;
  const auto all = http::parse_query(text);
  const auto first = http::parse_query(text, few);
  require(all.size() <= 100 && first.size() <= few, "a query has no more parameters than it may have");
  require(std::equal(first.begin(), first.end(), all.begin()), "a bound keeps the first parameters");
  std::string again;
  for (const auto& [name, value] : all)
    again.append(again.empty() ? "" : "&")
        .append(http::percent_encode(name))
        .append("=")
        .append(http::percent_encode(value));
  require(http::parse_query(again) == all, "a query is its parameters");
  for (const auto& [name, value] : all)
    require(http::query_value(text, name).has_value(), "a parameter is found by its name");
  require(http::percent_decode(http::percent_encode(text), false) == text, "percent encoding gives back what it got");
  require(http::percent_decode(text, true).size() <= text.size(), "decoding makes nothing longer");
}

void check_handshake(std::string_view text) {
  using namespace engineio;
  const auto asked = read_parameters(text);
  for (const auto* method : {"GET", "POST", "OPTIONS"}) {
    for (const auto is_upgrade : {false, true}) {
      const auto fault = check_request(asked, method, is_upgrade, is_legal_header_value(text));
      require(!fault || json::check(error_body(*fault, text)), "an error is JSON");
      require(!fault || error_status(*fault) == 400, "a request that does not fit is a bad one");
      const auto opens = !fault && asked.sid.empty();
      require(!opens || std::string_view{method} == "GET", "a connection is opened by GET");
      require(!opens || named_transport(asked) == transport::polling || is_upgrade, "a WebSocket needs an upgrade");
    }
  }
  for (const auto current : {transport::polling, transport::websocket})
    for (const std::uint8_t version : {std::uint8_t{3}, std::uint8_t{4}})
      if (!check_session_request(asked, false, current, version))
        require(current == transport::polling && (asked.protocol_version == "4") == (version == 4),
                "a plain request fits a connection on polling of its version");
  require(handshake_version(asked, false) != 3, "version 3 has to be allowed");
  require(json::check(open_packet_data(text, true, {}, 1)).operator bool(), "an open packet is JSON");
}

void check_form(std::string_view text) {
  const auto x = http::parse_form(text);
  require(x.fault == http::form_fault::none || x.members.empty(), "a form with a fault has no members");
  require(x.members.size() <= http::form_fields_max, "a form has no more members than fields");
  for (std::size_t i = 0; i < x.members.size(); ++i) {
    require(json::check(x.members[i].second).operator bool(), "a member of a form is JSON");
    for (std::size_t j = 0; j < std::min<std::size_t>(i, 20); ++j)
      require(x.members[i].first != x.members[j].first, "a form has each name once");
  }
}

void check_url(std::string_view text) {
  const auto url = http::parse_server_url(text);
  if (!url)
    return;
  require(!url->host.empty() && !url->port.empty(), "a server is somewhere");
  require(url->prefix.empty() || (url->prefix.front() == '/' && url->prefix.back() != '/'), "a prefix is a path");
  const auto again = http::parse_server_url(url->text());
  require(again && again->text() == url->text() && again->authority() == url->authority(),
          "an address in its shortest form is the same address");
}

void check_lists(std::string_view text) {
  std::string again;
  std::size_t count = 0;
  for (auto rest = text; !rest.empty(); ++count) {
    const auto before = rest.size();
    again.append(count == 0 ? "" : ",").append(http::next_item(rest, ','));
    require(rest.size() < before, "every item takes its bytes");
  }
  require(again.size() <= text.size(), "items lie in their list");
  std::string lower{text};
  for (auto& x : lower)
    x = static_cast<char>(x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x);
  const auto names = [&lower](const char* what) { return lower.find(what) != lower.npos; };
  require(!http::has_directive(text, "no-cache") || names("no-cache"), "a directive is named");
  require(!http::accepts_gzip(text) || names("gzip") || names("*"), "gzip is sent to who accepts it");
  http::request asked;
  asked.method = "GET";
  asked.fields = {
      {"If-None-Match", text}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", text}};
  const auto tag = http::etag_of(text);
  require(tag == http::etag_of(text) && tag.starts_with("W/\"") && tag.ends_with('"'), "a tag is a weak one");
  if (http::is_fresh(asked, tag))
    require(text.find('*') != text.npos || text.find(tag.substr(2)) != text.npos, "who has the tag is fresh");
  if (!http::find_upgrade_fault(asked))
    require(text.size() == 24, "a key has 16 bytes");
}

/// Every path finds one route at most, the one that its segments name.
void check_route(std::string_view path) {
  static const auto table = [] {
    http::route_table x;
    for (const auto* pattern : {"/", "/a", "/a/b", "/a/:x", "/:x/b", "/:x/:y/c"})
      x.add("GET", pattern, [](http::request&&, http::path_parameters&&, reply_slot) {});
    return x;
  }();
  const auto found = table.find("GET", path);
  require(static_cast<bool>(table.find("HEAD", path).handler) == (found.handler != nullptr), "HEAD is found as GET");
  require(table.find("POST", path).handler == nullptr, "another method is another route");
  require(found.parameters.size() <= 2, "a route has its parameters");
  for (const auto& x : found.parameters)
    require(x.size() <= path.size(), "a parameter lies in its path");
}

void run(std::string_view input) {
  check_query(input);
  check_handshake(input);
  check_form(input);
  check_url(input);
  check_lists(input);
  check_route(input);
}

const registration it{"http_values", run};

} // namespace
} // namespace arauto::fuzz
