#pragma once

#include "actors/offset.hpp"
#include "actors/record.hpp"

#include <cstdint>
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

/// What a session's `pid` says (Socket.IO's connection state recovery): who came, as whom, and where it joined. Nothing
/// is kept for a client that may never come back.
struct recovery_claim {
  std::string sid;
  /// Of namespace, key and filter: another one is another session.
  std::uint64_t stamp = 0;
  /// Where it joined.
  offset joined;
  /// The offset that its client brought from another session, and keeps until it gets an event of this one.
  event_sequence inherited = 0;
};

/// Makes and reads `pid`s. Thread-safe.
class recovery_signer {
public:
  virtual ~recovery_signer() = default;
  virtual std::string sign(const recovery_claim& x) const = 0;
  /// Nothing when it is none, or is forged.
  virtual std::optional<recovery_claim> read(std::string_view pid) const = 0;
};

/// Tells browser tokens from other keys. Thread-safe.
class browser_token_reader {
public:
  virtual ~browser_token_reader() = default;
  /// Nothing when it is none, is forged, or has expired.
  virtual std::optional<browser_token> read(std::string_view token) const = 0;
};

} // namespace arauto
