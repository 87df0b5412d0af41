#include "app/log_tool.hpp"

#include "app/api/event_name.hpp"
#include "app/import/printable.hpp"
#include "app/store/log_files.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

namespace arauto::app {

namespace {

constexpr int exit_unreadable = 2;
constexpr std::size_t shown_bytes_max = 100;
constexpr auto no_limit = ~std::size_t{0};
/// Time between two looks for what came.
constexpr std::chrono::milliseconds tail_interval{200};

event_sequence place_of(const std::string& text, const log_extent& log) {
  const auto place = read_offset(text);
  if (!place)
    throw std::runtime_error("\"" + text + "\" is no offset: 16 hexadecimal digits, a hyphen and a number.");
  if (!log.find(*place))
    throw std::runtime_error("The offset " + text + " is none of this log.");
  return place->sequence;
}

event_query query_of(const log_question& what, log_files& log, const log_extent& extent) {
  event_query x;
  if (!what.after.empty())
    x.after = place_of(what.after, extent);
  if (!what.before.empty())
    x.before = place_of(what.before, extent);
  if (!what.instance.empty()) {
    x.instances = log.instances_named(what.instance);
    if (x.instances->empty())
      throw std::runtime_error("The log has no event of an instance \"" + what.instance + "\".");
  }
  catalogue_index index = custom_event;
  if (!what.event.empty())
    if (const auto wrong = read_event_name(what.event, x.name, index))
      throw std::runtime_error(*wrong + ".");
  return x;
}

void print(const stored_event& x, const log_extent& log, bool is_json, std::ostream& out) {
  const auto at = log.at(x.what->sequence);
  if (is_json && !x.is_gap())
    out << envelope_json(*x.what, at) << '\n';
  else if (!is_json)
    out << to_string(at) << "  " << iso_time(x.placed_at_ms) << "  " << printable(x.what->from->name, shown_bytes_max)
        << "  " << printable(x.what->what.name, shown_bytes_max) << "  "
        << (x.is_gap() ? "(not kept)" : printable(x.what->what.data, shown_bytes_max)) << '\n';
}

/// Prints what there is; false when the limit was reached.
bool print_all(log_files& log, event_query& next, std::size_t& left, bool is_json, std::ostream& out) {
  for (;;) {
    const auto page = log.read(next);
    const auto extent = log.extent();
    for (const auto& x : page.events) {
      if (left == 0)
        return false;
      if (left != no_limit)
        --left;
      print(x, extent, is_json, out);
    }
    next.after = page.through;
    if (page.is_end)
      return true;
  }
}

template <class Deed>
int guarded(std::ostream& errors, const Deed& deed) {
  try {
    return deed();
  } catch (const std::exception& why) {
    errors << "error: " << why.what() << '\n';
    return exit_unreadable;
  }
}

} // namespace

int show_log(const std::string& data_dir, const log_question& what, std::ostream& out, std::ostream& errors) {
  return guarded(errors, [&] {
    log_files log{data_dir};
    auto next = query_of(what, log, log.extent());
    auto left = what.limit == 0 ? no_limit : what.limit;
    if (!print_all(log, next, left, what.json, out))
      errors << "There is more; --limit 0 shows all.\n";
    return 0;
  });
}

int tail_log(const std::string& data_dir, const log_question& what, std::ostream& out, std::ostream& errors,
             const std::function<bool()>& is_enough) {
  return guarded(errors, [&] {
    log_files log{data_dir};
    auto next = query_of(what, log, log.extent());
    if (what.after.empty())
      next.after = log.last();
    auto left = no_limit;
    while (!is_enough || !is_enough()) {
      print_all(log, next, left, what.json, out);
      out.flush();
      std::this_thread::sleep_for(tail_interval);
    }
    return 0;
  });
}

int verify_log(const std::string& data_dir, std::ostream& out, std::ostream& errors) {
  return guarded(errors, [&] {
    const log_files log{data_dir};
    log.extent();
    std::uint64_t events = 0;
    std::uint64_t faults = 0;
    log.verify([&](const log_files::verdict& x) {
      events += x.events;
      faults += x.faults.size();
      out << x.file.filename().string() << ": " << x.events << " events";
      if (x.events != 0)
        out << ", places " << x.first << " to " << x.last;
      out << (x.faults.empty() ? ", sound\n" : "\n");
      for (const auto& fault : x.faults)
        errors << "error: " << x.file.string() << ": " << fault << '\n';
    });
    out << events << " events, " << (faults == 0 ? "all sound" : "damaged: see above") << '\n';
    return faults == 0 ? 0 : 1;
  });
}

} // namespace arauto::app
