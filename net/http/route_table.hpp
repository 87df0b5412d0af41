#pragma once

#include "net/http/message.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::http {

/// Values of the `:name` segments of a matched route, percent-decoded, in order.
using path_parameters = std::vector<std::string>;

/// Handles one matched request on the I/O thread that read it; answers through the responder, now or later.
using route_handler = std::function<void(request&& what, path_parameters&& parameters, reply_slot where)>;

/// Method and path patterns (`/websocket/set/:instance`) to handlers. Filled at start-up, read by every I/O thread
/// afterwards. HEAD falls back to GET. A trailing slash is ignored, as in Express.
class route_table {
public:
  void add(std::string method, std::string_view pattern, route_handler handler);

  struct match {
    const route_handler* handler = nullptr;
    path_parameters parameters;
  };
  /// `handler` is null when nothing matches.
  match find(std::string_view method, std::string_view path) const;

  /// A route as it was added.
  struct declaration {
    std::string method;
    std::string pattern;
  };
  /// All routes, in no order.
  std::vector<declaration> declarations() const;

private:
  struct route {
    std::string method;
    std::vector<std::string> segments;
    route_handler handler;
  };
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const noexcept { return std::hash<std::string_view>{}(x); }
  };
  /// By the first segment, or "" where that is a parameter or there is none. Within a list, those with fewer parameters
  /// first.
  boost::unordered_flat_map<std::string, std::vector<route>, text_hash, std::equal_to<>> by_first_;
};

} // namespace arauto::http
