#include "actors/kinds/evolution.hpp"

#include "actors/failure.hpp"
#include "net/json.hpp"
#include "net/random_id.hpp"

#include <ctime>
#include <deque>
#include <unordered_set>

namespace arauto {

namespace {

/// Chats that an instance has seen; the oldest are forgotten first.
class known_chats {
public:
  /// Whether the chat was there before.
  bool insert(const std::string& jid) {
    if (!known_.insert(jid).second)
      return true;
    order_.push_back(jid);
    if (order_.size() > chats_max) {
      known_.erase(order_.front());
      order_.pop_front();
    }
    return false;
  }

private:
  static constexpr std::size_t chats_max = 10000;
  std::unordered_set<std::string> known_;
  std::deque<std::string> order_;
};

/// What is read of a posted message. Views of its body; empty: absent.
struct posted_message {
  std::string_view id;
  std::string_view remote_jid;
  std::string_view from_me;
  std::string_view profile_pic_url;
  std::string_view push_name;
  std::string_view message;
  std::string_view message_type;
};

/// The JSON text of a member that is there and not null.
std::string_view text_of(const std::vector<json::member>& members, std::string_view key) {
  const auto* x = json::find(members, key);
  return x == nullptr || x->value.kind == json::kind::null ? std::string_view{} : x->value.raw;
}

posted_message read_message(std::string_view body) {
  posted_message x;
  const auto members = json::split_object(body);
  if (!members)
    return x;
  x.message = text_of(*members, "message");
  x.push_name = text_of(*members, "pushName");
  x.profile_pic_url = text_of(*members, "profilePicUrl");
  x.message_type = text_of(*members, "messageType");
  if (const auto key = json::split_object(text_of(*members, "key"))) {
    x.id = text_of(*key, "id");
    x.remote_jid = text_of(*key, "remoteJid");
    x.from_me = text_of(*key, "fromMe");
  }
  return x;
}

/// Writes members, leaving out those without a value.
class members_writer {
public:
  members_writer& add(std::string_view key, std::string_view json_text) {
    if (!json_text.empty())
      text_.append(text_.size() == 1 ? "\"" : ",\"").append(key).append("\":").append(json_text);
    return *this;
  }
  std::string close() { return std::move(text_ += '}'); }

private:
  std::string text_ = "{";
};

/// The events of one message, in Evolution's order.
std::vector<emission> events_of(const posted_message& x, std::string_view instance_id, bool is_known_chat) {
  std::string id_json = "\"";
  id_json.append(instance_id).append("\"");
  const auto fresh_id = x.id.empty() ? '"' + random_uuid() + '"' : std::string{x.id};
  auto key = members_writer{}
                 .add("id", fresh_id)
                 .add("remoteJid", x.remote_jid)
                 .add("fromMe", x.from_me)
                 .add("profilePicUrl", x.profile_pic_url)
                 .close();
  auto message = members_writer{}
                     .add("key", key)
                     .add("pushName", x.push_name)
                     .add("message", x.message)
                     .add("messageType", x.message_type)
                     .add("messageTimestamp", std::to_string(std::time(nullptr)))
                     .add("source", "\"unknown\"")
                     .add("instanceId", id_json)
                     .close();
  auto contact = members_writer{}
                     .add("remoteJid", x.remote_jid)
                     .add("pushName", x.push_name)
                     .add("instanceId", id_json)
                     .add("profilePicUrl", x.profile_pic_url)
                     .close();
  const auto chat = members_writer{}.add("remoteJid", x.remote_jid).add("instanceId", id_json).close();
  std::vector<emission> events;
  events.push_back(make_emission("messages.upsert", std::move(message)));
  events.push_back(make_emission("contacts.upsert", std::move(contact)));
  if (is_known_chat)
    events.push_back(make_emission("chats.update", chat));
  events.push_back(make_emission("chats.upsert", chat));
  return events;
}

struct evolution_state : instance_state {
  using instance_state::instance_state;

  void on_message(const channel_message& x) {
    if (!contain("evolution", [&] { take_message(x); }))
      answer({x.request}, "The message could not be handled; the log of the server has the cause", 500);
  }

private:
  void take_message(const channel_message& x);

  known_chats chats_;
};

void evolution_state::take_message(const channel_message& x) {
  if (is_retired)
    return answer({x.request}, "The \"" + record->name + "\" instance does not exist", 404);
  const auto read = read_message(*x.body);
  const auto jid = json::as_string({json::kind::string, read.remote_jid.starts_with('"') ? read.remote_jid : "\"\""});
  // As recorded: what is no message is accepted, and nothing comes of it.
  if (read.message.empty() || jid->empty())
    return answer({x.request}, {}, 0);
  place(events_of(read, record->id, chats_.insert(*jid)), {x.request});
}

behaviour<evolution_state> evolution(placed_actor<instance_actor, evolution_state>* self,
                                     instance_services_ptr services, instance_number number,
                                     std::shared_ptr<const instance_record> record) {
  begin_instance(self->state, std::move(services), number, std::move(record));
  return instance_handles<&evolution_state::on_message, &instance_state::idle_tick>;
}

} // namespace

instance_actor spawn_evolution(io_unit& unit, instance_services_ptr services, instance_number number,
                               std::shared_ptr<const instance_record> record) {
  return spawn_on<instance_actor, evolution_state>(unit, evolution, std::move(services), number, std::move(record));
}

} // namespace arauto
