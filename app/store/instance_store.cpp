#include "app/store/instance_store.hpp"

#include <array>
#include <optional>
#include <string>
#include <unordered_map>

namespace arauto::app {

namespace {

/// The schema, step by step: step n brings a file from version n to n + 1. A released step is never changed.
constexpr std::array migrations{
    R"(CREATE TABLE instance(
       id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, token TEXT NOT NULL, integration TEXT NOT NULL,
       connection_status TEXT NOT NULL, owner_jid TEXT, profile_name TEXT, profile_pic_url TEXT, number TEXT,
       business_id TEXT, generation INTEGER NOT NULL, created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,
       behaviour_id TEXT NOT NULL, reject_call INTEGER NOT NULL, msg_call TEXT NOT NULL, groups_ignore INTEGER NOT NULL,
       always_online INTEGER NOT NULL, read_messages INTEGER NOT NULL, read_status INTEGER NOT NULL,
       sync_full_history INTEGER NOT NULL, wavoip_token TEXT NOT NULL) STRICT;
     CREATE TABLE websocket(
       instance_id TEXT PRIMARY KEY REFERENCES instance(id) ON DELETE CASCADE, id TEXT NOT NULL,
       enabled INTEGER NOT NULL, events TEXT NOT NULL, created_at_ms INTEGER NOT NULL,
       updated_at_ms INTEGER NOT NULL) STRICT;)",
    R"(CREATE TABLE webhook(
       instance_id TEXT PRIMARY KEY REFERENCES instance(id) ON DELETE CASCADE, id TEXT NOT NULL, url TEXT NOT NULL,
       headers TEXT, enabled INTEGER NOT NULL, events TEXT NOT NULL, by_events INTEGER NOT NULL,
       base64 INTEGER NOT NULL, created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL) STRICT;)",
    R"(ALTER TABLE websocket ADD COLUMN keeps_events INTEGER NOT NULL DEFAULT 1;
     ALTER TABLE websocket ADD COLUMN recovery INTEGER;)",
};

constexpr auto insert_instance_sql =
    "INSERT INTO instance(id, name, token, integration, connection_status, owner_jid, profile_name, profile_pic_url,"
    " number, business_id, generation, created_at_ms, updated_at_ms, behaviour_id, reject_call, msg_call, "
    "groups_ignore,"
    " always_online, read_messages, read_status, sync_full_history, wavoip_token)"
    " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

constexpr auto insert_websocket_sql =
    "INSERT INTO websocket(instance_id, id, enabled, events, created_at_ms, updated_at_ms, keeps_events, recovery)"
    " VALUES(?,?,?,?,?,?,?,?)";

constexpr auto insert_webhook_sql =
    "INSERT INTO webhook(instance_id, id, url, headers, enabled, events, by_events, base64, created_at_ms,"
    " updated_at_ms) VALUES(?,?,?,?,?,?,?,?,?,?)";

constexpr auto load_instances_sql =
    "SELECT id, name, token, integration, connection_status, owner_jid, profile_name, profile_pic_url, number,"
    " business_id, generation, created_at_ms, updated_at_ms, behaviour_id, reject_call, msg_call, groups_ignore,"
    " always_online, read_messages, read_status, sync_full_history, wavoip_token FROM instance"
    " ORDER BY created_at_ms, name";

constexpr auto load_websockets_sql =
    "SELECT instance_id, id, enabled, events, created_at_ms, updated_at_ms, keeps_events, recovery FROM websocket";

constexpr auto load_webhooks_sql =
    "SELECT instance_id, id, url, headers, enabled, events, by_events, base64, created_at_ms, updated_at_ms FROM "
    "webhook";

/// Write-ahead log with a sync per commit: what was answered is on the disk.
bool prepare(sqlite::database& file) {
  file.run("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
           "PRAGMA foreign_keys = ON;");
  sqlite::migrate(file, migrations);
  return true;
}

/// Event names hold no comma.
std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ",") + name;
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto comma = text.find(',');
    names.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return names;
}

instance_record read_instance(sqlite::statement& row) {
  instance_record x;
  x.id = row.text();
  x.name = row.text();
  x.token = row.text();
  x.integration = row.text();
  x.connection_status = row.text();
  x.owner_jid = row.optional_text();
  x.profile_name = row.optional_text();
  x.profile_pic_url = row.optional_text();
  x.number = row.optional_text();
  x.business_id = row.optional_text();
  x.generation = static_cast<std::uint64_t>(row.number());
  x.created_at_ms = row.number();
  x.updated_at_ms = row.number();
  x.behaviour.id = row.text();
  x.behaviour.reject_call = row.truth();
  x.behaviour.msg_call = row.text();
  x.behaviour.groups_ignore = row.truth();
  x.behaviour.always_online = row.truth();
  x.behaviour.read_messages = row.truth();
  x.behaviour.read_status = row.truth();
  x.behaviour.sync_full_history = row.truth();
  x.behaviour.wavoip_token = row.text();
  return x;
}

websocket_row read_websocket(sqlite::statement& row) {
  websocket_row x;
  x.id = row.text();
  x.enabled = row.truth();
  x.events = split(row.text());
  x.created_at_ms = row.number();
  x.updated_at_ms = row.number();
  x.keeps_events = row.truth();
  if (const auto number = row.optional_text())
    x.recovery = *number != "0";
  return x;
}

webhook_row read_webhook(sqlite::statement& row) {
  webhook_row x;
  x.id = row.text();
  x.url = row.text();
  x.headers = row.optional_text();
  x.enabled = row.truth();
  x.events = split(row.text());
  x.by_events = row.truth();
  x.base64 = row.truth();
  x.created_at_ms = row.number();
  x.updated_at_ms = row.number();
  return x;
}

std::vector<instance_record> load_instances(sqlite::database& file) {
  std::vector<instance_record> all;
  std::unordered_map<std::string, std::size_t> position;
  sqlite::statement instances{file, load_instances_sql};
  while (instances.step()) {
    all.push_back(read_instance(instances));
    position.emplace(all.back().id, all.size() - 1);
  }
  sqlite::statement websockets{file, load_websockets_sql};
  while (websockets.step())
    if (const auto at = position.find(websockets.text()); at != position.end())
      all[at->second].websocket = read_websocket(websockets);
  sqlite::statement webhooks{file, load_webhooks_sql};
  while (webhooks.step())
    if (const auto at = position.find(webhooks.text()); at != position.end())
      all[at->second].webhook = read_webhook(webhooks);
  return all;
}

/// Runs a change as one transaction; a failure is its reason, and nothing has changed.
template <class Change>
std::optional<std::string> commit(sqlite::database& file, const Change& change) {
  try {
    sqlite::transaction all{file};
    change();
    all.commit();
    return std::nullopt;
  } catch (const sqlite::failure& why) {
    return why.what();
  }
}

} // namespace

sqlite_instance_store::sqlite_instance_store(const data_directory& where)
    : file_{where.private_file("arauto.db").string()},
      is_ready_{prepare(file_)},
      insert_instance_{file_, insert_instance_sql},
      insert_websocket_{file_, insert_websocket_sql},
      insert_webhook_{file_, insert_webhook_sql},
      delete_instance_{file_, "DELETE FROM instance WHERE id = ?"} {}

std::vector<instance_record> sqlite_instance_store::load() {
  return load_instances(file_);
}

void sqlite_instance_store::insert_row(const instance_record& x) {
  const auto& b = x.behaviour;
  auto& row = insert_instance_;
  row.reset();
  row.bind(x.id).bind(x.name).bind(x.token).bind(x.integration).bind(x.connection_status);
  for (const auto* text : {&x.owner_jid, &x.profile_name, &x.profile_pic_url, &x.number, &x.business_id})
    row.bind_optional(*text);
  row.bind(static_cast<std::int64_t>(x.generation)).bind(x.created_at_ms).bind(x.updated_at_ms);
  row.bind(b.id).bind(b.reject_call).bind(b.msg_call).bind(b.groups_ignore).bind(b.always_online);
  row.bind(b.read_messages).bind(b.read_status).bind(b.sync_full_history).bind(b.wavoip_token);
  row.run();
}

void sqlite_instance_store::insert_websocket(const std::string& instance_id, const websocket_row& row) {
  auto& x = insert_websocket_;
  x.reset();
  x.bind(instance_id).bind(row.id).bind(row.enabled).bind(join(row.events));
  x.bind(row.created_at_ms).bind(row.updated_at_ms).bind(row.keeps_events);
  x.bind_optional(row.recovery ? std::optional<std::string>{*row.recovery ? "1" : "0"} : std::nullopt);
  x.run();
}

void sqlite_instance_store::insert_webhook(const std::string& instance_id, const webhook_row& row) {
  auto& x = insert_webhook_;
  x.reset();
  x.bind(instance_id).bind(row.id).bind(row.url).bind_optional(row.headers);
  x.bind(row.enabled).bind(join(row.events)).bind(row.by_events).bind(row.base64);
  x.bind(row.created_at_ms).bind(row.updated_at_ms);
  x.run();
}

void sqlite_instance_store::insert_rows(const instance_record& x) {
  insert_row(x);
  if (x.websocket)
    insert_websocket(x.id, *x.websocket);
  if (x.webhook)
    insert_webhook(x.id, *x.webhook);
}

bool sqlite_instance_store::remove_rows(const std::string& instance_id) {
  delete_instance_.reset();
  delete_instance_.bind(instance_id).run();
  return file_.changes() != 0;
}

instance_store::failure sqlite_instance_store::insert(const instance_record& x) {
  return commit(file_, [&] { insert_rows(x); });
}

instance_store::failure sqlite_instance_store::update(const instance_record& x) {
  return commit(file_, [&] {
    if (!remove_rows(x.id))
      throw sqlite::failure("There is no instance with the id " + x.id + " to change.");
    insert_rows(x);
  });
}

instance_store::failure sqlite_instance_store::remove(const std::string& instance_id) {
  return commit(file_, [&] { remove_rows(instance_id); });
}

std::vector<instance_record> read_instances(const std::filesystem::path& data_directory_path) {
  const auto path = data_directory_path / "arauto.db";
  std::error_code ec;
  if (!std::filesystem::exists(path, ec) && !ec)
    return {};
  sqlite::database file{path.string()};
  file.run("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;");
  if (const auto version = file.number("PRAGMA user_version"); version != static_cast<std::int64_t>(migrations.size()))
    throw sqlite::failure("The database \"" + path.string() + "\" has version " + std::to_string(version) +
                          ", and this program reads " + std::to_string(migrations.size()) +
                          " only; a start of this program's server brings an older one up to date.");
  return load_instances(file);
}

} // namespace arauto::app
