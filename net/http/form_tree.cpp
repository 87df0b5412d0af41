#include "net/http/form_tree.hpp"

#include "net/json.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace arauto::http {

namespace {

using shape = form_node::shape;

/// Of decimal digits without leading zeros; more than four are a name.
std::optional<std::size_t> index_of(std::string_view name) noexcept {
  const auto* const end = name.data() + name.size();
  std::size_t x = 0;
  const auto [last, error] = std::from_chars(name.data(), end, x);
  const auto is_decimal = error == std::errc{} && last == end && name.size() <= 4;
  return is_decimal && (name.size() == 1 || name[0] != '0') ? std::optional{x} : std::nullopt;
}

form_node* find(form_node& in, std::string_view name) noexcept {
  const auto at =
      std::find_if(in.children.begin(), in.children.end(), [name](const auto& x) { return x.name == name; });
  return at == in.children.end() ? nullptr : &*at;
}

void add(form_node& container, std::string name, form_node x) {
  x.name = std::move(name);
  container.children.push_back(std::move(x));
}

/// Adds an element behind all others.
void push(form_node& list, form_node x) {
  std::size_t next = 0;
  for (const auto& element : list.children)
    next = std::max(next, index_of(element.name).value_or(0) + 1);
  add(list, std::to_string(next), std::move(x));
}

/// A list in place of its first element.
form_node list_of(form_node first) {
  form_node list;
  list.is = shape::list;
  list.name = first.name;
  push(list, std::move(first));
  return list;
}

void merge_text(form_node& target, form_node source) {
  if (source.text.empty())
    return;
  if (target.is == shape::object) {
    form_node yes;
    yes.is = shape::yes;
    std::erase_if(target.children, [&](const auto& x) { return x.name == source.text; });
    return add(target, std::move(source.text), std::move(yes));
  }
  if (target.is != shape::list)
    target = list_of(std::move(target));
  push(target, std::move(source));
}

} // namespace

form_node leaf_of(std::vector<std::string> texts) {
  form_node all;
  all.is = shape::list;
  for (auto& text : texts) {
    form_node x;
    x.is = shape::text;
    x.text = std::move(text);
    push(all, std::move(x));
  }
  return all.children.size() == 1 ? std::move(all.children.front()) : std::move(all);
}

form_node below(std::string_view name, form_node value, std::size_t index_max) {
  if (name.empty())
    return value.is == shape::list ? std::move(value) : list_of(std::move(value));
  const auto index = index_of(name);
  form_node x;
  x.is = index && *index <= index_max ? shape::list : shape::object;
  add(x, std::string{name}, std::move(value));
  return x;
}

void merge(form_node& target, form_node source) {
  if (!source.is_container())
    return merge_text(target, std::move(source));
  if (!target.is_container()) {
    target = list_of(std::move(target));
    if (source.is == shape::object)
      return push(target, std::move(source));
    for (auto& x : source.children) {
      auto name = std::to_string(index_of(x.name).value_or(0) + 1);
      add(target, std::move(name), std::move(x));
    }
    return;
  }
  const auto are_lists = target.is == shape::list && source.is == shape::list;
  if (!are_lists)
    target.is = shape::object;
  for (auto& x : source.children) {
    auto* const known = find(target, x.name);
    if (known == nullptr)
      target.children.push_back(std::move(x));
    else if (are_lists && !(known->is_container() && x.is_container()))
      push(target, std::move(x));
    else
      merge(*known, std::move(x));
  }
}

void write(std::string& out, form_node& x) {
  if (x.is == shape::text)
    return json::append_string(out, x.text);
  if (x.is == shape::yes) {
    out += "true";
    return;
  }
  const auto is_list = x.is == shape::list;
  if (is_list)
    std::sort(x.children.begin(), x.children.end(),
              [](const auto& a, const auto& b) { return index_of(a.name) < index_of(b.name); });
  out += is_list ? '[' : '{';
  const char* separator = "";
  for (auto& child : x.children) {
    out += std::exchange(separator, ",");
    if (!is_list) {
      json::append_string(out, child.name);
      out += ':';
    }
    write(out, child);
  }
  out += is_list ? ']' : '}';
}

} // namespace arauto::http
