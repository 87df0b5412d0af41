#pragma once

#include "app/import/plan.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace arauto::app {

struct import_counts {
  std::size_t added = 0;
  std::size_t updated = 0;
  std::size_t refused = 0;
};

import_counts count(const std::vector<planned_import>& all);

/// One line per instance: name, kind, events, what happened and why. No token, no key; foreign text is made printable.
std::string import_table(const std::vector<planned_import>& all);

} // namespace arauto::app
