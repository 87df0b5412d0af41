#pragma once

#include "net/engineio/payload.hpp"
#include "net/http/message.hpp"
#include "net/json.hpp"

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

/// Recordings of the reference server in tests/golden/protocol: one JSON object per line.
namespace arauto::test {

struct recorded_line {
  /// Name of the case; lines of a case follow each other.
  std::string name;
  std::string kind;
  /// TCP connection inside the case.
  std::int64_t connection = 0;
  bool by_client = false;
  /// Of a WebSocket frame; 1 text, 2 binary, 8 close.
  std::int64_t opcode = 0;
  std::int64_t status = 0;
  /// The message or the payload of the frame.
  std::string content;
};

inline recorded_line read_line(std::string_view text) {
  const auto members = json::split_object(text);
  if (!members)
    throw std::runtime_error{"not a recording: " + members.error().reason};
  const auto string = [&](std::string_view key) {
    const auto* x = json::find(*members, key);
    return x ? json::as_string(x->value).value_or("") : std::string{};
  };
  const auto number = [&](std::string_view key) {
    const auto* x = json::find(*members, key);
    return x ? json::as_integer(x->value).value_or(0) : 0;
  };
  recorded_line x{string("case"),   string("kind"),   number("conn"), string("dir") == "c2s",
                  number("opcode"), number("status"), string("raw")};
  if (json::find(*members, "raw_b64") != nullptr)
    x.content = engineio::decode_base64(string("raw_b64")).value();
  return x;
}

inline std::vector<recorded_line> read_recording(const std::string& name) {
  std::ifstream in{std::string{ARAUTO_SOURCE_DIR} + "/tests/golden/protocol/" + name};
  std::vector<recorded_line> lines;
  for (std::string text; std::getline(in, text);)
    lines.push_back(read_line(text));
  if (lines.empty())
    throw std::runtime_error{"no such recording: " + name};
  return lines;
}

/// The lines of each case, in order.
inline std::vector<std::vector<recorded_line>> read_cases(const std::string& name) {
  std::vector<std::vector<recorded_line>> cases;
  for (auto& x : read_recording(name)) {
    if (x.kind == "case")
      cases.emplace_back();
    if (!cases.empty())
      cases.back().push_back(std::move(x));
  }
  return cases;
}

/// Reads the head and body of a recorded HTTP message into the value that handlers see. Of an answer, `method` is the
/// version and `target` the status.
inline http::request read_http(std::string_view text) {
  http::request x;
  const auto head = text.substr(0, text.find("\r\n\r\n"));
  x.body = text.substr(std::min(head.size() + 4, text.size()));
  auto first_end = std::min(head.find("\r\n"), head.size());
  const auto first = head.substr(0, first_end);
  const auto space = first.find(' ');
  x.method = first.substr(0, space);
  x.target = first.substr(space + 1, first.find(' ', space + 1) - space - 1);
  for (auto rest = head.substr(std::min(first_end + 2, head.size())); !rest.empty();) {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    const auto line = rest.substr(0, end);
    const auto colon = line.find(':');
    const auto value = line.find_first_not_of(' ', colon + 1);
    x.fields.emplace_back(line.substr(0, colon), value == std::string_view::npos ? "" : line.substr(value));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return x;
}

} // namespace arauto::test
