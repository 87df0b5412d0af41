#pragma once

#include "net/json_handler.hpp"

namespace arauto::json {

inline bool is_space(char x) noexcept {
  return x == ' ' || x == '\t' || x == '\n' || x == '\r';
}

/// Of a value that begins so.
inline kind kind_of(char first) noexcept {
  switch (first) {
  case '{':
    return kind::object;
  case '[':
    return kind::array;
  case '"':
    return kind::string;
  case 't':
  case 'f':
    return kind::boolean;
  case 'n':
    return kind::null;
  default:
    return kind::number;
  }
}

/// Takes one container apart: gives `Take` each direct value and, in an object, its key.
template <class Take>
class splitter final : public handler<splitter<Take>> {
public:
  splitter(std::string_view text, const bounded_stream& in, Take& take) : text_{text}, in_{in}, take_{take} {}

private:
  friend handler<splitter>;

  void on_key(std::string_view key) {
    if (this->depth_ != 1)
      return;
    key_ = key;
    cursor_ = in_.Tell();
  }
  void on_open() {
    if (this->depth_ == 1)
      cursor_ = in_.Tell() + 1;
  }
  void on_value(std::size_t bytes_left) {
    if (this->depth_ != 1)
      return;
    auto start = cursor_;
    while (is_space(text_[start]) || text_[start] == ',' || text_[start] == ':')
      ++start;
    cursor_ = in_.Tell() + bytes_left;
    take_(key_, value{kind_of(text_[start]), text_.substr(start, cursor_ - start)});
  }

  std::string_view text_;
  const bounded_stream& in_;
  Take& take_;
  std::string key_;
  std::size_t cursor_ = 0;
};

} // namespace arauto::json
