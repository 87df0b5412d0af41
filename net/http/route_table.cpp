#include "net/http/route_table.hpp"

#include "net/http/query.hpp"

#include <algorithm>

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

bool fits(const std::vector<std::string>& pattern, std::string_view path) noexcept {
  std::string_view segment;
  for (const auto& expected : pattern)
    if (!next_segment(path, segment) || (is_parameter(expected) ? segment.empty() : segment != expected))
      return false;
  return !next_segment(path, segment);
}

} // namespace

void route_table::add(std::string method, std::string_view pattern, route_handler handler) {
  route x{std::move(method), {}, std::move(handler)};
  std::string_view segment;
  while (next_segment(pattern, segment))
    x.segments.emplace_back(segment);
  const auto parameters = [](const route& r) {
    return std::count_if(r.segments.begin(), r.segments.end(), is_parameter);
  };
  // Fewer parameters first, so that a literal segment beats a parameter.
  const auto at =
      std::find_if(routes_.begin(), routes_.end(), [&](const route& r) { return parameters(r) > parameters(x); });
  routes_.insert(at, std::move(x));
}

route_table::match route_table::find(std::string_view method, std::string_view path) const {
  if (!path.starts_with('/'))
    return {};
  const auto fitting = [&](std::string_view wanted) {
    return std::find_if(routes_.begin(), routes_.end(),
                        [&](const route& r) { return r.method == wanted && fits(r.segments, path); });
  };
  auto at = fitting(method);
  if (at == routes_.end() && method == "HEAD")
    at = fitting("GET");
  if (at == routes_.end())
    return {};
  match found{&at->handler, {}};
  std::string_view segment;
  for (const auto& expected : at->segments) {
    next_segment(path, segment);
    if (is_parameter(expected))
      found.parameters.push_back(percent_decode(segment, false));
  }
  return found;
}

std::vector<route_table::declaration> route_table::declarations() const {
  std::vector<declaration> out;
  for (const auto& x : routes_) {
    std::string pattern;
    for (const auto& segment : x.segments)
      pattern += "/" + segment;
    out.push_back({x.method, pattern.empty() ? "/" : std::move(pattern)});
  }
  return out;
}

} // namespace arauto::http
