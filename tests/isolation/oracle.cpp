#include "tests/isolation/oracle.hpp"

#include "tests/isolation/keys.hpp"

#include <algorithm>
#include <iostream>

namespace arauto::isolation {

oracle::oracle(world& in, tally& out) : in_{in}, out_{out}, version_{in.version()} {
  for (const auto& x : in.tenants) {
    known_.push_back(in.entry_of(x));
    ids_.push_back(x.id);
  }
}

void oracle::begin(std::string attempt, std::string said) {
  attempt_ = std::move(attempt);
  said_ = std::move(said);
  ++out_.attempts;
  if (said_.find("\"instanceId\"") == std::string::npos)
    return;
  said_lately_.push_back(said_);
  if (said_lately_.size() > remembered)
    said_lately_.pop_front();
}

void oracle::violated(std::string_view how) {
  ++out_.violations;
  std::cout << "isolation violated by attempt " << out_.attempts << " (" << attempt_ << "): " << how << std::endl;
}

/// A name's mark is no longer; planted texts, each there once, are.
constexpr std::size_t bare_mark_bytes = 8;

/// Whether the producer of an event wrote that mark: the text that was planted in it shows who that was.
bool oracle::is_excused(std::string_view mark, std::string_view event) const {
  if (said_.find(mark) != std::string::npos)
    return true;
  const auto marks = find_marks(event, in_.ids);
  return std::any_of(said_lately_.begin(), said_lately_.end(), [&](const std::string& said) {
    return said.find(mark) != std::string::npos && std::any_of(marks.begin(), marks.end(), [&](const sighting& x) {
             return x.text.size() > bare_mark_bytes && x.text != mark && said.find(x.text) != std::string::npos;
           });
  });
}

void oracle::check_answer(std::string_view text, reach whose) {
  if (whose.is_global())
    return;
  for (const auto& x : find_marks(text, in_.ids))
    if (!whose.opens(x.tenant) && !is_excused(x.text, text))
      violated("the answer holds \"" + std::string{x.text} + "\" of tenant " + std::to_string(x.tenant));
}

void oracle::check_received(const std::vector<received>& events, reach actor, const visitor* except) {
  for (const auto& event : events) {
    const auto nsp = namespace_of(event.text);
    const auto sees = event.by->sees(nsp);
    for (const auto& x : find_marks(event.text, in_.ids))
      if (!sees.opens(x.tenant) && !is_excused(x.text, event.text))
        violated("a session in " + std::string{nsp} + " got \"" + std::string{x.text} + "\" of tenant " +
                 std::to_string(x.tenant) + ": " + event.text.substr(0, 300));
    const auto is_reached = sees.is_global() ? actor.is_known() : actor.opens(sees.tenant);
    if (event.by != except && !is_reached)
      violated("a client of tenant " + std::to_string(sees.tenant) + " got: " + event.text.substr(0, 200));
  }
}

void oracle::check_delivered(const std::vector<received>& events, std::string_view text, const tenant& from,
                             const visitor* more) {
  std::map<const visitor*, std::size_t> got;
  for (const auto& x : events)
    if (x.text.find(text) != std::string::npos)
      ++got[x.by];
  auto audience = in_.audience_of(from);
  if (more != nullptr)
    audience.push_back(more);
  for (const auto* x : audience) {
    if (got[x] != x->shares(from))
      violated("a client got the event " + std::to_string(got[x]) + " times, not " + std::to_string(x->shares(from)));
    got.erase(x);
  }
  if (!got.empty())
    violated(std::to_string(got.size()) + " clients got the event that may not see it");
}

void oracle::try_event(const tenant& from, const visitor& more) {
  http::request x;
  x.method = "POST";
  x.target = "/event/emit/" + query_encoded(from.name);
  x.fields = {{"apikey", from.token}, {"content-type", "application/json"}};
  const auto text = in_.fresh_text(from.index, 'd');
  x.body = R"({"event":"messages.upsert","data":")" + text + "\"}";
  begin("an event of tenant " + std::to_string(from.index), x.body);
  const auto answer = in_.ask(std::move(x));
  const auto got = in_.take_received();
  if (answer.status != 202)
    violated("the event was not taken: " + std::to_string(answer.status) + " " + answer.body);
  check_delivered(got, text, from, &more);
  check_received(got, opens_one(from.index), &more);
  check_unchanged();
  ++out_.allowed;
}

void oracle::check_unchanged(std::optional<std::size_t> but) {
  for (const auto& id : in_.take_written())
    if (!but || (id != ids_[*but] && id != in_.tenants[*but].id))
      violated("rows of the instance " + id + " were written");
  if (in_.version() == version_)
    return;
  version_ = in_.version();
  if (!but)
    violated("the directory was changed");
  if (in_.instances() != tenant_count)
    violated("there are " + std::to_string(in_.instances()) + " instances");
  for (std::size_t i = 0; i < tenant_count; ++i) {
    const auto now = in_.entry_of(in_.tenants[i]);
    if (now != known_[i] && but != i)
      violated("the instance of tenant " + std::to_string(i) + " was changed");
    known_[i] = now;
    ids_[i] = in_.tenants[i].id;
  }
}

void oracle::check_store() {
  std::size_t rows = 0;
  for (const auto& [id, row] : in_.stored()) {
    const auto entry = in_.entry_of(in_.tenants[in_.ids.at(id)]);
    const auto same = entry && entry->record->id == id && entry->record->token == row.token &&
                      entry->record->generation == row.generation && entry->record->webhook->url == row.webhook->url &&
                      entry->record->connection_status == row.connection_status &&
                      entry->record->websocket->events == row.websocket->events;
    if (!same)
      violated("the row of the instance " + id + " is not what the directory says");
    ++rows;
  }
  if (rows != tenant_count)
    violated("there are " + std::to_string(rows) + " rows");
}

} // namespace arauto::isolation
