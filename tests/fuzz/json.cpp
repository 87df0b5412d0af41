// The JSON reader and its wrapper, against a second grammar.
#include "net/json.hpp"

#include "tests/fuzz/target.hpp"
#include "tests/support/json_grammar.hpp"

namespace arauto::fuzz {
namespace {

using json::kind;
using json::value;

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

void check_string(std::string_view bytes) {
  const auto text = quoted(bytes);
  const auto checked = json::check(text);
  require(checked && checked->kind == kind::string && checked->raw == text, "any bytes become a string");
  const auto once = json::decode_string(*checked);
  require(is_utf8(once) && quoted(once) == text, "what is no UTF-8 is replaced once and for all");
  require((once == bytes) == is_utf8(bytes), "UTF-8 survives quoting");
}

/// Placeholders in order, by the wrapper's other half: `{"_placeholder":true,"num":N}` anywhere. False: one has no
/// number, or one beyond `num_max`.
bool find_placeholders(const value& x, std::size_t num_max, std::vector<std::size_t>& found) {
  if (x.kind == kind::array) {
    const auto elements = json::split_array(x.raw);
    return std::all_of(elements->begin(), elements->end(),
                       [&](const value& y) { return find_placeholders(y, num_max, found); });
  }
  if (x.kind != kind::object)
    return true;
  const auto members = json::split_object(x.raw);
  for (const auto& y : *members)
    if (!find_placeholders(y.value, num_max, found))
      return false;
  const auto* flag = json::find(*members, "_placeholder");
  if (flag == nullptr || json::as_boolean(flag->value) != true)
    return true;
  const auto* num = json::find(*members, "num");
  const auto number = num == nullptr ? std::nullopt : json::as_integer(num->value);
  if (!number || *number < 0 || static_cast<std::size_t>(*number) > num_max || num->value.raw.starts_with('-'))
    return false;
  found.push_back(static_cast<std::size_t>(*number));
  return true;
}

void check_placeholders(const value& whole, std::string_view text) {
  constexpr std::size_t num_max = 9;
  std::vector<std::size_t> expected;
  const auto is_sound = find_placeholders(whole, num_max, expected);
  const auto found = json::placeholders(text, num_max);
  require(static_cast<bool>(found) == is_sound, "a placeholder without a fitting number is refused");
  if (!found)
    return;
  require(found->size() == expected.size(), "every placeholder is found");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& x = (*found)[i];
    require(x.num == expected[i] && x.digits == std::to_string(x.num) && lies_in(x.digits, text),
            "placeholders are found in order, with their digits");
  }
}

void check_array(const std::vector<value>& elements, std::string_view text) {
  std::string compact = "[";
  for (const auto& x : elements) {
    require(lies_in(x.raw, text), "an element lies in its text");
    const auto alone = json::check(x.raw);
    require(alone && alone->kind == x.kind && alone->raw == x.raw, "an element is a value of its own");
    compact.append(compact.size() > 1 ? "," : "").append(x.raw);
  }
  compact += ']';
  const auto again = json::split_array(compact);
  require(again && again->size() == elements.size(), "an array is its elements");
  const auto head = json::split_head(text);
  require(static_cast<bool>(head) != elements.empty(), "an array with an element has a head");
  if (!head)
    return;
  require(head->first.raw == elements.front().raw, "the head is the first element");
  const auto others = "[" + std::string{head->rest} + "]";
  const auto rest = json::split_array(others);
  require(rest && rest->size() == elements.size() - 1, "the rest are the others");
}

void check_object(const std::vector<json::member>& members, std::string_view text) {
  std::string compact = "{";
  for (const auto& x : members) {
    require(lies_in(x.value.raw, text) && is_utf8(x.key), "a member is text");
    compact.append(compact.size() > 1 ? "," : "").append(quoted(x.key)).append(":").append(x.value.raw);
    require(json::find(members, x.key) != nullptr, "a member is found by its key");
  }
  compact += '}';
  const auto again = json::split_object(compact);
  require(again && again->size() == members.size(), "an object is its members");
  for (std::size_t i = 0; i < members.size(); ++i)
    require((*again)[i].key == members[i].key && (*again)[i].value.raw == members[i].value.raw,
            "an object is its members");
}

void run(std::string_view text) {
  const auto checked = json::check(text);
  require(static_cast<bool>(checked) == test::json_grammar{text}.holds(), "the reader takes JSON and nothing else");
  check_string(text);
  const auto array = json::split_array(text);
  const auto object = json::split_object(text);
  if (!checked) {
    require(checked.error().position <= text.size() && !checked.error().reason.empty(), "an error has a place");
    require(!array && !object && !json::split_head(text) && !json::placeholders(text, 9), "all doors see an error");
    return;
  }
  require(lies_in(checked->raw, text), "a value lies in its text");
  require(static_cast<bool>(array) == (checked->kind == kind::array), "an array is one");
  require(static_cast<bool>(object) == (checked->kind == kind::object), "an object is one");
  require(json::as_string(*checked).has_value() == (checked->kind == kind::string), "a string is one");
  require(json::as_boolean(*checked).has_value() == (checked->kind == kind::boolean), "a boolean is one");
  require(is_utf8(json::as_string(*checked).value_or("")), "a string is UTF-8");
  if (const auto number = json::as_integer(*checked))
    require(checked->kind == kind::number && (std::to_string(*number) == checked->raw || checked->raw == "-0"),
            "an integer is its digits");
  if (array)
    check_array(*array, text);
  if (object)
    check_object(*object, text);
  check_placeholders(*checked, text);
}

const registration it{"json", run};

} // namespace
} // namespace arauto::fuzz
