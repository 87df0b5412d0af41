#include "tests/support/random_inputs.hpp"

#include "net/json.hpp"
#include "tests/support/recording.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace arauto::test {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
constexpr std::size_t slower_by = 25;
#else
constexpr std::size_t slower_by = 1;
#endif

constexpr std::size_t message_max = 4096;

/// Characters on which some codec turns.
constexpr std::string_view special[] = {"\x1e",
                                        "\"",
                                        "\\",
                                        "\\n",
                                        "\n",
                                        "\r\n",
                                        "\t",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        ":",
                                        ",",
                                        "-",
                                        "/",
                                        "?",
                                        "&",
                                        "=",
                                        "+",
                                        "%",
                                        "%41",
                                        "b",
                                        "4",
                                        "0",
                                        "_",
                                        " ",
                                        "\x7f",
                                        "\xC2\x80",
                                        "\xC3\xA9",
                                        "\xE2\x80\xA8",
                                        "\xE2\x80\xA9",
                                        "\xEF\xBF\xBD",
                                        "\xED\x9F\xBF",
                                        "\xEE\x80\x80",
                                        "\xF0\x9F\x98\x80",
                                        "\xF4\x8F\xBF\xBF"};

/// Bytes that end, announce or break something.
constexpr std::string_view edges[] = {{"\0", 1},
                                      "\x01",
                                      "\x04",
                                      "\x1e",
                                      "\xFF",
                                      "\x80",
                                      "\xED\xA0\x80",
                                      "\"",
                                      "\\",
                                      "\\u",
                                      "\\ud800",
                                      "[",
                                      "]",
                                      "{",
                                      "}",
                                      ",",
                                      ":",
                                      "-",
                                      "9",
                                      "0",
                                      "b",
                                      "4",
                                      "/",
                                      "?",
                                      "&",
                                      "=",
                                      "%",
                                      "+",
                                      "\r\n",
                                      "\n",
                                      "1e400",
                                      "-",
                                      "null",
                                      "\"num\":",
                                      "\"_placeholder\":true",
                                      "9007199254740993",
                                      "18446744073709551616",
                                      "99999999999999999999999999"};

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const auto* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

std::string encoded(std::uint32_t point) {
  const auto byte = [](std::uint32_t x) { return static_cast<char>(static_cast<unsigned char>(x)); };
  if (point < 0x80)
    return {byte(point)};
  if (point < 0x800)
    return {byte(0xC0 | point >> 6), byte(0x80 | (point & 63))};
  if (point < 0x10000)
    return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 63)), byte(0x80 | (point & 63))};
  return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 63)), byte(0x80 | (point >> 6 & 63)),
          byte(0x80 | (point & 63))};
}

std::vector<recorded_line> recorded_lines() {
  std::vector<std::string> files;
  for (const auto& x : std::filesystem::directory_iterator{std::string{ARAUTO_SOURCE_DIR} + "/tests/golden/protocol"})
    if (x.path().extension() == ".jsonl")
      files.push_back(x.path().filename());
  std::sort(files.begin(), files.end());
  std::vector<recorded_line> lines;
  for (const auto& file : files)
    for (auto& x : read_recording(file))
      lines.push_back(std::move(x));
  return lines;
}

std::vector<std::string> kept(const std::string& kind, std::string (*part)(const recorded_line&)) {
  std::vector<std::string> found;
  for (const auto& x : recorded_lines())
    if (x.kind == kind)
      if (auto text = part(x); !text.empty() && text.size() <= message_max)
        found.push_back(std::move(text));
  return found;
}

} // namespace

std::uint64_t random_inputs::next() noexcept {
  auto x = state_ += 0x9E3779B97F4A7C15U;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
  x = (x ^ x >> 27) * 0x94D049BB133111EBU;
  return x ^ x >> 31;
}

std::size_t random_inputs::size(std::size_t size_max) noexcept {
  return below(below(size_max + 1) + 1);
}

std::string random_inputs::bytes(std::size_t size_max) {
  std::string out(size(size_max), '\0');
  for (auto& x : out)
    x = static_cast<char>(static_cast<unsigned char>(next()));
  return out;
}

std::string random_inputs::text(std::size_t characters_max) {
  return text_without("", characters_max);
}

std::string random_inputs::text_without(std::string_view unwanted, std::size_t characters_max) {
  static constexpr std::uint32_t limits[] = {0x80, 0x800, 0xD800, 0x110000};
  std::string out;
  for (auto left = size(characters_max); left > 0; --left) {
    auto point = static_cast<std::uint32_t>(below(pick(limits)));
    if (point >= 0xD800 && point < 0xE000)
      point = 0xFFFD;
    const auto character = one_in(3) ? std::string{pick(special)} : encoded(point);
    if (character.find_first_of(unwanted) == std::string::npos)
      out += character;
  }
  return out;
}

std::string random_inputs::json(std::size_t depth) {
  static constexpr std::string_view plain[] = {"null",
                                               "true",
                                               "false",
                                               "0",
                                               "-0",
                                               "1.5",
                                               "1e400",
                                               "-2E-7",
                                               "12345678901234567890",
                                               "\"\"",
                                               R"("\ud800")",
                                               R"("\u00e9\n")",
                                               R"({"_placeholder":true,"num":0})",
                                               "{}",
                                               "[]"};
  const auto kind = depth == 0 ? below(3) : below(5);
  if (kind == 0)
    return std::string{pick(plain)};
  if (kind == 1 && one_in(16)) // Beyond a double, or with more digits than any number type has.
    return std::to_string(1 + below(9)) + std::string(below(400), '7') + (one_in(2) ? "" : ".5e-300");
  if (kind == 1)
    return std::to_string(static_cast<std::int64_t>(next()) >> below(64));
  std::string out;
  if (kind == 2) {
    json::append_string(out, text(12));
    return out;
  }
  out = kind == 3 ? "[" : "{";
  for (auto left = below(5); left > 0; --left) {
    out += out.size() > 1 ? "," : "";
    if (kind == 4) {
      json::append_string(out, text(6));
      out += ':';
    }
    out += json(depth - 1);
  }
  return out + (kind == 3 ? "]" : "}");
}

std::string random_inputs::spaced(std::string_view json) {
  static constexpr std::string_view spaces[] = {"", "", " ", "\n", "\r\n", "\t ", "  "};
  std::string out{pick(spaces)};
  auto is_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto is_part = std::string_view{"{}[],:"}.find(json[i]) != std::string_view::npos;
    if (!is_string && is_part)
      out += pick(spaces);
    out += json[i];
    if (is_string && json[i] == '\\')
      out += json[++i];
    else if (json[i] == '"')
      is_string = !is_string;
    else if (!is_string && is_part)
      out += pick(spaces);
  }
  return out.append(pick(spaces));
}

void random_inputs::mutate(std::string& text) {
  const auto at = below(text.size() + 1);
  const auto length = std::min(below(8), text.size() - at);
  switch (below(7)) {
  case 0:
    text.erase(at, length);
    break;
  case 1:
    text.insert(at, pick(edges));
    break;
  case 2:
    text.replace(at, length, pick(edges));
    break;
  case 3:
    text.insert(at, text.substr(at, length));
    break;
  case 4:
    text.resize(at);
    break;
  case 5:
    if (at < text.size())
      text[at] = static_cast<char>(text[at] ^ 1 << below(8));
    break;
  default:
    text.insert(at, bytes(4));
  }
}

std::string random_inputs::mutated(std::string text) {
  for (auto left = below(5); left > 0; --left)
    mutate(text);
  return text;
}

rounds::rounds(std::size_t count)
    : seed_{number_from("ARAUTO_PROPERTY_SEED", 1)},
      count_{std::max<std::size_t>(1, count * number_from("ARAUTO_PROPERTY_ROUNDS", 100) / 100 / slower_by)} {}

bool rounds::has_failure() {
  return testing::Test::HasFailure();
}

bool rounds::report(std::uint64_t seed, const char* exception) {
  ADD_FAILURE() << "repeat with ARAUTO_PROPERTY_SEED=" << seed << (exception != nullptr ? "; exception: " : "")
                << (exception != nullptr ? exception : "");
  return false;
}

std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char x : text) {
    const auto byte = static_cast<unsigned char>(x);
    if ((x >= '0' && x <= '9') || (x >= 'A' && x <= 'Z') || (x >= 'a' && x <= 'z'))
      out += x;
    else
      out.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return out;
}

const std::vector<std::string>& recorded_messages() {
  static const auto all = [] {
    auto found = kept("ws-frame", [](const recorded_line& x) { return x.content; });
    for (const auto* kind : {"http-request", "http-response"})
      for (auto& body : kept(kind, [](const recorded_line& x) { return read_http(x.content).body; }))
        found.push_back(std::move(body));
    return found;
  }();
  return all;
}

const std::vector<std::string>& recorded_requests() {
  static const auto all = kept("http-request", [](const recorded_line& x) { return x.content; });
  return all;
}

} // namespace arauto::test
