#pragma once

#include "tests/isolation/keys.hpp"
#include "tests/isolation/routes.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace arauto::isolation {

/// What an attempt does beside asking with a key.
enum class trick : std::uint8_t {
  none,
  // Changes nothing: another instance named where it does not count.
  name_in_query,
  guard_bypass,
  encoded_name,
  trailing_slash,
  name_in_body,
  override_fields,
  decoy_key,
  // The same, where the key opens nothing.
  form_body,
  array_body,
  // Leads nowhere.
  doubled_slash,
  dot_segments,
  other_case_path,
  // A name that nobody has.
  padded_name,
  nul_after_name,
  encoded_slash,
  other_case_name,
  // Read before the key.
  broken_body
};
inline constexpr std::size_t trick_count = 18;

/// Attempts at the routes, each judged by the rules.
class rest_attempts {
public:
  rest_attempts(world& in, oracle& judge, dice& chance, tally& out);

  /// Every method on every path, declared or not.
  struct target {
    std::string method;
    std::string pattern;
    /// Of the route that takes it; nullptr when there is none.
    const route_rule* rule = nullptr;
  };
  const std::vector<target>& targets() const { return targets_; }
  /// Routes that have no rule, and rules that have no route.
  const std::vector<std::string>& complaints() const { return complaints_; }

  void attempt(const target& at, const key_kind& kind, place where, tenant& own, tenant& other, bool is_plain = false);

private:
  struct plan {
    const target& at;
    const key_kind& kind;
    place where;
    tenant& own;
    tenant& other;
    trick also = trick::none;
    key what;
    /// What the key opens on that route, as it was put there.
    reach opens;
    /// Of `fetchInstances`.
    enum class filter : std::uint8_t { none, name, id, number } by = filter::none;
  };
  /// What has to come of it.
  struct outcome {
    unsigned status = 0;
    bool gets_through = false;
    bool is_refusal = false;
  };

  trick choose(const plan& x);
  bool fits(const plan& x, trick also) const;
  reach judge(const plan& x) const;
  outcome expect(const plan& x, const route_attempt& a) const;
  void aim(const plan& x, route_attempt& a);
  void write(const plan& x, route_attempt& a);
  void put_key(const plan& x, http::request& to, std::vector<std::string>& query);
  void put_trick(const plan& x, route_attempt& a, std::vector<std::string>& query);
  std::string path_of(const plan& x, const route_attempt& a);
  void compare(const plan& x, route_attempt& a, const outcome& expected);
  std::string describe(const plan& x, const route_attempt& a) const;

  world& in_;
  oracle& judge_;
  dice& chance_;
  tally& out_;
  std::vector<target> targets_;
  std::vector<std::string> complaints_;
  /// The one answer to whom the key opens nothing, for a name that nobody has: without and with an Origin, by routes of
  /// the contract and by producers' routes, whose answers carry fewer fields.
  http::response refusals_[2][2];
};

} // namespace arauto::isolation
