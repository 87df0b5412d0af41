#include "app/api/emit_body.hpp"

#include "app/api/body.hpp"
#include "app/api/respond.hpp"

#include <string>

namespace arauto::app {

namespace {

constexpr std::string_view json_space = " \t\r\n";

emit_body refused(http::response why) {
  emit_body x;
  x.refusal = std::move(why);
  return x;
}

emit_body too_many() {
  return refused(error_answer(413, "More than " + std::to_string(emit_events_max) + " events in one request"));
}

emit_body nothing() {
  return refused(error_answer(400, "The body holds no event: send an object, an array of objects, or one per line"));
}

emit_body bad_event(std::size_t index, const std::string& reason) {
  return refused(error_answer(400, "event[" + std::to_string(index) + "]: " + reason));
}

emit_body no_object(std::size_t index) {
  return bad_event(index, "an object is expected");
}

emit_body read_array(std::string_view text) {
  const auto elements = json::split_array(text);
  if (!elements)
    return refused(syntax_answer(elements.error()));
  if (elements->empty())
    return nothing();
  if (elements->size() > emit_events_max)
    return too_many();
  emit_body x;
  x.events.reserve(elements->size());
  for (const auto& element : *elements) {
    if (element.kind != json::kind::object)
      return no_object(x.events.size());
    auto members = json::split_object(element.raw);
    if (!members)
      return refused(syntax_answer(members.error()));
    x.events.push_back(std::move(*members));
  }
  return x;
}

/// A string cannot hold a bare line break in JSON, so every one of them ends a line.
emit_body read_lines(std::string_view text) {
  emit_body x;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    const auto first = line.find_first_not_of(json_space);
    if (first != std::string_view::npos) {
      if (x.events.size() == emit_events_max)
        return too_many();
      auto members = json::split_object(line);
      if (!members && json::check(line))
        return no_object(x.events.size());
      if (!members)
        return bad_event(x.events.size(), syntax_text({at + members.error().position, members.error().reason}));
      x.events.push_back(std::move(*members));
    }
    at = end + 1;
  }
  return x.events.empty() ? nothing() : std::move(x);
}

/// Whether the first line is a JSON text of its own and more follows.
bool looks_like_lines(std::string_view text) {
  const auto first = text.find_first_not_of(json_space);
  const auto end = text.find('\n', first);
  return end != std::string_view::npos && text.find_first_not_of(json_space, end) != std::string_view::npos &&
         json::check(text.substr(first, end - first));
}

} // namespace

emit_body read_emit_body(bool is_lines, std::string_view text) {
  const auto first = text.find_first_not_of(json_space);
  if (first == std::string_view::npos)
    return nothing();
  if (is_lines)
    return read_lines(text);
  if (text[first] == '[')
    return read_array(text);
  if (text[first] != '{')
    return refused(syntax_answer({first, "An object ({...}) or an array ([...]) is expected here."}));
  auto members = json::split_object(text);
  if (!members)
    return looks_like_lines(text) ? read_lines(text) : refused(syntax_answer(members.error()));
  emit_body x;
  x.events.push_back(std::move(*members));
  return x;
}

std::optional<std::string> keep_text(const std::vector<json::member>& members, std::string_view key,
                                     std::string_view& out) {
  const auto* x = json::find(members, key);
  if (x == nullptr || x->value.kind == json::kind::null)
    return std::nullopt;
  if (x->value.kind != json::kind::string)
    return "\"" + std::string{key} + "\" must be a string";
  out = x->value.raw;
  return std::nullopt;
}

} // namespace arauto::app
