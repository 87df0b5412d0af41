#pragma once

#include "actors/directory.hpp"
#include "actors/instance.hpp"
#include "actors/ports.hpp"
#include "actors/protocol.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace arauto {

/// What the REGISTRY stands on. The store is used by its thread only.
struct registry_services {
  instance_store* store = nullptr;
  directory_board* board = nullptr;
  /// Instances are spread over these.
  std::vector<io_unit*> units;
  broadcaster_actor broadcaster;
  instance_services_ptr instances;
  std::size_t instances_max = 100000;
  /// Old behaviour: a token may open several instances, or be the global key (`INSTANCE_TOKENS_MAY_REPEAT`).
  bool tokens_may_repeat = false;
  /// Fulfilled when every stored instance is in the directory, or with the exception that prevented it.
  std::shared_ptr<std::promise<void>> loaded;
};

/// Names, ids, tokens and kinds of all instances. Spawns an INSTANCE by its kind, watches it, and spawns it again when
/// it dies; the only writer of store and directory. Runs on CAF's pool, since the store blocks.
struct registry_state {
  static constexpr const char* name = "registry";
  using pointer = registry_actor::stateful_pointer<registry_state>;

  explicit registry_state(pointer actor) : self{actor} {}

  /// Everything that is stored, at start-up.
  void begin(registry_services x);
  void load();
  instance_answer create(create_instance& x);
  instance_answer remove(const delete_instance& x);
  instance_answer change(const change_instance& x);
  void on_instance_down(const caf::actor_addr& who);

  pointer self;
  registry_services services;

private:
  directory_entry_ptr spawn(std::shared_ptr<const instance_record> record);
  /// Lets an instance go that is in the directory no longer.
  void dismiss(const directory_entry& entry, const retire_instance& how);
  /// Whether the token belongs to somebody else than the instance of that name.
  bool is_taken(const std::string& token, std::string_view by_name) const;
  directory_ptr directory_now() const { return services.board->current(); }

  instance_number next_number_ = 1;
  /// Names of running instances by their actor, to know who died.
  std::map<caf::actor_addr, std::string> running_;
};

registry_actor::behavior_type registry(registry_state::pointer self, registry_services services);

} // namespace arauto
