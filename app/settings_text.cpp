// What the table says of a setting in words.
#include "app/settings_table.hpp"

namespace arauto::app {

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

std::string join(const auto& items, std::string_view separator) {
  std::string x;
  for (const auto& item : items)
    x.append(x.empty() ? "" : separator).append(item);
  return x;
}

std::uint64_t count(std::uint64_t x) {
  return x;
}

std::int64_t count(std::chrono::milliseconds x) {
  return x.count();
}

} // namespace

std::string allowed_values(const setting& row) {
  return std::visit(
      overloaded{
          [](const boolean_field&) { return std::string{"true or false"}; },
          [](const text_field& x) { return std::string{x.allowed.empty() ? "a text" : x.allowed}; },
          [](const optional_text_field&) { return std::string{"a text"}; },
          [](const list_field& x) { return x.allowed.empty() ? "a list" : "a list of " + join(x.allowed, ", "); },
          [](const number_field& x) {
            return "an integer from " + std::to_string(x.minimum) + " to " + std::to_string(x.maximum) +
                   (x.unit.empty() ? "" : " (" + std::string{x.unit} + ")");
          },
          [](const choice_field& x) { return join(x.names, ", "); },
      },
      row.field);
}

std::string value_text(const setting& row, const settings& from) {
  return std::visit(overloaded{
                        [&](const boolean_field& x) { return std::string{from.*x.at ? "true" : "false"}; },
                        [&](const text_field& x) { return from.*x.at; },
                        [&](const optional_text_field& x) { return (from.*x.at).value_or(""); },
                        [&](const list_field& x) { return join(from.*x.at, ","); },
                        [&](const number_field& x) {
                          return std::visit([&](auto at) { return std::to_string(count(from.*at)); }, x.at);
                        },
                        [&](const choice_field& x) { return std::string{x.names[x.get(from)]}; },
                    },
                    row.field);
}

} // namespace arauto::app
