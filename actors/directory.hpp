#pragma once

#include "actors/protocol.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace arauto {

/// SHA-256 of a key. Keys are only compared as digests, in constant time.
struct key_digest {
  std::array<unsigned char, 32> bytes{};
  static key_digest of(std::string_view key) noexcept;
  /// The same without a look at the thread's last one.
  static key_digest of_new(std::string_view key) noexcept;
  /// Constant time.
  friend bool operator==(const key_digest& a, const key_digest& b) noexcept;
};

/// Ids of instances; nullptr: all.
using instance_ids = std::shared_ptr<const std::vector<std::string>>;

/// An instance as the I/O threads know it.
struct directory_entry {
  std::shared_ptr<const instance_record> record;
  instance_number number = 0;
  key_digest token;
  instance_actor actor;
  /// Its id alone, shared by all who read no other's events.
  instance_ids ids;
};
using directory_entry_ptr = std::shared_ptr<const directory_entry>;

/// Whom a key belongs to.
struct key_owner {
  bool is_global = false;
  /// The instances whose token it is; more than one when tokens repeat.
  std::vector<directory_entry_ptr> instances;
  bool is_known() const noexcept { return is_global || !instances.empty(); }
  /// Whether the key opens this instance's routes and namespace.
  bool opens(const directory_entry& x) const noexcept;
};

/// Immutable picture of all instances and keys ("key ring"), so that a handshake asks no actor. A change copies one of
/// 256 shards and shares the others.
class directory {
public:
  explicit directory(std::string_view global_key);

  directory_entry_ptr find(std::string_view name) const;
  key_owner judge(std::string_view key) const;
  /// The instances with that phone number or account number, in no order.
  std::vector<directory_entry_ptr> find_by_number(std::string_view number) const;
  /// All instances, in no order.
  std::vector<directory_entry_ptr> all() const;
  std::size_t size() const noexcept { return size_; }

  /// The picture after adding or replacing an entry (by name), or after removing one.
  std::shared_ptr<const directory> with(directory_entry_ptr entry) const;
  std::shared_ptr<const directory> without(std::string_view name) const;

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const noexcept { return std::hash<std::string_view>{}(x); }
  };
  using name_shard = boost::unordered_flat_map<std::string, directory_entry_ptr, text_hash, std::equal_to<>>;
  /// By the first bytes of the digest; the rest is compared in constant time.
  using key_shard = std::unordered_multimap<std::uint64_t, directory_entry_ptr>;
  using number_shard = std::multimap<std::string, directory_entry_ptr, std::less<>>;
  static constexpr std::size_t shard_count = 256;
  static std::size_t shard_of(std::string_view text) noexcept;
  void put(directory_entry_ptr entry);
  void take(const directory_entry& entry);

  key_digest global_key_;
  std::size_t size_ = 0;
  std::array<std::shared_ptr<const name_shard>, shard_count> by_name_;
  std::array<std::shared_ptr<const key_shard>, shard_count> by_key_;
  std::array<std::shared_ptr<const number_shard>, shard_count> by_number_;
};
using directory_ptr = std::shared_ptr<const directory>;

/// The place where the REGISTRY publishes the directory and everybody reads the newest one. Thread-safe.
class directory_board {
public:
  explicit directory_board(directory_ptr first) : current_{std::move(first)} {}
  void publish(directory_ptr next);
  /// Raised by each `publish`.
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  directory_ptr current() const;

private:
  std::atomic<std::uint64_t> version_{1};
  mutable std::mutex mutex_;
  directory_ptr current_;
};

/// One I/O thread's copy of the newest directory: an atomic load when nothing changed. That thread only.
class directory_view {
public:
  explicit directory_view(const directory_board& board) : board_{&board} {}
  const directory& get();

private:
  const directory_board* board_;
  std::uint64_t version_ = 0;
  directory_ptr copy_;
};

} // namespace arauto
