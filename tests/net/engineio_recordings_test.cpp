#include "net/engineio/connection_fsm.hpp"
#include "net/engineio/handshake.hpp"
#include "net/engineio/payload.hpp"
#include "net/http/cors.hpp"
#include "tests/support/recording.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <optional>
#include <set>

namespace arauto::engineio {
namespace {

TEST(EngineioRecordings, RequestsAreJudgedAsByTheReferenceServer) {
  const std::set<std::string> elsewhere{
      "upgrade-header-with-polling", // 101, then closed.
      "unsupported-protocol-ws",     // 101 and then an HTTP error in the stream: "do not copy that".
      "invalid-origin",              // Refused by its HTTP parser.
      "bad-ws-version",              // These two are judged by the WebSocket library.
      "bad-ws-key",
  };
  int compared = 0;
  for (const auto& lines : test::read_cases("eio4-errors.jsonl")) {
    http::request asked;
    for (const auto& x : lines) {
      if (x.kind == "http-request")
        asked = test::read_http(x.content);
      if (x.kind != "http-response" || elsewhere.contains(x.name))
        continue;
      const auto parameters = read_parameters(asked.query());
      const auto is_upgrade = asked.has_field("upgrade");
      auto code = check_request(parameters, asked.method, is_upgrade, true);
      // What only the table of connections knows; the others are on polling and speak version 4.
      if (!code && (parameters.sid == "nope" || parameters.sid == "__proto__"))
        code = request_error::session_id_unknown;
      if (!code && !parameters.sid.empty())
        code = check_session_request(parameters, is_upgrade, transport::polling, 4);
      if (!code && parameters.sid.empty() && handshake_version(parameters, false) == 0)
        code = request_error::unsupported_protocol_version;
      EXPECT_EQ(x.status, code ? error_status(*code) : 200) << x.name << ' ' << asked.target;
      const auto body = !code ? "\"sid\"" : is_upgrade ? std::string{to_string(*code)} : error_body(*code);
      EXPECT_NE(x.content.find(body), std::string::npos) << x.name << ": " << body;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 23);
}

/// Feeds the client's half of one recorded case to the machine and notes what it does, as the recorder would have.
class replay {
public:
  void take(const test::recorded_line& x) {
    if (x.kind == "http-request" && x.by_client)
      take_request(x);
    else if (x.kind == "ws-frame" && x.by_client)
      take_frame(x);
    else if (x.kind == "ws-frame" && x.opcode == 1)
      expected.push_back(x.content);
  }

  std::vector<std::string> done;
  std::vector<std::string> expected;
  std::vector<std::int64_t> closed_websockets;

private:
  void take_request(const test::recorded_line& x) {
    const auto asked = test::read_http(x.content);
    const auto parameters = read_parameters(asked.query());
    const auto is_upgrade = asked.has_field("upgrade");
    if (check_request(parameters, asked.method, is_upgrade, true) || parameters.sid == "doesnotexist")
      return;
    if (fsm_ && check_session_request(parameters, is_upgrade, fsm_->current(), fsm_->version()))
      return;
    if (parameters.sid.empty())
      fsm_.emplace(limits_, named_transport(parameters));
    else if (asked.has_field("upgrade"))
      take_websocket(x.connection);
    else if (asked.method == "POST")
      for (payload_reader packets{asked.body}; const auto next = packets.next();)
        note(fsm_->on_packet(transport::polling, next->value()));
  }
  void take_websocket(std::int64_t connection) {
    actions out;
    if (fsm_->accept_probe(out))
      accepted_ = connection;
    else
      closed_websockets.push_back(connection);
  }
  void take_frame(const test::recorded_line& x) {
    if (x.connection != accepted_)
      return;
    std::string scratch;
    if (x.opcode == 1)
      note(fsm_->on_packet(transport::websocket, decode_text(x.content, scratch).value()));
    else
      note(fsm_->on_transport_lost(transport::websocket, false));
  }
  void note(const actions& what) {
    for (const auto& x : what) {
      if (std::holds_alternative<send_probe_pong>(x))
        done.push_back("3probe");
      // The recorded application echoes; what was posted during a probe came back on the WebSocket.
      const auto is_echoed_there = fsm_->current() == transport::websocket || fsm_->is_probing();
      if (const auto* message = std::get_if<deliver>(&x); message && is_echoed_there)
        done.push_back("4" + std::string{message->data});
      if (std::holds_alternative<drop_probe>(x))
        closed_websockets.push_back(accepted_);
    }
  }

  limits limits_;
  std::optional<connection_fsm> fsm_;
  std::int64_t accepted_ = 0;
};

TEST(EngineioRecordings, UpgradesGoAsWithTheReferenceServer) {
  const std::map<std::string, std::vector<std::int64_t>> closed{
      {"bad-first-packet", {2}}, {"second-ws-while-probing", {3}}, {"second-ws-after-upgrade", {3}}};
  int compared = 0;
  for (const auto& lines : test::read_cases("eio4-upgrade.jsonl")) {
    replay x;
    for (const auto& line : lines)
      x.take(line);
    const auto& name = lines.front().name;
    const auto at = closed.find(name);
    EXPECT_EQ(x.done, x.expected) << name;
    EXPECT_EQ(x.closed_websockets, at == closed.end() ? std::vector<std::int64_t>{} : at->second) << name;
    ++compared;
  }
  EXPECT_EQ(compared, 12);
}

using fields = std::map<std::string, std::string>;

/// The CORS fields as a client sees them: names in lower case, values of repeated ones joined.
fields cors_fields(const http::field_list& all) {
  fields out;
  for (const auto& [given, value] : all) {
    std::string name{given};
    for (auto& c : name)
      c = static_cast<char>(std::tolower(c));
    if (name != "vary" && !name.starts_with("access-control-"))
      continue;
    auto& x = out[name];
    x.append(x.empty() ? "" : ", ").append(value);
  }
  return out;
}

/// Compares the answers of one recording with ours; gives how many there were.
int compare_cors(const std::string& file, const http::cors_policy& policy) {
  int compared = 0;
  for (const auto& lines : test::read_cases(file)) {
    http::request asked;
    for (const auto& x : lines) {
      if (x.kind == "http-request")
        asked = test::read_http(x.content);
      if (x.kind != "http-response")
        continue;
      const auto is_preflight = asked.method == "OPTIONS";
      auto expected = cors_fields(test::read_http(x.content).fields);
      if (is_preflight && policy.credentials) { // Recorded with a fixed list of headers and an age: ours are echoed.
        expected.erase("access-control-max-age");
        expected["vary"] += ", Access-Control-Request-Headers";
        if (!asked.has_field("access-control-request-headers"))
          expected.erase("access-control-allow-headers");
      }
      http::response ours;
      if (is_preflight)
        ours = http::engine_preflight(policy, asked);
      else
        http::add_engine_cors(policy, asked, ours);
      EXPECT_EQ(cors_fields(ours.fields), expected) << file << ' ' << x.name;
      ++compared;
    }
  }
  return compared;
}

TEST(EngineioRecordings, CorsFieldsAreThoseOfTheReferenceServer) {
  EXPECT_EQ(compare_cors("eio4-cors-star.jsonl", {{"*"}, {"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"}, false}), 2);
  EXPECT_EQ(compare_cors("eio4-cors.jsonl", {{"http://a.example"}, {"GET", "POST"}, true}), 8);
}

} // namespace
} // namespace arauto::engineio
