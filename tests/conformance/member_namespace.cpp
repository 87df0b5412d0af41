#include "tests/conformance/member_namespace.hpp"

#include "actors/identifiers.hpp"
#include "net/json.hpp"
#include "net/random_id.hpp"
#include "net/socketio/encode.hpp"
#include "tests/conformance/arguments.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace arauto::conformance {

namespace {

constexpr std::size_t pid_characters = 20;
/// Reasons after which a session is kept (protocol text, section 8).
constexpr std::array<std::string_view, 4> cuts{"transport close", "transport error", "ping timeout", "forced close"};

/// A string in `auth`; empty when there is none.
std::string auth_string(const join& x, std::string_view name) {
  const auto members = json::split_object(x.auth);
  const auto* found = members ? json::find(*members, name) : nullptr;
  return found == nullptr ? "" : json::as_string(found->value).value_or("");
}

} // namespace

bool member_namespace_state::readmit(const join& x) {
  if (!recovery_)
    return false;
  auto restored = recovery_->restore(auth_string(x, "pid"), auth_string(x, "offset"), unix_ms());
  if (!restored)
    return false;
  auto& again = members_[x.who] = make_member(x);
  auto& kept = restored->kept;
  again.sid = std::move(kept.who.sid);
  again.pid = std::move(kept.who.pid);
  again.data = std::move(kept.who.data);
  again.is_recovered = true;
  admit_as(x, {again.sid, again.pid, std::move(restored->missed)}, std::move(kept.rooms));
  return true;
}

void member_namespace_state::admit(const join& x) {
  auto& joined = members_[x.who] = make_member(x);
  if (!recovery_)
    return room_namespace_state::admit(x);
  joined.pid = random_id(pid_characters);
  admit_as(x, {joined.sid, joined.pid, {}}, {joined.sid});
}

void member_namespace_state::release(const leave& x) {
  room_namespace_state::release(x);
  auto left = members_.extract(x.who);
  if (recovery_ && left && std::find(cuts.begin(), cuts.end(), x.why) != cuts.end())
    recovery_->keep_session({std::move(left.mapped()), x.rooms, unix_ms()});
}

void member_namespace_state::emit(target to, const outgoing_event& what, bool is_volatile) {
  if (!recovery_ || is_volatile)
    return room_namespace_state::emit(std::move(to), what, is_volatile);
  auto arguments = std::string{what.arguments};
  arguments.append(arguments.empty() ? "" : ",").append(quoted(recovery_->next_offset()));
  const outgoing_event marked{what.name, arguments, what.attachments};
  recovery_->keep_packet(audience_of(to),
                         socketio::encode_binary_event(nsp(), marked.name, arguments, what.attachments), unix_ms());
  room_namespace_state::emit(std::move(to), marked);
}

audience member_namespace_state::audience_of(const target& to) const {
  audience out{to.rooms, to.except};
  if (to.only)
    out.rooms.push_back(sid_of(to.only));
  if (to.except_session)
    out.except.push_back(sid_of(to.except_session));
  return out;
}

/// Every session is in the room of its own id.
std::string member_namespace_state::sid_of(const session_actor& who) const {
  const auto at = members_.find(who);
  return at == members_.end() ? "" : at->second.sid;
}

} // namespace arauto::conformance
