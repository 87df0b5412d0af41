#include "app/api/object_writer.hpp"
#include "app/api/relay_body.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "app/api/schema_rules.hpp"
#include "app/api/webhook_access.hpp"
#include "net/log.hpp"

namespace arauto::app {

namespace {

constexpr std::string_view relayed_kind = "WHATSAPP-BAILEYS";

/// A relayed event on its way, and the request that brought it.
struct relaying {
  exchange_ptr x;
  relayed_event event;
};
using relaying_ptr = std::shared_ptr<relaying>;

/// Whom a request speaks for: all instances, or those of its token.
key_owner sender_of(exchange& x) {
  auto owner = x.home().ports.directory.get().judge(webhook_key(x.asked()));
  owner.is_global = owner.is_global || is_signed_webhook(x.home().config, x.asked());
  return owner;
}

void refuse(const relaying& r, http::response why) {
  auto& home = r.x->home();
  home.ports.relayed.erase(r.event.digest);
  home.ports.own_counters.refused_emits.add();
  r.x->answer(std::move(why));
}

/// The answer when nothing came of a body.
http::response dropped_answer(bool is_duplicate = false) {
  object_writer out;
  out.number("accepted", 0);
  if (is_duplicate)
    out.boolean("duplicate", true);
  return json_answer(200, out.close());
}

/// The state that `connectionState` shows follows what the provider says.
void follow_connection(const relaying& r, const directory_entry& of) {
  const auto& said = r.event.connection_state;
  const auto state = said == "refused" ? "close" : said;
  const auto is_state = state == "open" || state == "close" || state == "connecting";
  if (!is_state || state == of.record->connection_status)
    return;
  r.x->home().ports.admin.change({of.record->name, of.record->id, status_choice{state, false}},
                                 [name = of.record->name](const instance_answer& done) {
                                   if (!done.record)
                                     log(log_level::warn, "relay",
                                         "the state of \"" + name + "\" could not be changed: " + done.reason);
                                 });
}

void submit(const relaying_ptr& r, const directory_entry_ptr& to) {
  auto& home = r->x->home();
  await_outcome(r->x, [r, to](const emit_request& request, unsigned status, std::string_view failure) {
    if (!failure.empty())
      return refuse(*r, status == 503 ? busy_answer(failure) : error_answer(status, failure));
    r->x->home().ports.own_counters.relayed_events.add();
    follow_connection(*r, *to);
    r->x->answer(accepted_answer(request));
  });
  std::vector<emission> events{r->event.what};
  if (home.ports.events.submit(*to, std::move(events), r->x->where(), nullptr))
    return;
  home.outcomes.forget(r->x->where());
  refuse(*r, busy_answer(too_many_events));
}

instance_record record_for(const relaying& r) {
  instance_record x;
  x.name = r.event.instance;
  x.integration = relayed_kind;
  x.connection_status = "open";
  // A token that opens something here already would open this instance, too; then it gets a fresh one.
  if (!r.x->home().ports.directory.get().judge(r.event.api_key).is_known())
    x.token = r.event.api_key;
  x.websocket.emplace();
  x.websocket->enabled = true;
  for (std::size_t i = 0; i < selectable_events; ++i)
    x.websocket->events.emplace_back(known_event_at(static_cast<catalogue_index>(i)).config_name);
  return x;
}

/// Two events of a new instance may come at the same time: then the second finds the name taken, which is as good.
void create_then_submit(const relaying_ptr& r) {
  if (!is_instance_name(r->event.instance))
    return refuse(*r, error_answer(400, "\"instance\" must be 1 to 128 bytes of UTF-8 without control characters and "
                                        "without / , ? # %, or it cannot be created here"));
  auto& home = r->x->home();
  home.ports.admin.create({record_for(*r)}, [r](const instance_answer& done) {
    r->x->guarded([&] {
      const auto to = r->x->home().ports.directory.get().find(r->event.instance);
      if (to)
        submit(r, to);
      else
        refuse(*r,
               done.record ? busy_answer("the instance was deleted at once") : refusal_answer(done, r->event.instance));
    });
  });
}

void deliver(const relaying_ptr& r, const key_owner& sender) {
  auto& home = r->x->home();
  const auto to = home.ports.directory.get().find(r->event.instance);
  if (!sender.is_global && (!to || !sender.opens(*to)))
    return r->x->answer(unauthorized_answer());
  if (r->event.is_mere_protocol_message && !home.config.relay_every_protocol_message) {
    home.ports.own_counters.relay_drops.add();
    return r->x->answer(dropped_answer());
  }
  if (!home.ports.relayed.insert(r->event.digest, std::chrono::steady_clock::now())) {
    home.ports.own_counters.relay_duplicates.add();
    return r->x->answer(dropped_answer(true));
  }
  if (to)
    return submit(r, to);
  if (home.config.relay_auto_create)
    return create_then_submit(r);
  refuse(*r, busy_answer("The \"" + r->event.instance +
                         "\" instance does not exist here; create it, run `arauto import`, or set "
                         "RELAY_AUTO_CREATE=true"));
}

} // namespace

void relay_event(const exchange_ptr& x) {
  const auto sender = sender_of(*x);
  if (!sender.is_known())
    return x->answer(unauthorized_answer());
  if (auto refused = refuse_encoding(x->asked()))
    return x->answer(std::move(*refused));
  const auto r = std::make_shared<relaying>();
  r->x = x;
  if (const auto wrong = read_relayed(std::make_shared<const std::string>(std::move(x->asked().body)), r->event)) {
    x->home().ports.own_counters.refused_emits.add();
    return x->answer(error_answer(400, *wrong));
  }
  if (r->event.is_error_report) { // Evolution API tells its sockets nothing of these.
    x->home().ports.own_counters.relay_drops.add();
    return x->answer(dropped_answer());
  }
  deliver(r, sender);
}

} // namespace arauto::app
