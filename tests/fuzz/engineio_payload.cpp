// Bodies of polling in every form of versions 3 and 4, and the packets in them. The first byte of an input names the
// form, the others are the body.
#include "net/engineio/poll_form.hpp"
#include "net/json.hpp"
#include "net/utf8.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace arauto::fuzz {
namespace {

using namespace engineio;

/// A packet that owns its data.
struct owned_packet {
  packet_type type = packet_type::message;
  bool is_binary = false;
  std::string data;
  friend bool operator==(const owned_packet&, const owned_packet&) = default;
};
using packets = std::vector<owned_packet>;

struct read_body {
  packets all;
  std::size_t errors = 0;
};

read_body read(const poll_form& form, std::string_view body, bool is_binary) {
  read_body x;
  read_poll(form, body, is_binary, [&x](const result<packet>& next) {
    if (!next)
      ++x.errors;
    else
      x.all.push_back({next->type, next->is_binary, std::string{next->data}});
    return static_cast<bool>(next);
  });
  return x;
}

std::vector<frame_ptr> frames_of(const packets& all) {
  std::vector<frame_ptr> frames;
  for (const auto& x : all) {
    const auto type = static_cast<char>(x.type);
    frames.push_back(x.is_binary ? frame::binary(x.data) : frame::text({{&type, 1}, x.data}));
  }
  return frames;
}

/// Whether these packets can be written in a text form: in version 3 any type may come as bytes, and a separator ends a
/// packet of version 4.
bool is_writable(const packets& all, std::uint8_t version) {
  return std::all_of(all.begin(), all.end(), [version](const auto& x) {
    return x.is_binary || (is_utf8(x.data) && (version == 3 || x.data.find('\x1e') == std::string::npos));
  });
}

void check_written(const packets& all, const poll_form& form) {
  const auto frames = frames_of(all);
  const auto written = write_poll(form, frames);
  const auto again = read(form, written.bytes, written.is_binary);
  require(again.errors == 0 && again.all == all, "what is written reads the same");
  if (form.version != 4)
    return;
  std::size_t promised = 0;
  for (const auto& x : frames)
    promised += encoded_size(*x);
  require(written.bytes.size() <= promised, "the promised size is enough");
}

/// A script holds the payload as a literal, and no end of a line.
void check_script(std::string_view payload) {
  const auto script = jsonp_script("7", payload);
  constexpr std::string_view begin = "___eio[7](";
  require(script.starts_with(begin) && script.ends_with(");"), "a script calls its function");
  const auto literal = json::check(std::string_view{script}.substr(begin.size(), script.size() - begin.size() - 2));
  require(literal && literal->kind == json::kind::string, "a script has one literal");
  require(!is_utf8(payload) || json::decode_string(*literal) == payload, "a script carries its payload");
  require(script.find("\xE2\x80\xA8") == script.npos && script.find("\xE2\x80\xA9") == script.npos,
          "a script has no end of a line");
}

void check_base64(std::string_view text) {
  require(decode_base64(encode_base64(text)).value() == text, "base64 gives back what it got");
  if (const auto decoded = decode_base64(text))
    require(decode_base64(encode_base64(*decoded)).value() == *decoded, "what base64 decodes it can encode");
}

/// A message of a WebSocket is one packet, and reads as the same packet does in a payload.
void check_single(std::string_view text) {
  std::string scratch;
  std::string other;
  const auto of4 = decode_text(text, scratch);
  const auto of3 = decode_text_v3(text, other);
  require(static_cast<bool>(of4) || of4.error() == errc::bad_engine_packet || of4.error() == errc::bad_base64,
          "an error names its rule");
  if (!text.starts_with('b'))
    require(of4.has_value() == of3.has_value() && (!of4 || *of4 == *of3), "text is the same in both versions");
  const auto bytes = decode_binary_v3(text);
  require(!bytes || bytes->data.size() + 1 == text.size(), "bytes of version 3 are a type and data");
  require(decode_binary(text).data == text, "bytes of version 4 are data");
}

void run(std::string_view input) {
  operations in{input};
  const auto kind = in.below(256);
  const auto body = in.rest();
  const std::string index = "7";
  poll_form form{(kind & 1U) != 0 ? std::uint8_t{3} : std::uint8_t{4}, (kind & 2U) != 0,
                 (kind & 4U) != 0 ? &index : nullptr};
  const auto got = read(form, body, (kind & 8U) != 0);
  require(got.errors <= 1, "reading ends at the first error");
  require(got.all.size() <= body.size() / 2 + 1, "a packet takes its bytes");
  std::size_t bytes = 0;
  for (const auto& x : got.all)
    bytes += x.data.size();
  require(bytes <= body.size(), "packets are no larger than their body");
  form.jsonp = nullptr;
  if (!got.all.empty() && is_writable(got.all, form.version))
    check_written(got.all, form);
  require(!is_utf8(body) || utf16_length(body) <= body.size(), "no text has more code units than bytes");
  const auto form_payload = jsonp_payload(body);
  require(form_payload.value_or("").size() <= body.size(), "a form is larger than its payload");
  require(jsonp_index(body).size() <= 20, "an index has few digits");
  check_script(body);
  check_base64(body);
  check_single(body);
}

const registration it{"engineio_payload", run};

} // namespace
} // namespace arauto::fuzz
