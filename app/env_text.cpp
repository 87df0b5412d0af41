#include "app/env_text.hpp"

#include "app/env_file.hpp"

#include <algorithm>

namespace arauto::app {

namespace {

bool reads_back(const std::string& text, const std::string& value) {
  const auto x = parse_env_file("X=" + text + "\nEND=", "");
  const auto found = x.values.find("X");
  return x.errors.empty() && x.warnings.empty() && x.values.size() == 2 && found->second == value;
}

} // namespace

std::optional<std::string> env_value(const std::string& value) {
  if (value.find_first_of(" \t#\"'`\n\r\\") == value.npos && reads_back(value, value))
    return value;
  for (const auto quote : {'\'', '`', '"'})
    if (auto text = quote + value + quote; reads_back(text, value))
      return text;
  return std::nullopt;
}

void append_comment(std::string& out, std::string_view text) {
  constexpr std::size_t width = 118;
  while (!text.empty()) {
    auto end = text.size() <= width ? text.size() : text.rfind(' ', width);
    if (end == text.npos)
      end = text.size();
    out.append("# ").append(text.substr(0, end)).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string without_backticks(std::string_view text) {
  std::string x{text};
  std::erase(x, '`');
  return x;
}

} // namespace arauto::app
