#include "actors/kinds/synthetic.hpp"

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

struct synthetic_state : instance_state {
  using instance_state::instance_state;

  void on_tick(const tick&) {
    if (is_retired)
      return;
    self->delayed_send(period, tick{});
    place({synthetic_event(++count)}, {});
  }

  std::uint64_t count = 0;
};

behaviour<synthetic_state> synthetic(placed_actor<instance_actor, synthetic_state>* self,
                                     instance_services_ptr services, instance_number number,
                                     std::shared_ptr<const instance_record> record) {
  begin_instance(self->state, std::move(services), number, std::move(record));
  self->delayed_send(period, tick{});
  return instance_handles<&instance_state::refuse_message, &synthetic_state::on_tick>;
}

} // namespace

instance_actor spawn_synthetic(io_unit& unit, instance_services_ptr services, instance_number number,
                               std::shared_ptr<const instance_record> record) {
  return spawn_on<instance_actor, synthetic_state>(unit, synthetic, std::move(services), number, std::move(record));
}

} // namespace arauto
