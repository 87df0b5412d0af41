#include "tests/conformance/echo.hpp"

#include "net/http/query.hpp"
#include "net/json.hpp"

#include <array>
#include <ctime>

namespace arauto::conformance {

namespace {

std::string_view query_of(const handshake& shake) {
  const auto question = shake.target.find('?');
  return question == std::string::npos ? std::string_view{} : std::string_view{shake.target}.substr(question + 1);
}

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string fields_as_json(std::span<const header_field> fields) {
  std::string out{"{"};
  for (const auto& [name, value] : fields) {
    out += out.size() > 1 ? "," : "";
    json::append_string(out, lower(name));
    out += ':';
    json::append_string(out, value);
  }
  return out + "}";
}

std::string http_time_now() {
  std::array<char, 40> text{};
  const auto now = std::time(nullptr);
  std::tm broken{};
  gmtime_r(&now, &broken);
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &broken)};
}

class side final : public application_side {
public:
  side(outbox& out, echo_rules rules) : out_{&out}, rules_{rules} {
    if (rules_.for_client_suite)
      say("hi");
  }

  void on_text(std::string_view message) override {
    if (message == "__close__")
      return out_->close(close_reason::forced_close);
    if (!rules_.for_client_suite)
      return say(message);
    if (message == "give binary")
      return say_binary({"\x00\x01\x02\x03\x04", 5});
    if (message == "give utf8")
      return say("пойду спать всем спокойной ночи");
    say(message == "sendHeaders" ? fields_as_json(out_->request_fields()) : std::string{message});
  }
  void on_binary(std::string_view message) override { say_binary(message); }
  void on_close(close_reason) override {}

private:
  void say(std::string_view text) { push(frame::text({"4", text})); }
  void say_binary(std::string_view bytes) { push(frame::binary(bytes)); }
  void push(const frame_ptr& x) { out_->push({{&x, 1}}); }

  outbox* out_;
  echo_rules rules_;
};

} // namespace

admission forbidden(const handshake& shake) {
  admission no;
  no.accepted = false;
  no.refusal = http::query_value(query_of(shake), "why") ? "custom reason" : "";
  return no;
}

admission echo::admit(const handshake& shake) {
  if (rules_.forbid)
    return forbidden(shake);
  admission judged;
  if (!rules_.for_client_suite)
    return judged;
  judged.accepted = !http::query_value(query_of(shake), "deny");
  for (const std::string value :
       {"1=1; Max-Age=86400", "2=2; Path=/; HttpOnly; Secure; SameSite=Strict", "3=3; Max-Age=0", "4=4; Expires="})
    judged.first_fields.emplace_back("Set-Cookie", value.ends_with("Expires=") ? value + http_time_now() : value);
  return judged;
}

application_side_ptr echo::open(outbox& out, handshake) {
  return application_side_ptr{new side{out, rules_}};
}

} // namespace arauto::conformance
