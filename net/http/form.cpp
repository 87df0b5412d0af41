#include "net/http/form.hpp"

#include "net/http/form_tree.hpp"
#include "net/http/query.hpp"
#include "net/json.hpp"

#include <algorithm>

namespace arauto::http {

namespace {

/// An index over this is a name, unless the form has more fields.
constexpr std::size_t index_max = 100;
static_assert(form_depth_max + 2 < json::depth_max, "what a form becomes must be read as JSON");

/// `a[b][]` is below nothing, then b, within a: the first part is outside of brackets unless it is empty.
struct field_name {
  std::string_view outside;
  std::vector<std::string_view> inside;
};

/// What stands between or behind pairs of brackets is ignored; without any pair all of it is a name.
field_name split_name(std::string_view name) {
  field_name x;
  for (auto open = name.find('['); open != std::string_view::npos;) {
    const auto close = name.find_first_of("[]", open + 1);
    if (close == std::string_view::npos)
      break;
    if (name[close] == '[') {
      open = close;
      continue;
    }
    if (x.inside.empty())
      x.outside = name.substr(0, open);
    x.inside.push_back(name.substr(open + 1, close - open - 1));
    open = name.find('[', close);
  }
  if (x.inside.empty())
    x.outside = name;
  return x;
}

/// Texts by name, in the order in which the names first appear.
std::vector<std::pair<std::string, std::vector<std::string>>> gather(std::string_view body) {
  std::vector<std::pair<std::string, std::vector<std::string>>> fields;
  for (auto& [name, value] : parse_query(body, form_fields_max)) {
    const auto known =
        std::find_if(fields.begin(), fields.end(), [&name = name](const auto& x) { return x.first == name; });
    auto& texts = known != fields.end() ? known->second : fields.emplace_back(name, std::vector<std::string>{}).second;
    texts.push_back(std::move(value));
  }
  return fields;
}

form failed(form_fault why) {
  return {{}, why};
}

} // namespace

form parse_form(std::string_view body) {
  const auto count = static_cast<std::size_t>(std::count(body.begin(), body.end(), '&')) + 1;
  if (count > form_fields_max)
    return failed(form_fault::too_many_fields);
  form_node all;
  for (auto& [name, texts] : gather(body)) {
    if (name.empty())
      continue;
    if (name.size() > form_name_bytes_max)
      return failed(form_fault::name_too_long);
    const auto parts = split_name(name);
    if (parts.inside.size() > form_depth_max)
      return failed(form_fault::too_deep);
    auto value = leaf_of(std::move(texts));
    for (auto part = parts.inside.rbegin(); part != parts.inside.rend(); ++part)
      value = below(*part, std::move(value), std::max(index_max, count));
    if (!parts.outside.empty()) {
      form_node holder;
      value.name = parts.outside;
      holder.children.push_back(std::move(value));
      value = std::move(holder);
    }
    merge(all, std::move(value));
  }
  form x;
  for (auto& member : all.children)
    write(x.members.emplace_back(member.name, "").second, member);
  return x;
}

} // namespace arauto::http
