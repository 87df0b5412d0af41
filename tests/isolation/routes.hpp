#pragma once

#include "tests/isolation/oracle.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::isolation {

/// What decides who may use a route.
enum class access : std::uint8_t {
  everyone,
  global_key,
  /// The instance whose name stands in the path.
  instance_in_path,
  /// `fetchInstances`: everybody his own.
  own_instances,
  /// `/webhook/evolution`: the instance with the number of the body.
  number_in_body,
  /// The relay: the instance that the body names.
  instance_in_body,
  /// The instance whose event has the offset of the path.
  event_in_path
};

/// One attempt at a route, aimed at a tenant, or at names that nobody has.
struct route_attempt {
  world& in;
  oracle& judge;
  tenant& to;
  bool is_ghost = false;
  std::string name;
  std::string number;
  std::string id;
  /// Planted in the body where the route takes a text.
  std::string text;
  http::request request;
  http::response answer;
  std::vector<received> events;

  /// Tells the oracle unless it holds.
  void need(bool condition, std::string_view otherwise) {
    if (!condition)
      judge.violated(otherwise);
  }
  const instance_record& record() const { return *in.entry_of(to)->record; }
  bool answer_has(std::string_view x) const { return answer.body.find(x) != std::string::npos; }
};

/// What is true of a route. Every route of the API needs one: who may use it is a decision.
struct route_rule {
  std::string_view method;
  std::string_view pattern;
  access who;
  /// Statuses when the key opens it.
  std::vector<unsigned> through;
  /// A body that the route takes.
  std::string (*body)(const route_attempt& x);
  /// Whether it was done, seen from outside and in the directory; keeps the test's picture of the tenant.
  void (*check)(route_attempt& x);
  /// It reads events only: browser tokens open it, too.
  bool is_for_readers = false;
};
std::span<const route_rule> route_rules();
const route_rule* find_rule(std::string_view method, std::string_view pattern);

} // namespace arauto::isolation
