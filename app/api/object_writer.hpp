#pragma once

#include "net/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace arauto::app {

/// Writes one JSON object, members in the order of the calls. What is nested is written first and given as `raw`.
class object_writer {
public:
  object_writer& raw(std::string_view key, std::string_view json_text) {
    text_ += text_.size() == 1 ? "" : ",";
    json::append_string(text_, key);
    text_ += ':';
    text_ += json_text;
    return *this;
  }
  object_writer& text(std::string_view key, std::string_view value) {
    std::string quoted;
    json::append_string(quoted, value);
    return raw(key, quoted);
  }
  /// Null when there is none.
  object_writer& text(std::string_view key, const std::optional<std::string>& value) {
    return value ? text(key, std::string_view{*value}) : null(key);
  }
  object_writer& text(std::string_view key, const std::string& value) { return text(key, std::string_view{value}); }
  object_writer& text(std::string_view key, const char* value) { return text(key, std::string_view{value}); }
  object_writer& boolean(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  object_writer& number(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }
  object_writer& null(std::string_view key) { return raw(key, "null"); }

  /// The finished text; the writer is used up.
  std::string close() {
    text_ += '}';
    return std::move(text_);
  }

private:
  std::string text_ = "{";
};

/// A JSON array of texts.
template <class Texts>
std::string json_texts(const Texts& texts) {
  std::string out = "[";
  for (const auto& x : texts) {
    out += out.size() == 1 ? "" : ",";
    json::append_string(out, x);
  }
  return out + "]";
}

} // namespace arauto::app
