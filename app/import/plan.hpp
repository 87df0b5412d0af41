#pragma once

#include "app/import/offer.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace arauto::app {

/// What this server demands of its instances.
struct import_rules {
  /// INSTANCE_TOKENS_MAY_REPEAT.
  bool tokens_may_repeat = false;
  /// INSTANCES_MAX.
  std::size_t instances_max = 0;
  /// Empty: there is none yet.
  std::string global_key;
};

enum class import_step {
  add,
  /// The same id and name is here already.
  update,
  refuse
};

/// What is to be done with one offered instance.
struct planned_import {
  import_step step = import_step::refuse;
  /// As it is to be stored, complete. For a refused one: as it came.
  instance_record record;
  /// Why it is refused, in words for the person who imports.
  std::string reason;
  std::vector<std::string> notes;
};

/// Judges the offers one after the other against what is here and what was planned before. An instance that is here
/// keeps what the other server does not have: its webhook row, its websocket row if there is none there, its token if
/// none is shown there. Another token raises the generation. Pure but for fresh tokens and ids of rows.
std::vector<planned_import> plan_import(std::vector<instance_record> here, std::vector<offered_instance> offers,
                                        const import_rules& rules);

} // namespace arauto::app
