#include "app/import/source.hpp"

#include "app/import/printable.hpp"
#include "net/http/message.hpp"
#include "net/http/url.hpp"
#include "net/json.hpp"

namespace arauto::app {

namespace {

constexpr auto list_target = "/instance/fetchInstances";
constexpr std::size_t shown_bytes_max = 200;

std::string masked(std::string text, const std::string& key) {
  for (auto at = key.empty() ? text.npos : text.find(key); at != text.npos; at = text.find(key, at + 3))
    text.replace(at, key.size(), "***");
  return text;
}

/// The texts of Evolution's error body, or nothing: other bodies are not repeated.
std::string message_of(const std::string& body) {
  const auto members = json::split_object(body);
  const auto* response = members ? json::find(*members, "response") : nullptr;
  const auto inner = json::split_object(response ? response->value.raw : "");
  const auto* message = inner ? json::find(*inner, "message") : nullptr;
  if (!message)
    return {};
  if (auto text = json::as_string(message->value))
    return *text;
  const auto texts = json::split_array(message->value.raw);
  return texts && !texts->empty() ? json::as_string(texts->front()).value_or("") : "";
}

/// What may be done about a status that is not 200.
std::string advice(const io::http_answer& x, const std::string& key) {
  if (x.status == 401 || x.status == 403)
    return "The key was refused. Give the global key of that Evolution API: AUTHENTICATION_API_KEY in its .env.";
  if (x.status >= 300 && x.status < 400)
    return "It sends elsewhere" +
           (x.location.empty() ? std::string{} : ": " + printable(masked(x.location, key), shown_bytes_max)) +
           ". Give the address that it leads to with --from, without the path of the request.";
  if (x.status == 404)
    return "There is no Evolution API at this address. If it stands behind a path, add that to --from "
           "(https://host/evolution).";
  if (x.status >= 500)
    return "The server or a proxy before it has a problem. Look into its log and import again.";
  return "Look whether --from is the address of Evolution API.";
}

std::string what_came(const io::http_answer& x, const std::string& key) {
  const auto message = printable(masked(message_of(x.body), key), shown_bytes_max);
  return std::to_string(x.status) + " " + std::string{http::reason_phrase(x.status)} + ", " +
         (x.content_type.empty() ? "no content type" : printable(x.content_type, 60)) + ", " +
         std::to_string(x.body.size()) + " bytes" + (message.empty() ? "" : " (\"" + message + "\")");
}

/// Puts question, answer and advice into one text.
[[noreturn]] void fail(const std::string& target, const std::string& came, const std::string& what_to_do) {
  throw import_failure("Asked for GET " + target + ", got " + came + ". " + what_to_do);
}

void take_websocket(const ask_function& ask, const std::string& key, offered_instance& into) {
  const auto target = "/websocket/find/" + http::percent_encode(into.record.name);
  const auto answer = ask(target);
  if (answer.status == 404) {
    into.obstacle = "it is not there any more (GET " + target + " gave 404); import again";
    return;
  }
  if (answer.status != 200)
    fail(target, what_came(answer, key), advice(answer, key));
  try {
    read_websocket_answer(answer.body, into);
  } catch (const unexpected_answer& x) {
    fail(target, what_came(answer, key), std::string{"That is not an answer of Evolution API 2: "} + x.what() + ".");
  }
}

} // namespace

std::vector<offered_instance> ask_for_instances(const ask_function& ask, const std::string& key, std::int64_t now_ms) {
  const auto answer = ask(list_target);
  if (answer.status != 200)
    fail(list_target, what_came(answer, key), advice(answer, key));
  try {
    auto offers = read_instance_list(answer.body, now_ms);
    for (auto& x : offers)
      if (x.obstacle.empty())
        take_websocket(ask, key, x);
    return offers;
  } catch (const unexpected_answer& x) {
    fail(list_target, what_came(answer, key),
         std::string{"That is not an answer of Evolution API 2: "} + x.what() +
             ". Look whether --from is the address of its REST API, not of a page.");
  }
}

} // namespace arauto::app
