#include "actors/directory.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace arauto {

namespace {

std::uint64_t prefix_of(const key_digest& x) noexcept {
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, x.bytes.data(), sizeof prefix);
  return prefix;
}

/// A copy of a shard that may be changed before it is shared.
template <class Shard>
std::shared_ptr<Shard> copy_of(const std::shared_ptr<const Shard>& x) {
  return x ? std::make_shared<Shard>(*x) : std::make_shared<Shard>();
}

/// Takes as long for different texts as for equal ones of that size.
bool equals_in_constant_time(const char* a, const char* b, std::size_t size) noexcept {
  std::uint64_t difference = 0;
  std::size_t at = 0;
  for (std::array<std::uint64_t, 2> words{}; at + sizeof words[0] <= size; at += sizeof words[0]) {
    std::memcpy(&words[0], a + at, sizeof words[0]);
    std::memcpy(&words[1], b + at, sizeof words[1]);
    difference |= words[0] ^ words[1];
  }
  for (; at < size; ++at)
    difference |= static_cast<std::uint64_t>(a[at] ^ b[at]);
  return difference == 0;
}

/// SHA-256 again and again: OpenSSL's one call looks for the method and makes a context each time, which takes longer
/// than the digest of a key. One per thread.
class hasher {
public:
  hasher() : method_{EVP_MD_fetch(nullptr, "SHA256", nullptr)}, context_{EVP_MD_CTX_new()} {}
  hasher(const hasher&) = delete;
  hasher& operator=(const hasher&) = delete;
  ~hasher() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(method_);
  }
  /// False when there is no memory for it.
  bool digest(std::string_view text, unsigned char* out) noexcept {
    return method_ != nullptr && context_ != nullptr && EVP_DigestInit_ex2(context_, method_, nullptr) == 1 &&
           EVP_DigestUpdate(context_, text.data(), text.size()) == 1 && EVP_DigestFinal_ex(context_, out, nullptr) == 1;
  }

private:
  EVP_MD* method_;
  EVP_MD_CTX* context_;
};

} // namespace

/// The last key of a thread and its digest: a producer says the same key with each of its requests, thousands of times
/// in a row. Nothing is decided by it; a comparison takes as long for a wrong key as for the right one of that length.
class last_digest {
public:
  const key_digest* find(std::string_view key) const noexcept {
    return key.size() == size_ && equals_in_constant_time(key.data(), text_.data(), size_) ? &digest_ : nullptr;
  }
  void keep(std::string_view key, const key_digest& x) noexcept {
    if (key.empty() || key.size() > text_.size())
      return;
    size_ = key.size();
    std::copy(key.begin(), key.end(), text_.begin());
    digest_ = x;
  }

private:
  std::array<char, 128> text_{};
  std::size_t size_ = 0;
  key_digest digest_ = key_digest::of_new({});
};

key_digest key_digest::of_new(std::string_view key) noexcept {
  thread_local hasher hashes;
  key_digest x;
  if (!hashes.digest(key, x.bytes.data()))
    SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), x.bytes.data());
  return x;
}

key_digest key_digest::of(std::string_view key) noexcept {
  thread_local last_digest last;
  if (const auto* known = last.find(key))
    return *known;
  const auto x = of_new(key);
  last.keep(key, x);
  return x;
}

bool operator==(const key_digest& a, const key_digest& b) noexcept {
  using words = std::array<std::uint64_t, 4>;
  const auto x = std::bit_cast<words>(a.bytes);
  const auto y = std::bit_cast<words>(b.bytes);
  return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
}

#ifdef ARAUTO_TEST_WITHOUT_KEY_CHECK // tests/isolation only: a test refuses a server that was built with it.
[[gnu::used]] constexpr char without_key_check[] = "ARAUTO_TEST_WITHOUT_KEY_CHECK";
bool key_owner::opens(const directory_entry&) const noexcept {
  return true;
}
#else
bool key_owner::opens(const directory_entry& x) const noexcept {
  return is_global || std::any_of(instances.begin(), instances.end(),
                                  [&x](const directory_entry_ptr& own) { return own->number == x.number; });
}
#endif

directory::directory(std::string_view global_key) : global_key_{key_digest::of(global_key)} {}

directory_entry_ptr directory::find(std::string_view name) const {
  const auto& shard = by_name_[shard_of(name)];
  if (!shard)
    return nullptr;
  const auto at = shard->find(name);
  return at == shard->end() ? nullptr : at->second;
}

std::size_t directory::shard_of(std::string_view text) noexcept {
  return std::hash<std::string_view>{}(text) % shard_count;
}

key_owner directory::judge(std::string_view key) const {
  key_owner owner;
  if (key.empty()) // Nobody's key, also when there is no global one.
    return owner;
  const auto digest = key_digest::of(key);
  owner.is_global = digest == global_key_;
  if (const auto& shard = by_key_[digest.bytes[0]]) {
    const auto [first, last] = shard->equal_range(prefix_of(digest));
    for (auto at = first; at != last; ++at)
      if (at->second->token == digest)
        owner.instances.push_back(at->second);
  }
  return owner;
}

std::vector<directory_entry_ptr> directory::find_by_number(std::string_view number) const {
  std::vector<directory_entry_ptr> entries;
  if (const auto& shard = by_number_[shard_of(number)]) {
    const auto [first, last] = shard->equal_range(number);
    for (auto at = first; at != last; ++at)
      entries.push_back(at->second);
  }
  return entries;
}

std::vector<directory_entry_ptr> directory::all() const {
  std::vector<directory_entry_ptr> entries;
  entries.reserve(size_);
  for (const auto& shard : by_name_) {
    if (!shard)
      continue;
    for (const auto& [name, entry] : *shard)
      entries.push_back(entry);
  }
  return entries;
}

void directory::put(directory_entry_ptr entry) {
  auto& names = by_name_[shard_of(entry->record->name)];
  auto& keys = by_key_[entry->token.bytes[0]];
  auto next_names = copy_of(names);
  auto next_keys = copy_of(keys);
  next_names->insert_or_assign(entry->record->name, entry);
  if (const auto& number = entry->record->number) {
    auto& numbers = by_number_[shard_of(*number)];
    auto next_numbers = copy_of(numbers);
    next_numbers->emplace(*number, entry);
    numbers = std::move(next_numbers);
  }
  next_keys->emplace(prefix_of(entry->token), std::move(entry));
  names = std::move(next_names);
  keys = std::move(next_keys);
  ++size_;
}

void directory::take(const directory_entry& entry) {
  auto& names = by_name_[shard_of(entry.record->name)];
  auto& keys = by_key_[entry.token.bytes[0]];
  auto next_names = copy_of(names);
  auto next_keys = copy_of(keys);
  std::erase_if(*next_keys, [&entry](const auto& x) { return x.second.get() == &entry; });
  next_names->erase(entry.record->name);
  if (const auto& number = entry.record->number) {
    auto& numbers = by_number_[shard_of(*number)];
    auto next_numbers = copy_of(numbers);
    std::erase_if(*next_numbers, [&entry](const auto& x) { return x.second.get() == &entry; });
    numbers = std::move(next_numbers);
  }
  names = std::move(next_names);
  keys = std::move(next_keys);
  --size_;
}

std::shared_ptr<const directory> directory::with(directory_entry_ptr entry) const {
  auto next = std::make_shared<directory>(*this);
  if (const auto old = find(entry->record->name))
    next->take(*old);
  next->put(std::move(entry));
  return next;
}

std::shared_ptr<const directory> directory::without(std::string_view name) const {
  auto next = std::make_shared<directory>(*this);
  if (const auto old = find(name))
    next->take(*old);
  return next;
}

void directory_board::publish(directory_ptr next) {
  const std::lock_guard lock{mutex_};
  current_ = std::move(next);
  version_.fetch_add(1, std::memory_order_release);
}

directory_ptr directory_board::current() const {
  const std::lock_guard lock{mutex_};
  return current_;
}

const directory& directory_view::get() {
  // The version is read first: a directory published in between is then fetched again next time.
  if (const auto version = board_->version(); version != version_) {
    copy_ = board_->current();
    version_ = version;
  }
  return *copy_;
}

} // namespace arauto
