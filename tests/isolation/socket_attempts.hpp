#pragma once

#include "tests/isolation/keys.hpp"
#include "tests/isolation/namespace_forms.hpp"
#include "tests/isolation/oracle.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::isolation {

/// Attempts at namespaces: connections that join several of them with several keys, then see what they get of an event
/// and what becomes of what they send.
class socket_attempts {
public:
  socket_attempts(world& in, oracle& judge, dice& chance, tally& out);

  /// `where`: header and query count at the handshake, bearer is the CONNECT's `auth`; the others count nowhere.
  void attempt(const key_kind& kind, place where, namespace_form form, tenant& own, tenant& other,
               bool is_plain = false);

private:
  struct shown_key {
    std::string_view kind;
    place where = place::bearer;
    key what;
  };

  std::unique_ptr<visitor> open(const shown_key& x);
  void connect(visitor& who, const shown_key& handshake, const shown_key& x, namespace_form form, const tenant& own,
               const tenant& other);
  void send_event(visitor& who, const tenant& to);
  /// What a refusal says behind the namespace.
  std::string learn_refusal(const std::string& auth);

  world& in_;
  oracle& judge_;
  dice& chance_;
  tally& out_;
  std::string missing_;
  std::string unknown_;
  std::string foreign_;
  /// Namespaces that a session joined with a browser token: it may not send.
  std::vector<std::string> read_only_;
};

} // namespace arauto::isolation
