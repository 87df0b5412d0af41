#include "actors/front.hpp"

#include <caf/actor_cast.hpp>

namespace arauto {

std::shared_ptr<application_side> front::open(outbox& out, handshake shake) {
  auto handle = make_light<connection, connection_actor>(services_.unit, services_, out, std::move(shake));
  auto* side = static_cast<connection*>(caf::actor_cast<caf::abstract_actor*>(handle));
  side->start();
  return {side, [handle = std::move(handle)](application_side*) {}};
}

} // namespace arauto
