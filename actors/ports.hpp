#pragma once

#include "actors/record.hpp"

#include <optional>
#include <string>
#include <string_view>
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
  /// Replaces everything that is stored under the id of the record.
  virtual failure update(const instance_record& x) = 0;
  virtual failure remove(const std::string& instance_id) = 0;
};

/// What a browser token says: it lets its bearer read the events of one instance for a while.
struct browser_token {
  std::string instance_id;
  std::string instance_name;
  /// Generation of the instance's own token: a newer one ends this one too.
  std::uint64_t generation = 0;
  /// Milliseconds since 1970.
  std::int64_t expires_at_ms = 0;
  /// Names of events; empty: all.
  std::vector<std::string> events;
};

/// Tells browser tokens from other keys. Thread-safe.
class browser_token_reader {
public:
  virtual ~browser_token_reader() = default;
  /// Nothing when it is none, is forged, or has expired.
  virtual std::optional<browser_token> read(std::string_view token) const = 0;
};

} // namespace arauto
