#include "actors/stored_claims.hpp"

#include <algorithm>

namespace arauto {

claim_judge::verdict claim_judge::judge(const emit_request& request, const std::string& instance_id) {
  verdict x;
  for (const auto& one : request.once->all()) {
    const auto found = store_.find_claim(instance_id, one.key, now_ms_);
    if (found && found->body != one.body)
      return {"This key came with another body before; a new request needs a key of its own", 422, {}};
    // Under way in this very commit: only an instance that was started anew between them lets that happen.
    const auto is_same = [&](const event_claim& y) { return y.key == one.key && y.last->from->id == instance_id; };
    if (!found && std::any_of(claims_.begin(), claims_.end(), is_same))
      return {"The same request is still running; send it again when its answer does not come", 409, {}};
    x.known.push_back(found ? found->last : 0);
  }
  return x;
}

void claim_judge::judge(append& x) {
  std::vector<event_ptr> left;
  std::vector<emit_request> requests;
  auto first = x.events.begin();
  for (auto& request : x.requests) {
    const auto count = std::min<std::ptrdiff_t>(request.events, x.events.end() - first);
    const auto end = first + count;
    if (!request.once) {
      left.insert(left.end(), first, end);
      requests.push_back(std::move(request));
      first = end;
      continue;
    }
    const auto said = judge(request, (*first)->from->id);
    if (said.status != 0) {
      refused_.push_back({std::move(request), said.reason, said.status});
      first = end;
      continue;
    }
    std::vector<bool> is_known(request.events);
    event_sequence last = 0;
    for (std::size_t i = 0; i < said.known.size(); ++i) {
      const auto& one = request.once->all()[i];
      last = std::max(last, said.known[i]);
      if (said.known[i] == 0) {
        claims_.push_back({*(first + one.first + one.count - 1), one.key, one.body});
        continue;
      }
      std::fill_n(is_known.begin() + one.first, one.count, true);
      request.known += one.count;
    }
    for (std::ptrdiff_t i = 0; i < count; ++i)
      if (!is_known[static_cast<std::size_t>(i)])
        left.push_back(*(first + i));
    if (last != 0 && (*first)->from->keeps_events)
      request.placed = store_.extent()->at(last);
    requests.push_back(std::move(request));
    first = end;
  }
  left.insert(left.end(), first, x.events.end()); // Our own, which nobody asked for.
  x.events = std::move(left);
  x.requests = std::move(requests);
}

} // namespace arauto
