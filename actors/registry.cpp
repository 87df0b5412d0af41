#include "actors/registry.hpp"

#include "actors/failure.hpp"
#include "actors/kinds/table.hpp"
#include "net/log.hpp"
#include "net/random_id.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>

namespace arauto {

namespace {

std::int64_t unix_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// Tokens that nobody chose are upper-case UUIDs, as integrators know them.
std::string fresh_token() {
  auto x = random_uuid();
  std::transform(x.begin(), x.end(), x.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return x;
}

/// Row ids look like the original's: "c" and 24 lower-case characters.
std::string fresh_row_id() {
  constexpr std::size_t characters = 24;
  std::string x = "c";
  while (x.size() < characters + 1)
    for (const char c : random_id(characters))
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 && x.size() < characters + 1)
        x += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return x;
}

instance_answer refused(refusal why, std::string reason) {
  return {nullptr, why, std::move(reason)};
}

} // namespace

void registry_state::begin(registry_services x) {
  services = std::move(x);
  try {
    load();
    services.loaded->set_value();
  } catch (...) {
    services.loaded->set_exception(std::current_exception());
  }
}

void registry_state::load() {
  for (auto& record : services.store->load()) {
    const auto name_of = record.name;
    if (find_kind(record.integration) == nullptr) {
      log(log_level::error, name,
          "instance \"" + name_of + "\" has the unknown kind " + record.integration + ": skipped");
      continue;
    }
    services.board->publish(directory_now()->with(spawn(std::make_shared<const instance_record>(std::move(record)))));
  }
}

directory_entry_ptr registry_state::spawn(std::shared_ptr<const instance_record> record) {
  const auto number = next_number_++;
  auto& unit = *services.units[number % services.units.size()];
  auto entry = std::make_shared<directory_entry>();
  entry->record = record;
  entry->number = number;
  entry->token = key_digest::of(record->token);
  entry->actor = find_kind(record->integration)->spawn(unit, services.instances, number, record);
  self->monitor(entry->actor);
  running_[entry->actor.address()] = record->name;
  return entry;
}

instance_answer registry_state::create(create_instance& x) {
  auto& record = x.record;
  const auto now = directory_now();
  if (now->find(record.name))
    return refused(refusal::name_taken, {});
  if (now->size() >= services.instances_max)
    return refused(refusal::limit_reached,
                   "there are " + std::to_string(now->size()) + " instances already; INSTANCES_MAX is the limit");
  record.id = random_uuid();
  record.created_at_ms = record.updated_at_ms = unix_ms();
  record.behaviour.id = fresh_row_id();
  if (record.token.empty())
    record.token = fresh_token();
  if (record.websocket) {
    record.websocket->id = fresh_row_id();
    record.websocket->created_at_ms = record.websocket->updated_at_ms = record.created_at_ms;
  }
  if (const auto failure = services.store->insert(record))
    return refused(refusal::storage_failure, *failure);
  const auto stored = std::make_shared<const instance_record>(std::move(record));
  services.board->publish(now->with(spawn(stored)));
  return {stored, {}, {}};
}

instance_answer registry_state::remove(const delete_instance& x) {
  const auto entry = directory_now()->find(x.name);
  if (!entry || entry->record->id != x.id)
    return refused(refusal::not_found, {});
  if (const auto failure = services.store->remove(entry->record->id))
    return refused(refusal::storage_failure, *failure);
  services.board->publish(directory_now()->without(x.name));
  running_.erase(entry->actor.address());
  caf::anon_send(services.broadcaster, forget_instance{entry->number});
  caf::anon_send(entry->actor, retire_instance{});
  return {entry->record, {}, {}};
}

instance_answer registry_state::configure(const set_websocket& x) {
  const auto entry = directory_now()->find(x.name);
  if (!entry || entry->record->id != x.id)
    return refused(refusal::not_found, {});
  auto record = *entry->record;
  auto row = record.websocket.value_or(websocket_row{});
  row.updated_at_ms = unix_ms();
  if (row.id.empty()) {
    row.id = fresh_row_id();
    row.created_at_ms = row.updated_at_ms;
  }
  row.enabled = x.enabled;
  row.events = x.events;
  if (const auto failure = services.store->set_websocket(record.id, row))
    return refused(refusal::storage_failure, *failure);
  record.websocket = std::move(row);
  auto next = std::make_shared<directory_entry>(*entry);
  next->record = std::make_shared<const instance_record>(std::move(record));
  caf::anon_send(entry->actor, configure_instance{next->record});
  services.board->publish(directory_now()->with(next));
  return {next->record, {}, {}};
}

void registry_state::on_instance_down(const caf::actor_addr& who) {
  const auto at = running_.find(who);
  if (at == running_.end())
    return; // It was deleted.
  const auto name_of = at->second;
  running_.erase(at);
  const auto dead = directory_now()->find(name_of);
  log(log_level::error, name, "instance \"" + name_of + "\" died and is started again; its clients reconnect");
  for (const auto& hub : services.instances->hubs)
    caf::anon_send(hub, evict{{list_key::part::own_namespace, dead->number}});
  services.board->publish(directory_now()->with(spawn(dead->record)));
}

registry_actor::behavior_type registry(registry_state::pointer self, registry_services services) {
  self->set_down_handler([self](const caf::down_msg& x) {
    contain(registry_state::name, [&] { self->state.on_instance_down(x.source); });
  });
  self->state.begin(std::move(services));
  const auto answer = [self](auto change) {
    return [self, change](auto& what) {
      instance_answer x{nullptr, refusal::storage_failure, "the registry failed; its log says why"};
      contain(registry_state::name, [&] { x = (self->state.*change)(what); });
      return x;
    };
  };
  return {
      [act = answer(&registry_state::create)](create_instance& x) { return act(x); },
      [act = answer(&registry_state::remove)](const delete_instance& x) { return act(x); },
      [act = answer(&registry_state::configure)](const set_websocket& x) { return act(x); },
  };
}

} // namespace arauto
