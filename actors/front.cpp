#include "actors/front.hpp"

#include <caf/actor_cast.hpp>

namespace arauto {

application_side_ptr front::open(outbox& out, handshake shake) {
  const auto made = make_light<connection, connection_actor>(services_.unit, services_, out, std::move(shake));
  auto& side = static_cast<connection&>(*caf::actor_cast<caf::abstract_actor*>(made));
  auto held = side.hold();
  side.start();
  return held;
}

} // namespace arauto
