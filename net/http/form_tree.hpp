#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::http {

/// What the fields of a form make together, after the rules of npm `qs`. Part of net/http/form.cpp.
struct form_node {
  enum class shape { text, yes, list, object };
  shape is = shape::object;
  /// Within its container; of an element the index in decimal.
  std::string name;
  std::string text;
  /// Elements come in any order, with gaps that close when the list is written.
  std::vector<form_node> children;

  bool is_container() const noexcept { return is == shape::list || is == shape::object; }
};

/// One text, or a list of several. Precondition: there is one.
form_node leaf_of(std::vector<std::string> texts);

/// Puts a value below a name in brackets: nothing or an index up to `index_max` makes a list.
form_node below(std::string_view name, form_node value, std::size_t index_max);

/// Lays `source` over `target`. Goes down one level of both at a time and adds at most one level, so a tree is as deep
/// as the field with the most brackets, and two.
void merge(form_node& target, form_node source);

/// Appends as JSON.
void write(std::string& out, form_node& x);

} // namespace arauto::http
