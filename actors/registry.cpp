#include "actors/registry.hpp"

#include "actors/failure.hpp"
#include "actors/identifiers.hpp"
#include "actors/kinds/table.hpp"
#include "actors/lifecycle.hpp"
#include "net/log.hpp"
#include "net/random_id.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace arauto {

namespace {

instance_answer refused(refusal why, std::string reason) {
  return {nullptr, why, std::move(reason)};
}

constexpr auto token_taken = "this token is the global key or belongs to another instance already, so it would open "
                             "more than one; choose another "
                             "one, or set INSTANCE_TOKENS_MAY_REPEAT=true";

/// Ids, times and a missing token of a new instance.
void complete(instance_record& x) {
  x.id = random_uuid();
  x.created_at_ms = x.updated_at_ms = unix_ms();
  x.behaviour.id = fresh_row_id();
  if (x.token.empty())
    x.token = fresh_token();
  const auto begin_row = [&x](auto& row) {
    if (!row)
      return;
    row->id = fresh_row_id();
    row->created_at_ms = row->updated_at_ms = x.created_at_ms;
  };
  begin_row(x.websocket);
  begin_row(x.webhook);
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
  entry->ids = std::make_shared<const std::vector<std::string>>(1, record->id);
  entry->actor = find_kind(record->integration)->spawn(unit, services.instances, number, record);
  self->monitor(entry->actor);
  running_[entry->actor.address()] = record->name;
  return entry;
}

bool registry_state::is_taken(const std::string& token, std::string_view by_name) const {
  if (services.tokens_may_repeat)
    return false;
  const auto owner = directory_now()->judge(token);
  return owner.is_global || std::any_of(owner.instances.begin(), owner.instances.end(),
                                        [&](const directory_entry_ptr& x) { return x->record->name != by_name; });
}

instance_answer registry_state::create(create_instance& x) {
  auto& record = x.record;
  const auto now = directory_now();
  if (now->find(record.name))
    return refused(refusal::name_taken, {});
  if (!record.token.empty() && is_taken(record.token, {}))
    return refused(refusal::token_taken, token_taken);
  if (now->size() >= services.instances_max)
    return refused(refusal::limit_reached,
                   "there are " + std::to_string(now->size()) + " instances already; INSTANCES_MAX is the limit");
  complete(record);
  const auto made = std::make_shared<const instance_record>(std::move(record));
  const auto entry = spawn(made);
  if (const auto failure = services.store->insert(*made)) {
    dismiss(*entry, retire_instance{true});
    return refused(refusal::storage_failure, *failure);
  }
  services.board->publish(now->with(entry));
  caf::anon_send(entry->actor, emit_batch{creation_events(*made), {}});
  return {made, {}, {}};
}

void registry_state::dismiss(const directory_entry& entry, const retire_instance& how) {
  running_.erase(entry.actor.address());
  caf::anon_send(entry.actor, how);
}

instance_answer registry_state::remove(const delete_instance& x) {
  const auto entry = directory_now()->find(x.name);
  if (!entry || entry->record->id != x.id)
    return refused(refusal::not_found, {});
  if (const auto failure = services.store->remove(entry->record->id))
    return refused(refusal::storage_failure, *failure);
  services.board->publish(directory_now()->without(x.name));
  dismiss(*entry, {});
  return {entry->record, {}, {}};
}

instance_answer registry_state::change(const change_instance& x) {
  const auto entry = directory_now()->find(x.name);
  if (!entry || entry->record->id != x.id)
    return refused(refusal::not_found, {});
  if (const auto* token = std::get_if<token_choice>(&x.what); token && is_taken(token->token, x.name))
    return refused(refusal::token_taken, token_taken);
  auto record = changed(*entry->record, x.what, unix_ms());
  if (const auto failure = services.store->update(record))
    return refused(refusal::storage_failure, *failure);
  auto next = std::make_shared<directory_entry>(*entry);
  next->token = key_digest::of(record.token);
  next->record = std::make_shared<const instance_record>(std::move(record));
  services.board->publish(directory_now()->with(next));
  caf::anon_send(entry->actor, configure_instance{next->record});
  if (next->record->generation != entry->record->generation)
    caf::anon_send(services.broadcaster, forget_instance{entry->number});
  if (const auto* status = std::get_if<status_choice>(&x.what); status && status->is_announced)
    caf::anon_send(entry->actor, emit_batch{status_events(*next->record), {}});
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
    for (const auto part : {list_key::part::own_namespace, list_key::part::root_one})
      caf::anon_send(hub, evict{{part, dead->number}});
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
      [act = answer(&registry_state::change)](const change_instance& x) { return act(x); },
  };
}

} // namespace arauto
