#pragma once

#include "net/json.hpp"
#include "net/utf8.hpp"

#include <algorithm>
#include <string_view>

namespace arauto::test {

/// JSON's grammar (RFC 8259) a second time, by recursion: what the wrapper must agree with.
class json_grammar {
public:
  explicit json_grammar(std::string_view text) : rest_{text} {}
  bool holds() { return is_utf8(rest_) && element(0) && rest_.empty(); }

private:
  bool take(std::string_view what) {
    if (!rest_.starts_with(what))
      return false;
    rest_.remove_prefix(what.size());
    return true;
  }
  void spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
  bool element(std::size_t depth) {
    spaces();
    const auto is_value = value(depth);
    spaces();
    return is_value;
  }
  bool value(std::size_t depth) {
    if (take("["))
      return depth < json::depth_max && list(']', [&] { return element(depth + 1); });
    if (take("{"))
      return depth < json::depth_max && list('}', [&] {
               spaces();
               if (!string())
                 return false;
               spaces();
               return take(":") && element(depth + 1);
             });
    if (rest_.starts_with('"'))
      return string();
    return take("true") || take("false") || take("null") || number();
  }
  template <class Item>
  bool list(char end, Item item) {
    spaces();
    if (take({&end, 1}))
      return true;
    while (item())
      if (!take(","))
        return take({&end, 1});
    return false;
  }
  bool string() {
    if (!take("\""))
      return false;
    while (!rest_.empty() && rest_.front() != '"') {
      const auto byte = static_cast<unsigned char>(rest_.front());
      if (byte < 0x20 || (byte == '\\' && !escape()))
        return false;
      if (byte != '\\')
        rest_.remove_prefix(1);
    }
    return take("\"");
  }
  bool escape() {
    rest_.remove_prefix(1);
    if (take("u")) {
      const auto digits = rest_.substr(0, 4);
      rest_.remove_prefix(digits.size());
      return digits.size() == 4 && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    }
    return !rest_.empty() && std::string_view{"\"\\/bfnrt"}.find(rest_.front()) != std::string_view::npos &&
           take(rest_.substr(0, 1));
  }
  bool digits() {
    const auto count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count > 0;
  }
  bool number() {
    take("-");
    if (!take("0") && !digits())
      return false;
    if (take(".") && !digits())
      return false;
    if (!take("e") && !take("E"))
      return true;
    take("+") || take("-");
    return digits();
  }

  std::string_view rest_;
};

} // namespace arauto::test
