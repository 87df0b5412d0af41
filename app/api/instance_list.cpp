#include "app/api/object_writer.hpp"
#include "app/api/respond.hpp"
#include "app/api/routes.hpp"
#include "net/http/query.hpp"

#include <algorithm>

namespace arauto::app {

object_writer& write_behaviour(object_writer& out, const behaviour_row& x) {
  return out.boolean("rejectCall", x.reject_call)
      .text("msgCall", x.msg_call)
      .boolean("groupsIgnore", x.groups_ignore)
      .boolean("alwaysOnline", x.always_online)
      .boolean("readMessages", x.read_messages)
      .boolean("readStatus", x.read_status)
      .boolean("syncFullHistory", x.sync_full_history)
      .text("wavoipToken", x.wavoip_token);
}

namespace {

std::string setting_json(const instance_record& of) {
  object_writer out;
  out.text("id", of.behaviour.id);
  return write_behaviour(out, of.behaviour)
      .text("createdAt", iso_time(of.created_at_ms))
      .text("updatedAt", iso_time(of.created_at_ms))
      .text("instanceId", of.id)
      .close();
}

std::string instance_json(const settings& config, const instance_record& x, bool shows_token) {
  object_writer out;
  out.text("id", x.id)
      .text("name", x.name)
      .text("connectionStatus", x.connection_status)
      .text("ownerJid", x.owner_jid)
      .text("profileName", x.profile_name)
      .text("profilePicUrl", x.profile_pic_url)
      .text("integration", x.integration)
      .text("number", x.number)
      .text("businessId", x.business_id)
      .text("token", shows_token ? std::optional{x.token} : std::nullopt)
      .text("clientName", config.database_connection_client_name);
  for (const auto* key : {"disconnectionReasonCode", "disconnectionObject", "disconnectionAt"})
    out.null(key);
  out.text("createdAt", iso_time(x.created_at_ms)).text("updatedAt", iso_time(x.updated_at_ms));
  for (const auto* key : {"Chatwoot", "Proxy", "Rabbitmq", "Nats", "Sqs"})
    out.null(key);
  return out.raw("Websocket", websocket_json(x))
      .raw("Setting", setting_json(x))
      .raw("_count", R"({"Message":0,"Contact":0,"Chat":0})")
      .close();
}

/// Query parameters of `fetchInstances`; empty ones filter nothing.
struct instance_filter {
  std::string name;
  std::string id;
  std::string number;
};

instance_filter read_filter(std::string_view query) {
  const auto value = [query](std::string_view name) { return http::query_value(query, name).value_or(""); };
  return {value("instanceName"), value("instanceId"), value("number")};
}

template <class Condition>
std::vector<directory_entry_ptr> keep(std::vector<directory_entry_ptr> entries, const Condition& condition) {
  std::erase_if(entries, [&](const directory_entry_ptr& x) { return !condition(*x->record); });
  return entries;
}

/// With the global key: the id wins over the number, the number over the name.
std::vector<directory_entry_ptr> search(const directory& names, const instance_filter& by) {
  if (!by.id.empty())
    return keep(names.all(), [&](const instance_record& x) { return x.id == by.id; });
  if (!by.number.empty())
    return keep(names.all(), [&](const instance_record& x) { return x.number == by.number; });
  if (by.name.empty())
    return names.all();
  auto one = names.find(by.name);
  return one ? std::vector{std::move(one)} : std::vector<directory_entry_ptr>{};
}

http::response list_answer(const settings& config, std::vector<directory_entry_ptr> entries, bool shows_tokens) {
  std::sort(entries.begin(), entries.end(), [](const directory_entry_ptr& a, const directory_entry_ptr& b) {
    return std::tie(a->record->created_at_ms, a->record->name) < std::tie(b->record->created_at_ms, b->record->name);
  });
  std::string body = "[";
  for (const auto& x : entries)
    body += (body.size() == 1 ? "" : ",") + instance_json(config, *x->record, shows_tokens);
  return json_answer(200, body + "]");
}

} // namespace

void fetch_instances(const exchange_ptr& x) {
  const auto& config = x->home().config;
  const auto& names = x->home().ports.directory.get();
  const auto owner = names.judge(x->asked().field("apikey"));
  const auto by = read_filter(x->asked().query());
  if (owner.is_global) {
    auto found = search(names, by);
    if (!found.empty() || (by.id + by.number + by.name).empty())
      return x->answer(
          list_answer(config, std::move(found),
                      config.fetch_instances_show_tokens || config.authentication_expose_in_fetch_instances));
    const auto& missing = !by.id.empty() ? by.id : !by.number.empty() ? by.number : by.name;
    return x->answer(error_answer(404, "Instance \"" + missing + "\" not found"));
  }
  auto own = keep(owner.instances, [&](const instance_record& record) {
    return (by.name.empty() || record.name == by.name) && (by.id.empty() || record.id == by.id);
  });
  if (own.empty() || !config.database_save_data_instance)
    return x->answer(unauthorized_answer());
  x->answer(list_answer(config, std::move(own), true));
}

} // namespace arauto::app
