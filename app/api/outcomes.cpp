#include "app/api/outcomes.hpp"

namespace arauto::app {

bool outcome_table::settle(const emit_request& request, unsigned status, std::string_view failure) {
  const auto at = waiting_.extract(key_of(request.slot));
  if (!at)
    return false;
  at.mapped()(request, status, failure);
  return true;
}

} // namespace arauto::app
