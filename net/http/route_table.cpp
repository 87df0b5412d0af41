#include "net/http/route_table.hpp"

#include "net/http/query.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace arauto::http {

namespace {

/// Cuts the next segment off a path; false at the end. A trailing slash makes no segment.
bool next_segment(std::string_view& rest, std::string_view& segment) noexcept {
  if (rest.empty() || rest == "/")
    return false;
  rest.remove_prefix(1);
  const auto end = std::min(rest.find('/'), rest.size());
  segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return true;
}

bool is_parameter(std::string_view pattern) noexcept {
  return pattern.starts_with(':');
}

/// More than any pattern has.
constexpr std::size_t segments_max = 8;

/// A path taken apart once for all patterns.
struct split_path {
  std::array<std::string_view, segments_max> segments;
  std::size_t count = 0;
  bool is_too_long = false;

  explicit split_path(std::string_view path) noexcept {
    std::string_view segment;
    while (!is_too_long && next_segment(path, segment))
      if (count == segments_max)
        is_too_long = true;
      else
        segments[count++] = segment;
  }

  std::string_view first() const noexcept { return count == 0 ? std::string_view{} : segments.front(); }

  bool fits(const std::vector<std::string>& pattern) const noexcept {
    return !is_too_long && std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.begin() + count,
                                      [](std::string_view expected, std::string_view segment) {
                                        return is_parameter(expected) ? !segment.empty() : segment == expected;
                                      });
  }
};

} // namespace

void route_table::add(std::string method, std::string_view pattern, route_handler handler) {
  route x{std::move(method), {}, std::move(handler)};
  std::string_view segment;
  while (next_segment(pattern, segment))
    x.segments.emplace_back(segment);
  assert(x.segments.size() <= segments_max);
  auto& routes = by_first_[x.segments.empty() || is_parameter(x.segments.front()) ? "" : x.segments.front()];
  const auto parameters = [](const route& r) {
    return std::count_if(r.segments.begin(), r.segments.end(), is_parameter);
  };
  // Fewer parameters first, so that a literal segment beats a parameter.
  const auto at =
      std::find_if(routes.begin(), routes.end(), [&](const route& r) { return parameters(r) > parameters(x); });
  routes.insert(at, std::move(x));
}

route_table::match route_table::find(std::string_view method, std::string_view path) const {
  if (!path.starts_with('/'))
    return {};
  const split_path given{path};
  const auto fitting_below = [&](std::string_view first, std::string_view wanted) -> const route* {
    const auto routes = by_first_.find(first);
    if (routes == by_first_.end())
      return nullptr;
    const auto at = std::find_if(routes->second.begin(), routes->second.end(),
                                 [&](const route& r) { return r.method == wanted && given.fits(r.segments); });
    return at == routes->second.end() ? nullptr : &*at;
  };
  const auto fitting = [&](std::string_view wanted) {
    const auto* found = fitting_below(given.first(), wanted);
    return found != nullptr ? found : fitting_below({}, wanted);
  };
  const auto* at = fitting(method);
  if (at == nullptr && method == "HEAD")
    at = fitting("GET");
  if (at == nullptr)
    return {};
  match found{&at->handler, {}};
  for (std::size_t i = 0; i < given.count; ++i)
    if (is_parameter(at->segments[i]))
      found.parameters.push_back(percent_decode(given.segments[i], false));
  return found;
}

std::vector<route_table::declaration> route_table::declarations() const {
  std::vector<declaration> out;
  for (const auto& [first, routes] : by_first_)
    for (const auto& x : routes) {
      std::string pattern;
      for (const auto& segment : x.segments)
        pattern += "/" + segment;
      out.push_back({x.method, pattern.empty() ? "/" : std::move(pattern)});
    }
  return out;
}

} // namespace arauto::http
