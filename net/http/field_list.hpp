#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace arauto::http {

/// The fields of one message in their order, duplicates kept. Names and values lie in one buffer, so that a message
/// costs two allocations for all of them.
class field_list {
public:
  /// Name and value. Views: of the list, until it changes or goes.
  using value_type = std::pair<std::string_view, std::string_view>;

  class const_iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = field_list::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = value_type;

    const_iterator(const field_list& of, std::size_t at) noexcept : of_{&of}, at_{at} {}
    value_type operator*() const noexcept { return (*of_)[at_]; }
    const_iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    bool operator==(const const_iterator& other) const noexcept { return at_ == other.at_; }

  private:
    const field_list* of_;
    std::size_t at_;
  };

  field_list() = default;
  field_list(std::initializer_list<value_type> all) {
    for (const auto& [name, value] : all)
      emplace_back(name, value);
  }

  void emplace_back(std::string_view name, std::string_view value) {
    if (places_.empty())
      text_.reserve(usual_bytes);
    const auto begin = static_cast<std::uint32_t>(text_.size());
    const auto size = static_cast<std::uint32_t>(name.size());
    add_place({begin, size, begin + size, static_cast<std::uint32_t>(value.size())});
    text_.append(name).append(value);
    names_ |= bit_of(name);
  }

  /// Takes over a text in which names and values stand, for `emplace_in_text`. Precondition: the list is empty.
  void set_text(std::string_view text) { text_ = text; }
  /// Name and value are parts of `origin`, of which `set_text` will get a copy, or has got one.
  void emplace_in_text(std::string_view origin, std::string_view name, std::string_view value) {
    const auto place_of = [&](std::string_view part) {
      return static_cast<std::uint32_t>(part.data() - origin.data());
    };
    add_place({place_of(name), static_cast<std::uint32_t>(name.size()), place_of(value),
               static_cast<std::uint32_t>(value.size())});
    names_ |= bit_of(name);
  }

  /// The value of the last field for whose name `is_meant(name)` holds, of those names that are as long as `name`.
  template <class Predicate>
  std::optional<std::string_view> find_last(std::string_view name, const Predicate& is_meant) const noexcept {
    if (!may_have(name))
      return std::nullopt;
    for (auto at = places_.size(); at-- > 0;)
      if (places_[at].name_size == name.size())
        if (const auto [key, value] = (*this)[at]; is_meant(key))
          return value;
    return std::nullopt;
  }

  /// False: there is certainly no field of that name, whatever its case.
  bool may_have(std::string_view name) const noexcept { return (names_ & bit_of(name)) != 0; }

  template <class Range>
  void append(const Range& more) {
    for (const auto& [name, value] : more)
      emplace_back(name, value);
  }

  /// Takes out those for which `is_meant(name, value)` holds.
  template <class Predicate>
  void erase_if(const Predicate& is_meant) {
    field_list left;
    for (const auto& [name, value] : *this)
      if (!is_meant(name, value))
        left.emplace_back(name, value);
    *this = std::move(left);
  }

  std::size_t size() const noexcept { return places_.size(); }
  bool empty() const noexcept { return places_.empty(); }
  value_type operator[](std::size_t at) const noexcept {
    const auto& x = places_[at];
    return {{text_.data() + x.name, x.name_size}, {text_.data() + x.value, x.value_size}};
  }
  const_iterator begin() const noexcept { return {*this, 0}; }
  const_iterator end() const noexcept { return {*this, size()}; }

  friend bool operator==(const field_list& a, const field_list& b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

private:
  static constexpr std::size_t usual_fields = 8;
  static constexpr std::size_t usual_bytes = 240;

  /// Where name and value begin in the text, and how long they are.
  struct place {
    std::uint32_t name;
    std::uint32_t name_size;
    std::uint32_t value;
    std::uint32_t value_size;
    friend bool operator==(const place&, const place&) = default;
  };
  void add_place(const place& x) {
    if (places_.empty())
      places_.reserve(usual_fields);
    places_.push_back(x);
  }

  /// One of 64, the same for both cases of a letter.
  static std::uint64_t bit_of(std::string_view name) noexcept {
    const auto last = name.empty() ? 0U : static_cast<unsigned>(name.back()) | 0x20U;
    return std::uint64_t{1} << ((last + name.size()) % 64);
  }

  std::string text_;
  std::vector<place> places_;
  /// The bits of all names.
  std::uint64_t names_ = 0;
};

} // namespace arauto::http
