#pragma once

#include "actors/connection.hpp"

namespace arauto {

/// What stands on the Engine.IO layer of one I/O thread: judges handshakes and makes a CONNECTION for each. That thread
/// only.
class front final : public application {
public:
  explicit front(connection_services services) : services_{services} {}

  admission admit(const handshake& shake) override { return services_.admission.admit(shake); }
  application_side_ptr open(outbox& out, handshake shake) override;

private:
  connection_services services_;
};

} // namespace arauto
