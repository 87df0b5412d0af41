#pragma once

#include "net/json_handler.hpp"

#include <array>
#include <charconv>

namespace arauto::json {

/// Collects the placeholders of binary attachments, at any depth. Of members with the same name the last counts, as in
/// JavaScript, so that no receiver sees another number than the one judged here.
class placeholder_finder final : public handler<placeholder_finder> {
public:
  /// `in` may hold a mended copy of `text`: a byte has the same place in both.
  placeholder_finder(std::string_view text, const bounded_stream& in, std::size_t num_max)
      : text_{text}, in_{in}, num_max_{num_max} {}

  std::vector<placeholder> found;

private:
  friend handler<placeholder_finder>;
  enum class awaited { nothing, flag, num };
  struct object {
    bool is_placeholder = false;
    std::optional<placeholder> num;
  };

  void on_key(std::string_view key) {
    auto& x = objects_[depth_];
    awaited_ = awaited::nothing;
    if (key == "_placeholder") {
      x.is_placeholder = false;
      awaited_ = awaited::flag;
    } else if (key == "num") {
      x.num.reset();
      awaited_ = awaited::num;
    }
  }
  void on_boolean(bool x) {
    if (awaited_ == awaited::flag)
      objects_[depth_].is_placeholder = x;
  }
  void on_number(std::string_view text) {
    if (awaited_ != awaited::num)
      return;
    std::size_t x = 0;
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, x);
    if (error == std::errc{} && at == end)
      objects_[depth_].num = {x, text_.substr(in_.Tell() - text.size(), text.size())};
  }
  void on_open() {
    objects_[depth_] = {};
    awaited_ = awaited::nothing;
  }
  const char* on_object_end() {
    const auto& x = objects_[depth_];
    if (!x.is_placeholder)
      return nullptr;
    if (!x.num || x.num->num > num_max_)
      return "A placeholder names no attachment of this packet.";
    found.push_back(*x.num);
    return nullptr;
  }
  void on_value(std::size_t) { awaited_ = awaited::nothing; }

  std::string_view text_;
  const bounded_stream& in_;
  std::size_t num_max_;
  std::array<object, depth_max + 1> objects_{};
  awaited awaited_ = awaited::nothing;
};

} // namespace arauto::json
