#pragma once

#include "actors/record.hpp"

#include <optional>
#include <string>
#include <vector>

namespace arauto {

/// What the REGISTRY needs of storage. Used by its thread only. Each call is durable when it returns without a reason;
/// a reason is a human sentence, and then nothing has changed.
class instance_store {
public:
  virtual ~instance_store() = default;
  using failure = std::optional<std::string>;

  /// All instances, at start-up. Throws std::runtime_error when the store cannot be read.
  virtual std::vector<instance_record> load() = 0;
  virtual failure insert(const instance_record& x) = 0;
  /// Replaces the websocket row of an instance.
  virtual failure set_websocket(const std::string& instance_id, const websocket_row& row) = 0;
  virtual failure remove(const std::string& instance_id) = 0;
};

} // namespace arauto
