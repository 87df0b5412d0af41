#include "app/settings_table.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace arauto::app {

namespace {

constexpr std::array<std::string_view, 16> prefixes = {
    "WEBSOCKET_",      "SERVER_",    "EVENT_",    "HTTP_", "LOG_",   "CORS_", "SSL_",   "IO_",
    "AUTHENTICATION_", "INSTANCES_", "INSTANCE_", "DATA_", "RELAY_", "REST_", "FETCH_", "BROWSER_"};

constexpr std::string_view brokers = "brokers are not part of this version";
constexpr std::string_view whatsapp = "this server does not talk to WhatsApp";
constexpr std::string_view bots = "chat bots stay at Evolution API; their events come through the relay";

constexpr foreign_setting foreign[] = {
    {"SERVER_DISABLE_DOCS", "there are no docs pages to switch off"},
    {"LOG_BAILEYS", "there is no Baileys in here"},
    {"EVENT_EMITTER_MAX_LISTENERS", "listeners are not counted"},
    {"DEL_INSTANCE", "instances are deleted by request only"},
    {"DEL_TEMP_INSTANCES", "there are no temporary instances"},
    {"DATABASE_PROVIDER", "instances are kept in the data directory"},
    {"DATABASE_CONNECTION_URI", "instances are kept in the data directory"},
    {"DATABASE_SAVE_*", "messages and contacts are not stored"},
    {"DATABASE_DELETE_MESSAGE", "messages and contacts are not stored"},
    {"CACHE_*", "there is no cache to configure"},
    {"WA_BUSINESS_*", "messages are not sent from here"},
    {"WEBHOOK_GLOBAL_*", "outgoing webhooks are not part of this version; at an Evolution API beside this server they "
                         "feed POST /webhook/relay"},
    {"WEBHOOK_EVENTS_*", "outgoing webhooks are not part of this version; at an Evolution API beside this server they "
                         "choose what is relayed"},
    {"WEBHOOK_*", "outgoing webhooks are not part of this version"},
    {"RABBITMQ_*", brokers},
    {"NATS_*", brokers},
    {"KAFKA_*", brokers},
    {"SQS_*", brokers},
    {"PUSHER_*", brokers},
    {"QRCODE_*", whatsapp},
    {"CONFIG_SESSION_PHONE_*", whatsapp},
    {"TYPEBOT_*", bots},
    {"CHATWOOT_*", bots},
    {"DIFY_*", bots},
    {"FLOWISE_*", bots},
    {"EVOAI_*", bots},
    {"TELEMETRY_*", "there is no telemetry"},
    {"METRICS_*", "they do not guard `/metrics` here, the global key does", true},
    {"SSL_CERT_FILE", {}},
    {"SSL_CERT_DIR", {}},
    {"HTTP_PROXY", {}},
    {"NODE_ENV", "there is no Node in here, and Evolution API does not use it", false, true},
    {"TZ", "the time zone comes from the environment of the process", false, true},
    {"LANGUAGE", "there are no translated texts", false, true},
    {"OPENAI_*", bots, false, true},
    {"N8N_*", bots, false, true},
    {"S3_*", "media is not stored", false, true},
    {"PROXY_*", whatsapp, false, true},
    {"PROVIDER_*", whatsapp, false, true},
    {"FACEBOOK_*", whatsapp, false, true},
    {"API_AUDIO_CONVERTER*", "messages are not sent from here", false, true},
    {"SENTRY_DSN", "there is no error reporting to others", false, true},
};

bool covers(const foreign_setting& row, std::string_view name) {
  return row.name.ends_with('*') ? name.starts_with(row.name.substr(0, row.name.size() - 1)) : name == row.name;
}

} // namespace

std::span<const std::string_view> watched_prefixes() {
  return prefixes;
}

std::span<const foreign_setting> foreign_settings() {
  return foreign;
}

const foreign_setting* find_foreign(std::string_view name) {
  const auto* const row = std::ranges::find_if(foreign, [name](const auto& x) { return covers(x, name); });
  return row == std::end(foreign) ? nullptr : row;
}

} // namespace arauto::app
