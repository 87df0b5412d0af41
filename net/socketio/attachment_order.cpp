#include "net/socketio/attachment_order.hpp"

#include "net/json.hpp"

#include <optional>
#include <utility>

namespace arauto::socketio {

namespace {

/// New places of attachments by their old ones.
using places = std::vector<std::optional<std::size_t>>;

bool is_order(const places& x) noexcept {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i] != i)
      return false;
  return true;
}

std::string renumbered(std::string_view payload, const std::vector<json::placeholder>& named, const places& to) {
  std::string out;
  out.reserve(payload.size() + named.size());
  std::size_t done = 0;
  for (const auto& x : named) {
    const auto at = static_cast<std::size_t>(x.digits.data() - payload.data());
    out += payload.substr(done, at - done);
    out += std::to_string(*to[x.num]);
    done = at + x.digits.size();
  }
  out += payload.substr(done);
  return out;
}

} // namespace

std::string put_in_order(std::string_view payload, std::vector<std::string>& attachments) {
  const auto named = json::placeholders(payload, attachments.size() - 1);
  places to(attachments.size());
  std::size_t count = 0;
  for (const auto& x : *named)
    if (auto& place = to[x.num]; !place)
      place = count++;
  if (is_order(to))
    return {};
  std::vector<std::string> ordered(count);
  for (std::size_t i = 0; i < to.size(); ++i)
    if (to[i])
      ordered[*to[i]] = std::move(attachments[i]);
  attachments = std::move(ordered);
  return renumbered(payload, *named, to);
}

} // namespace arauto::socketio
