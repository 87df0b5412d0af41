#pragma once

#include "actors/event.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace arauto {

class session;

/// Which sessions of one I/O thread are in which room. Rooms belong to a namespace; an empty one vanishes. Owns no
/// session; that thread only. Bounded by what owners of namespaces ask for: clients name no room themselves.
class room_index {
public:
  using members = std::vector<session*>;
  /// Namespace and name.
  using key = std::pair<instance_number, std::string>;
  using room = std::map<key, members>::iterator;

  /// Where a session stands in a room; kept by the session.
  struct place {
    room in;
    std::size_t position = 0;
  };

  /// Joining twice is one membership.
  void join(session& who, instance_number nsp, std::string_view name);
  void leave(session& who, std::string_view name);
  /// Leaves every room and tells their names, in the order they were joined.
  std::vector<std::string> leave_all(session& who);

  /// nullptr when nobody is in it.
  const members* find(instance_number nsp, const std::string& name) const;
  static bool is_in(session& who, std::string_view name) noexcept;
  static std::vector<std::string> names_of(session& who);

private:
  void take_out(const session& who, const place& x);

  std::map<key, members> rooms_;
};

} // namespace arauto
