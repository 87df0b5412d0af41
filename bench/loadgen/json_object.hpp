#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace arauto::loadgen {

/// Writes flat JSON objects, nested by hand.
class json_object {
public:
  void add(std::string_view key, std::string_view text) {
    start(key);
    json_ += '"';
    for (auto c : text)
      if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20)
        json_ += c;
    json_ += '"';
  }
  void add(std::string_view key, std::integral auto number) {
    start(key);
    json_ += std::to_string(number);
  }
  void add(std::string_view key, bool flag) {
    start(key);
    json_ += flag ? "true" : "false";
  }
  void add(std::string_view key, double number, int decimals) {
    auto text = std::array<char, 64>{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
    start(key);
    json_ += text.data();
  }
  void add(std::string_view key, const json_object& nested) {
    start(key);
    json_ += nested.str();
  }
  std::string str() const { return "{" + json_ + "}"; }

private:
  void start(std::string_view key) {
    if (!json_.empty())
      json_ += ',';
    json_.append("\"").append(key).append("\":");
  }
  std::string json_;
};

} // namespace arauto::loadgen
