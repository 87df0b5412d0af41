#include "app/import/report.hpp"

#include "actors/catalogue.hpp"
#include "app/import/printable.hpp"

#include <algorithm>
#include <array>

namespace arauto::app {

namespace {

constexpr std::size_t name_bytes_max = 128;

std::string events_of(const planned_import& x) {
  const auto& row = x.record.websocket;
  if (!row)
    return "never set";
  if (!row->enabled)
    return "switched off";
  const auto size = row->events.size();
  return size == selectable_events ? "all" : std::to_string(size) + (size == 1 ? " event" : " events");
}

std::string outcome_of(const planned_import& x) {
  if (x.step == import_step::refuse)
    return "NOT TAKEN: " + x.reason;
  std::string text = x.step == import_step::add ? "taken" : "already here, brought up to date";
  for (const auto& note : x.notes)
    text += "; " + note;
  return text;
}

} // namespace

import_counts count(const std::vector<planned_import>& all) {
  import_counts x;
  for (const auto& one : all)
    ++(one.step == import_step::add ? x.added : one.step == import_step::update ? x.updated : x.refused);
  return x;
}

std::string import_table(const std::vector<planned_import>& all) {
  using line = std::array<std::string, 4>;
  std::vector<line> lines{{"NAME", "KIND", "EVENTS", "OUTCOME"}};
  for (const auto& x : all)
    lines.push_back(
        {printable(x.record.name, name_bytes_max), printable(x.record.integration, 40), events_of(x), outcome_of(x)});
  std::array<std::size_t, 4> widths{};
  for (const auto& cells : lines)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], columns(cells[i]));
  std::string text;
  for (const auto& cells : lines) {
    for (std::size_t i = 0; i + 1 < cells.size(); ++i)
      text += cells[i] + std::string(widths[i] - columns(cells[i]) + 2, ' ');
    text += cells.back() + '\n';
  }
  return text;
}

} // namespace arauto::app
