#pragma once

#include "actors/protocol.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <tuple>

namespace arauto::app {

/// Told how a request with events ended: placed when `failure` is empty, else refused with `status`.
using outcome_handler = std::function<void(const emit_request& request, unsigned status, std::string_view failure)>;

/// Who waits for the outcome of which request. One I/O thread's API; that thread only.
class outcome_table {
public:
  void expect(reply_slot where, outcome_handler then) { waiting_.insert_or_assign(key_of(where), std::move(then)); }
  void forget(reply_slot where) { waiting_.erase(key_of(where)); }
  /// Tells whoever waits for that request; false when nobody does.
  bool settle(const emit_request& request, unsigned status, std::string_view failure);

private:
  using key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;
  static key key_of(reply_slot x) noexcept { return {x.peer, x.generation, x.request}; }

  std::map<key, outcome_handler> waiting_;
};

} // namespace arauto::app
