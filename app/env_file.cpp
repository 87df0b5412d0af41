#include "app/env_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <unistd.h>
#include <utility>

namespace arauto::app {

namespace {

constexpr std::uintmax_t file_bytes_max = 1048576;
constexpr std::string_view blanks = " \t\r\f\v";

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

std::string_view trim(std::string_view x) noexcept {
  const auto first = x.find_first_not_of(blanks);
  return first == x.npos ? std::string_view{} : x.substr(first, x.find_last_not_of(blanks) - first + 1);
}

/// Walks through the text of one file.
class env_reader {
public:
  env_reader(std::string_view text, env_file& out) : rest_{text}, out_{out} {}

  void read() {
    if (rest_.starts_with("\xEF\xBB\xBF"))
      rest_.remove_prefix(3);
    while (!rest_.empty())
      read_line();
  }

private:
  void read_line() {
    skip(blanks);
    const auto number = line_;
    if (rest_.empty() || rest_.front() == '\n' || rest_.front() == '#')
      return skip_line();
    auto name = read_name();
    if (name == "export" && skip(blanks) > 0 && !rest_.empty() && is_name_character(rest_.front()))
      name = read_name();
    const auto blanks_skipped = skip(blanks);
    const auto is_assignment = rest_.starts_with('=') || (blanks_skipped == 0 && rest_.starts_with(": "));
    if (name.empty() || !is_assignment) {
      out_.warnings.push_back(at(number) + "is not of the form NAME=value and has no effect");
      return skip_line();
    }
    rest_.remove_prefix(1);
    skip(blanks);
    if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'' || rest_.front() == '`'))
      read_quoted(name, number);
    else
      read_plain(name, number);
  }

  std::string_view read_name() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_name_character);
    return take(static_cast<std::size_t>(end - rest_.begin()));
  }

  void read_plain(std::string_view name, std::size_t number) {
    const auto line = take(std::min(rest_.find('\n'), rest_.size()));
    const auto comment = line.find('#');
    if (comment != line.npos && comment > 0 && blanks.find(line[comment - 1]) == blanks.npos)
      out_.warnings.push_back(
          at(number) + std::string{name} +
          " ends before the # in it, where a comment begins; put the value in quotes if it goes on");
    out_.values.insert_or_assign(std::string{name}, std::string{trim(line.substr(0, comment))});
    skip_line();
  }

  void read_quoted(std::string_view name, std::size_t number) {
    const auto quote = rest_.front();
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != quote)
      end += rest_[end] == '\\' && end + 1 < rest_.size() ? 2 : 1;
    if (end >= rest_.size()) {
      out_.errors.push_back(at(number) + "the quote that opens the value of " + std::string{name} + " is not closed");
      return skip_line();
    }
    auto value = std::string{take(end + 1).substr(1, end - 1)};
    line_ += static_cast<std::size_t>(std::count(value.begin(), value.end(), '\n'));
    std::erase(value, '\r');
    out_.values.insert_or_assign(std::string{name}, quote == '"' ? with_line_breaks(value) : std::move(value));
    skip(blanks);
    if (!rest_.empty() && rest_.front() != '\n' && rest_.front() != '#')
      out_.warnings.push_back(at(number) + "the text after the closing quote of " + std::string{name} +
                              " has no effect");
    skip_line();
  }

  /// dotenv resolves these two escapes and no others.
  static std::string with_line_breaks(std::string_view x) {
    std::string y;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto next = i + 1 < x.size() ? x[i + 1] : '\0';
      if (x[i] == '\\' && (next == 'n' || next == 'r')) {
        y += next == 'n' ? '\n' : '\r';
        ++i;
      } else {
        y += x[i];
      }
    }
    return y;
  }

  std::string_view take(std::size_t size) {
    const auto x = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return x;
  }

  std::size_t skip(std::string_view characters) {
    return take(std::min(rest_.find_first_not_of(characters), rest_.size())).size();
  }

  void skip_line() {
    const auto end = rest_.find('\n');
    take(end == rest_.npos ? rest_.size() : end + 1);
    ++line_;
  }

  std::string at(std::size_t number) const { return out_.path + " line " + std::to_string(number) + ": "; }

  std::string_view rest_;
  env_file& out_;
  std::size_t line_ = 1;
};

} // namespace

env_file parse_env_file(std::string_view text, std::string path) {
  env_file x;
  x.path = std::move(path);
  env_reader{text, x}.read();
  return x;
}

env_file load_env_file(const std::string& path, bool required) {
  namespace fs = std::filesystem;
  env_file x;
  std::error_code ec;
  const auto kind = fs::status(path, ec).type();
  if (kind == fs::file_type::not_found && !required)
    return x;
  x.path = path;
  if (ec || kind == fs::file_type::directory) {
    x.errors.push_back("cannot read the env file " + path + ": " + (ec ? ec.message() : "it is a directory"));
    return x;
  }
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  if (!in) {
    x.errors.push_back("cannot read the env file " + path + ": " + std::strerror(errno));
    return x;
  }
  std::string text(file_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > file_bytes_max) {
    x.errors.push_back("cannot read the env file " + path + ": it has more than " + std::to_string(file_bytes_max) +
                       " bytes");
    return x;
  }
  return parse_env_file(text, path);
}

text_map process_environment() {
  text_map x;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (const auto end = text.find('='); end != text.npos)
      x.emplace(text.substr(0, end), text.substr(end + 1));
  }
  return x;
}

} // namespace arauto::app
