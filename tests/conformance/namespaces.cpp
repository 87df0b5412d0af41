#include "tests/conformance/namespaces.hpp"

#include "tests/conformance/client_suite.hpp"
#include "tests/conformance/interop.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace arauto::conformance {

namespace {

constexpr std::string_view dynamic_prefix = "/dyn-";

middleware door_of(std::string_view nsp) {
  if (nsp == "/auth")
    return middleware::token;
  return nsp == "/plainerr" ? middleware::refuse_all : middleware::none;
}

} // namespace

namespaces::namespaces(profile kind, bool has_recovery, std::vector<hub_actor> hubs, io_unit& unit)
    : profile_{kind}, has_recovery_{has_recovery}, hubs_{std::move(hubs)}, unit_{&unit} {
  const std::vector<std::string> names =
      kind == profile::c ? std::vector<std::string>{"/", "/no", "/foo", "/timeout_socket", "/valid", "/asd", "/abc"}
                         : std::vector<std::string>{"/", "/custom", "/auth", "/plainerr"};
  for (const auto& x : names)
    add(x);
}

bool namespaces::is_dynamic(std::string_view nsp) const {
  if (profile_ == profile::c || !nsp.starts_with(dynamic_prefix) || nsp.size() == dynamic_prefix.size())
    return false;
  nsp.remove_prefix(dynamic_prefix.size());
  return std::all_of(nsp.begin(), nsp.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void namespaces::add(const std::string& nsp) {
  actors_.emplace(nsp, spawn(nsp));
}

room_namespace_actor namespaces::spawn(const std::string& nsp) {
  const auto number = static_cast<instance_number>(actors_.size() + 1);
  if (profile_ == profile::c)
    return spawn_on<room_namespace_actor, client_suite_state>(*unit_, client_suite, hubs_, number, nsp, has_recovery_);
  return spawn_on<room_namespace_actor, interop_state>(*unit_, interop, hubs_, number, nsp, door_of(nsp),
                                                       has_recovery_);
}

std::optional<namespace_actor> namespaces::find(std::string_view nsp) {
  const std::lock_guard lock{mutex_};
  auto at = actors_.find(nsp);
  if (at == actors_.end() && is_dynamic(nsp) && actors_.size() < dynamic_max) {
    add(std::string{nsp});
    at = actors_.find(nsp);
  }
  return at == actors_.end() ? std::nullopt : std::optional<namespace_actor>{at->second};
}

void namespaces::end() {
  const std::lock_guard lock{mutex_};
  for (const auto& [nsp, actor] : actors_)
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  actors_.clear();
  hubs_.clear();
}

} // namespace arauto::conformance
