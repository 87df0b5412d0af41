#include "bench/sessions/router.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

namespace arauto::sessions {

namespace {

std::string token_of(std::size_t instance) {
  return "token-of-" + std::to_string(instance);
}

} // namespace

router::router(std::size_t instances)
    : hub_{spawn_on<hub_actor, hub_state>(unit_, hub, &lists_)},
      intake_{spawn_on<intake_actor, intake_state>(unit_, intake, &queue_)},
      board_{std::make_shared<const directory>("the-global-key")},
      broadcaster_{spawn_on<broadcaster_actor, broadcaster_state>(unit_, broadcaster, std::vector{hub_}, &board_, true,
                                                                  event_sequence{0})},
      log_{spawn_on<event_log_actor, memoryless_log_state>(unit_, memoryless_log, broadcaster_, std::vector{intake_})},
      gate_{rules_, view_, tokens_, broadcaster_, std::nullopt} {
  const auto services = std::make_shared<const instance_services>(
      instance_services{{hub_}, log_, {intake_}, {"", date_time_form::utc, true}, nullptr});
  for (std::size_t i = 0; i < instances; ++i) {
    const auto record = std::make_shared<instance_record>();
    record->id = "id-of-" + std::to_string(i);
    record->name = "inst" + std::to_string(i);
    record->token = token_of(i);
    record->integration = "WHATSAPP-BAILEYS";
    record->websocket = websocket_row{"row", true, {"MESSAGES_UPSERT"}, 0, 0};
    const auto entry = std::make_shared<directory_entry>();
    entry->number = static_cast<instance_number>(i + 1);
    entry->token = key_digest::of(record->token);
    entry->actor = spawn_on<instance_actor, instance_state>(unit_, instance, services, entry->number,
                                                            std::shared_ptr<const instance_record>{record});
    entry->record = record;
    instances_.push_back(entry);
    board_.publish(board_.current()->with(entry));
  }
  run();
}

router::~router() {
  const auto end = [](const auto& x) { caf::anon_send_exit(x, caf::exit_reason::user_shutdown); };
  for (const auto& x : instances_)
    end(x->actor);
  board_.publish(std::make_shared<const directory>(""));
  end(broadcaster_);
  end(log_);
  end(hub_);
  end(intake_);
  run();
}

std::string router::connect_packet(std::size_t instance) {
  return "0/inst" + std::to_string(instance) + R"(,{"apikey":")" + token_of(instance) + "\"}";
}

void router::emit(std::size_t instance, std::string data) {
  emission x = make_emission("messages.upsert", std::move(data));
  x.is_own = false;
  std::vector<emission> events;
  events.push_back(std::move(x));
  queue_.submit(instances_[instance]->actor, std::move(events), {0, 0, 0, ++requests_});
}

} // namespace arauto::sessions
