#include "tests/conformance/arguments.hpp"

namespace arauto::conformance {

arguments::arguments(const packet_content& content) : text_{"[" + content.arguments + "]"} {
  if (auto split = json::split_array(text_))
    values_ = std::move(*split);
}

std::string_view arguments::raw(std::size_t at) const noexcept {
  return at < values_.size() ? values_[at].raw : std::string_view{"null"};
}

std::string arguments::text(std::size_t at) const {
  return at < values_.size() ? json::as_string(values_[at]).value_or("") : "";
}

std::int64_t arguments::number(std::size_t at) const {
  return at < values_.size() ? json::as_integer(values_[at]).value_or(0) : 0;
}

bool arguments::is_truthy(std::size_t at) const {
  return at < values_.size() && conformance::is_truthy(values_[at]);
}

bool arguments::is_binary(std::size_t at) const {
  return at < values_.size() && conformance::is_binary(values_[at]);
}

std::string arguments::from(std::size_t at) const {
  std::string out;
  for (; at < values_.size(); ++at)
    out.append(out.empty() ? "" : ",").append(values_[at].raw);
  return out;
}

bool is_binary(const json::value& x) {
  const auto members = json::split_object(x.raw);
  if (!members)
    return false;
  const auto* mark = json::find(*members, "_placeholder");
  return mark != nullptr && json::as_boolean(mark->value).value_or(false);
}

bool is_truthy(const json::value& x) {
  return x.raw != "0" && x.raw != "false" && x.raw != "null" && x.raw != "\"\"";
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

std::string placeholder(std::size_t num) {
  return "{\"_placeholder\":true,\"num\":" + std::to_string(num) + "}";
}

} // namespace arauto::conformance
