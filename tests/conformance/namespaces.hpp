#pragma once

#include "actors/interfaces.hpp"
#include "actors/io_unit.hpp"
#include "tests/conformance/options.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::conformance {

/// The namespaces of the server and their actors. Dynamic ones are made at the first CONNECT and stay. Thread-safe:
/// gates of all I/O threads ask it.
class namespaces {
public:
  namespaces(profile kind, bool has_recovery, std::vector<hub_actor> hubs, io_unit& unit);

  /// Nothing: there is no such namespace. Never waits for an actor.
  std::optional<namespace_actor> find(std::string_view nsp);

  /// Tells every actor to end and forgets it.
  void end();

private:
  bool is_dynamic(std::string_view nsp) const;
  void add(const std::string& nsp);
  room_namespace_actor spawn(const std::string& nsp);

  /// Dynamic ones; a client that asks for more gets none.
  static constexpr std::size_t dynamic_max = 10000;

  std::mutex mutex_;
  profile profile_;
  bool has_recovery_;
  std::vector<hub_actor> hubs_;
  io_unit* unit_;
  std::map<std::string, room_namespace_actor, std::less<>> actors_;
};

} // namespace arauto::conformance
