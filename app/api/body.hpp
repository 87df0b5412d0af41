#pragma once

#include "net/http/message.hpp"
#include "net/json.hpp"

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::app {

/// The members of a request body. Values are views into the body, or into `texts` when they came as a form.
struct body_members {
  std::vector<json::member> members;
  std::list<std::string> texts;

  const json::value* find(std::string_view key) const noexcept;
  /// Decoded, when it is a string.
  std::optional<std::string> text(std::string_view key) const;
  bool boolean(std::string_view key) const;
  /// Adds a text that was not JSON, behind or below what is there: of equal keys the last one counts.
  void add(std::string key, std::string_view value);
  void add_below(std::string key, std::string_view value);
  /// Adds a value that is JSON behind what is there. Precondition: it was written here, so it needs no checking.
  void add_json(std::string key, std::string text);
};

/// Reads a JSON or form body; other types, an array and no body leave no members, as with Evolution. The answer when
/// the body cannot be read.
std::optional<http::response> read_body(const http::request& asked, body_members& x);

/// The answer when the body has a character set or an encoding that is not read here.
std::optional<http::response> refuse_encoding(const http::request& asked);

/// Whether a body is of that media type, whatever its parameters. `type` in lower case.
bool has_media_type(const http::request& asked, std::string_view type);

/// Position and reason as a sentence.
std::string syntax_text(const json::syntax_error& why);

/// 400 with that text.
http::response syntax_answer(const json::syntax_error& why);

} // namespace arauto::app
