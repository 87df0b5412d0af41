#include "app/api/respond.hpp"

#include "app/api/object_writer.hpp"

namespace arauto::app {

namespace {

http::response error_body(unsigned status, std::string_view message_json) {
  const auto response = object_writer{}.raw("message", message_json).close();
  return json_answer(status, object_writer{}
                                 .number("status", status)
                                 .text("error", http::reason_phrase(status))
                                 .raw("response", response)
                                 .close());
}

} // namespace

void add_common_fields(const http::cors_policy& cors, const http::request& asked, http::response& answer) {
  http::add_rest_cors(cors, asked, answer);
  if (answer.field("Vary").empty())
    answer.set("Vary", "Origin, Accept-Encoding");
}

http::response json_answer(unsigned status, std::string body) {
  http::response x;
  x.status = status;
  x.set("Content-Type", "application/json; charset=utf-8");
  x.body = std::move(body);
  return x;
}

http::response success_answer(std::string_view text) {
  const auto response = object_writer{}.text("message", text).close();
  return json_answer(
      200, object_writer{}.text("status", "SUCCESS").boolean("error", false).raw("response", response).close());
}

http::response error_answer(unsigned status, std::string_view text) {
  return error_body(status, json_texts(std::vector<std::string_view>{text}));
}

http::response plain_error_answer(unsigned status, std::string_view text) {
  std::string quoted;
  json::append_string(quoted, text);
  return error_body(status, quoted);
}

http::response schema_answer(const violations& texts) {
  return error_body(400, "[" + json_texts(texts) + "]");
}

http::response unauthorized_answer() {
  return plain_error_answer(401, "Unauthorized");
}

http::response failure_answer() {
  return error_answer(500, "Something failed inside; the log of the server has the cause");
}

http::response accepted_answer(const emit_request& request) {
  object_writer out;
  out.number("accepted", request.events);
  if (!request.placed)
    return json_answer(202, out.close());
  return json_answer(201, out.text("offset", to_string(*request.placed)).close());
}

http::response busy_answer(std::string_view text) {
  auto x = error_answer(503, text);
  x.set("Retry-After", "1");
  return x;
}

} // namespace arauto::app
