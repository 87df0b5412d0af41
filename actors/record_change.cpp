#include "actors/record_change.hpp"

#include "actors/identifiers.hpp"

namespace arauto {

namespace {

/// The row to change: a new one has an id and a birthday, an old one keeps them.
template <class Row>
Row& touch(std::optional<Row>& row, std::int64_t now_ms) {
  if (!row) {
    row.emplace();
    row->id = fresh_row_id();
    row->created_at_ms = now_ms;
  }
  row->updated_at_ms = now_ms;
  return *row;
}

void apply(instance_record& to, const websocket_choice& x, std::int64_t now_ms) {
  auto& row = touch(to.websocket, now_ms);
  row.enabled = x.enabled;
  row.events = x.events;
  row.keeps_events = x.keeps_events.value_or(row.keeps_events);
  if (x.recovery)
    row.recovery = x.recovery;
}

void apply(instance_record& to, const webhook_choice& x, std::int64_t now_ms) {
  auto& row = touch(to.webhook, now_ms);
  row.enabled = x.enabled;
  row.url = x.url;
  row.events = x.events;
  if (x.headers)
    row.headers = x.headers;
  row.by_events = x.by_events.value_or(row.by_events);
  row.base64 = x.base64.value_or(row.base64);
}

void apply(instance_record& to, const token_choice& x, std::int64_t now_ms) {
  to.token = x.token.empty() ? fresh_token() : x.token;
  ++to.generation;
  to.updated_at_ms = now_ms;
}

void apply(instance_record& to, const status_choice& x, std::int64_t now_ms) {
  to.connection_status = x.status;
  to.updated_at_ms = now_ms;
}

} // namespace

instance_record changed(instance_record x, const record_change& what, std::int64_t now_ms) {
  std::visit([&](const auto& choice) { apply(x, choice, now_ms); }, what);
  return x;
}

} // namespace arauto
