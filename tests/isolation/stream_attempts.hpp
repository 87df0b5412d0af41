#pragma once

#include "tests/isolation/keys.hpp"
#include "tests/isolation/namespace_forms.hpp"
#include "tests/isolation/oracle.hpp"

#include <string>

namespace arauto::isolation {

/// Attempts at event streams: clients without Socket.IO that ask for the events of a namespace, then see what they get.
class stream_attempts {
public:
  stream_attempts(world& in, oracle& judge, dice& chance, tally& out);

  /// `where`: header and query count; the others count nowhere.
  void attempt(const key_kind& kind, place where, namespace_form form, const tenant& own, const tenant& other);

private:
  handshake shake_for(const key& shown, place where, const tenant& filtered) const;

  world& in_;
  oracle& judge_;
  dice& chance_;
  tally& out_;
  // What refusals say.
  std::string missing_;
  std::string unknown_;
  std::string foreign_;
  std::string none_;
};

} // namespace arauto::isolation
