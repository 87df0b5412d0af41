#include "actors/kinds/synthetic.hpp"

#include <caf/send.hpp>

#include <ctime>

namespace arauto {

namespace {

constexpr std::chrono::seconds period{1};

/// The message that a real provider would send, with a running number.
emission synthetic_event(std::uint64_t count) {
  return make_emission("messages.upsert",
                       R"({"key":{"remoteJid":"5511999999999@s.whatsapp.net","fromMe":false,"id":"SYNTHETIC)" +
                           std::to_string(count) +
                           R"("},"pushName":"Synthetic","message":{"conversation":"Event number )" +
                           std::to_string(count) + R"("},"messageType":"conversation","messageTimestamp":)" +
                           std::to_string(std::time(nullptr)) + R"(,"source":"unknown"})");
}

instance_actor::behavior_type synthetic(instance_state::pointer self, instance_services_ptr services,
                                        instance_number number, std::shared_ptr<const instance_record> record) {
  begin_instance(self->state, std::move(services), number, std::move(record));
  self->delayed_send(self, period, tick{});
  const auto on_tick = [self, count = std::uint64_t{0}](const tick&) mutable {
    if (self->state.is_retired)
      return;
    contain("synthetic", [&] { self->state.place({synthetic_event(++count)}, {}); });
    self->delayed_send(self, period, tick{});
  };
  return instance_behavior(self, on_tick, on(self, &instance_state::refuse_message));
}

} // namespace

instance_actor spawn_synthetic(io_unit& unit, instance_services_ptr services, instance_number number,
                               std::shared_ptr<const instance_record> record) {
  return spawn_on<instance_actor, instance_state>(unit, synthetic, std::move(services), number, std::move(record));
}

} // namespace arauto
