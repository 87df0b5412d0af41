#pragma once

#include "net/json_reader.hpp"

#include <array>
#include <charconv>

namespace arauto::json {

/// Collects the placeholders of binary attachments, at any depth. Of members with the same name the last counts, as in
/// JavaScript, so that no receiver sees another number than the one judged here.
class placeholder_finder final : public visitor {
public:
  explicit placeholder_finder(std::size_t num_max) : num_max_{num_max} {}

  std::vector<placeholder> found;

  void on_key(std::size_t depth, std::string_view key) {
    auto& x = objects_[depth];
    const auto name = decode_string({kind::string, key});
    awaited_ = awaited::nothing;
    if (name == "_placeholder") {
      x.is_placeholder = false;
      awaited_ = awaited::flag;
    } else if (name == "num") {
      x.num.reset();
      awaited_ = awaited::num;
    }
  }

  void on_scalar(std::size_t depth, const value& x) {
    if (const auto flag = as_boolean(x); flag && awaited_ == awaited::flag)
      objects_[depth].is_placeholder = *flag;
    else if (x.kind == kind::number && awaited_ == awaited::num)
      take_num(objects_[depth], x.raw);
    awaited_ = awaited::nothing;
  }

  void on_open(std::size_t depth, const char*) {
    objects_[depth + 1] = {};
    awaited_ = awaited::nothing;
  }

  const char* on_close(std::size_t depth, const char*) {
    const auto& x = objects_[depth + 1];
    awaited_ = awaited::nothing;
    if (!x.is_placeholder)
      return nullptr;
    if (!x.num || x.num->num > num_max_)
      return "A placeholder names no attachment of this packet.";
    found.push_back(*x.num);
    return nullptr;
  }

private:
  enum class awaited { nothing, flag, num };
  struct object {
    bool is_placeholder = false;
    std::optional<placeholder> num;
  };

  static void take_num(object& of, std::string_view digits) {
    std::size_t x = 0;
    const auto* end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, x);
    if (error == std::errc{} && at == end)
      of.num = {x, digits};
  }

  std::size_t num_max_;
  /// By depth; an array is never a placeholder.
  std::array<object, depth_max + 1> objects_{};
  awaited awaited_ = awaited::nothing;
};

} // namespace arauto::json
