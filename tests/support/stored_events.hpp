#pragma once

#include "actors/event_store.hpp"

#include <string>
#include <vector>

namespace arauto::test {

/// An event as the log would keep it. `id`: of the instance, where that is not "id-of-" and its name.
inline event_ptr placed_event(event_sequence at, const std::string& instance, const std::string& data = "{}",
                              const std::string& name = "call", const std::string& id = {}) {
  auto who = std::make_shared<emitter>();
  who->id = id.empty() ? "id-of-" + instance : id;
  who->name = instance;
  const boost::intrusive_ptr<event> x{new event};
  x->from = std::move(who);
  x->what.body = std::make_shared<const std::string>(data);
  x->what.data = *x->what.body;
  x->what.name = name;
  x->what.index = find_event(name).value_or(custom_event);
  x->date_time_json = R"("2026-01-01T00:00:00.000Z")";
  x->sequence = at;
  x->is_selected = true;
  return x;
}

/// Appends events of those instances behind what is there, one each.
inline void append_of(event_store& to, const std::vector<std::string>& instances, std::int64_t now_ms = 1000,
                      const std::string& data = "{}") {
  std::vector<event_ptr> events;
  auto last = to.last();
  for (const auto& x : instances)
    events.push_back(placed_event(++last, x, data));
  to.append(events, {}, now_ms);
}

inline emitter_finder emitter_as_stored() {
  return [](std::string_view id, std::string_view name) {
    auto x = std::make_shared<emitter>();
    x->id = id;
    x->name = name;
    return std::shared_ptr<const emitter>{std::move(x)};
  };
}

inline std::vector<event_sequence> sequences_of(const event_page& x) {
  std::vector<event_sequence> all;
  for (const auto& one : x.events)
    all.push_back(one.what->sequence);
  return all;
}

} // namespace arauto::test
