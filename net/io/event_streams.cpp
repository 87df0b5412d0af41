#include "net/io/event_streams.hpp"

#include "net/http/query.hpp"
#include "net/io/event_stream.hpp"

#include <optional>

namespace arauto::io {

namespace {

constexpr std::string_view websocket_path = "/events/ws";
constexpr std::string_view sse_path = "/events/sse";

/// What stands behind the path and a slash, still encoded: the name of an instance, or nothing for all of them. Nothing
/// at all when the path is another one.
std::optional<std::string_view> name_behind(std::string_view path, std::string_view base) noexcept {
  if (!path.starts_with(base))
    return std::nullopt;
  path.remove_prefix(base.size());
  if (path.empty())
    return path;
  if (path.front() != '/')
    return std::nullopt;
  path.remove_prefix(1);
  return path.find('/') == std::string_view::npos ? std::optional{path} : std::nullopt;
}

} // namespace

event_streams::event_streams(const event_stream_services& services) : services_{services} {}

event_streams::~event_streams() = default;

bool event_streams::wants_upgrade(const http::request& what) noexcept {
  return name_behind(what.path(), websocket_path).has_value();
}

bool event_streams::takes_over(const http::request& what) noexcept {
  return what.method == "GET" && name_behind(what.path(), sse_path).has_value();
}

void event_streams::open(const http::request& what, std::shared_ptr<frame_stream> stream) {
  const auto name = name_behind(what.path(), websocket_path);
  const auto sse_name = name ? std::nullopt : name_behind(what.path(), sse_path);
  auto made = name ? make_websocket_stream(*this, what, http::percent_decode(*name, false), std::move(stream))
                   : make_sse_stream(*this, what, http::percent_decode(*sse_name, false), std::move(stream));
  if (made)
    streams_.insert(std::move(made));
}

void event_streams::forget(event_stream& x) {
  streams_.erase(x.shared_from_this());
}

void event_streams::close_all() {
  const std::vector<std::shared_ptr<event_stream>> all{streams_.begin(), streams_.end()};
  for (const auto& x : all)
    x->close(close_reason::forced_close);
}

} // namespace arauto::io
