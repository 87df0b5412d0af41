#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// The isolation proof: many tenants, every kind of key, every route, method and namespace (docs/architecture.md,
/// "Keys").
namespace arauto::isolation {

inline constexpr std::size_t tenant_count = 200;

/// The generator of all choices, so that a seed repeats a run. The same numbers on every platform.
class dice {
public:
  explicit dice(std::uint64_t seed) : engine_{seed} {}
  /// From 0 to n-1.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool one_in(std::size_t n) { return below(n) == 0; }

private:
  std::mt19937_64 engine_;
};

/// Whose instances a key opens.
struct reach {
  enum class extent : std::uint8_t { nobody, one, all };
  extent how = extent::nobody;
  std::size_t tenant = 0;

  bool is_known() const noexcept { return how != extent::nobody; }
  bool is_global() const noexcept { return how == extent::all; }
  bool opens(std::size_t x) const noexcept { return is_global() || (how == extent::one && tenant == x); }
};
inline constexpr reach opens_nothing{};
inline constexpr reach opens_all{reach::extent::all, 0};
constexpr reach opens_one(std::size_t tenant) noexcept {
  return {reach::extent::one, tenant};
}

/// What the test knows of a tenant's instance. Its name and every text that was planted in it hold a *mark*, so that it
/// shows whose a text is wherever it turns up: "zq~", three digits, a letter ("n" for a name).
struct tenant {
  std::size_t index = 0;
  std::string name;
  std::string integration;
  std::string id;
  std::string token;
  std::string number;
  std::string webhook_url;
  /// Of the token before.
  std::string revoked_token;
  std::string revoked_browser_token;
  /// Of the deleted instance that had the name before.
  std::string former_token;
  std::string former_id;
  std::string browser_token;
};

/// Numbers from here on are of names that do not exist.
inline constexpr std::size_t ghosts_from = 500;

/// The mark of a tenant's text of that kind. Numbers from `tenant_count` on belong to nobody: names that do not exist.
std::string mark_of(std::size_t tenant, char kind);

/// A name with every trouble that a name may have, different from tenant to tenant.
std::string name_of(std::size_t tenant);

/// A text of a tenant, found somewhere.
struct sighting {
  std::size_t tenant = 0;
  /// The mark and what follows it; or an instance's id.
  std::string_view text;
};

/// Ids of instances have no mark, since the REGISTRY makes them: whose they are, past ones included.
using id_book = std::map<std::string, std::size_t, std::less<>>;

/// Every marked text and every known id in `text`.
std::vector<sighting> find_marks(std::string_view text, const id_book& ids);

} // namespace arauto::isolation
