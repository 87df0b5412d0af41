#include "app/settings_table.hpp"

#include <array>

namespace arauto::app {

namespace {

constexpr std::array<std::string_view, 16> prefixes = {
    "WEBSOCKET_",      "SERVER_",    "EVENT_",    "HTTP_", "LOG_",   "CORS_", "SSL_",   "IO_",
    "AUTHENTICATION_", "INSTANCES_", "INSTANCE_", "DATA_", "RELAY_", "REST_", "FETCH_", "BROWSER_"};

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
    {"WEBHOOK_*", "outgoing webhooks are not part of this version"},
    {"RABBITMQ_*", "brokers are not part of this version"},
    {"NATS_*", "brokers are not part of this version"},
    {"KAFKA_*", "brokers are not part of this version"},
    {"SQS_*", "brokers are not part of this version"},
    {"PUSHER_*", "brokers are not part of this version"},
    {"QRCODE_*", "this server does not talk to WhatsApp"},
    {"CONFIG_SESSION_PHONE_*", "this server does not talk to WhatsApp"},
    {"TELEMETRY_*", "there is no telemetry"},
    {"METRICS_*", "they do not guard `/metrics` here", true},
    {"SSL_CERT_FILE", {}},
    {"SSL_CERT_DIR", {}},
    {"HTTP_PROXY", {}},
};

} // namespace

std::span<const std::string_view> watched_prefixes() {
  return prefixes;
}

std::span<const foreign_setting> foreign_settings() {
  return foreign;
}

} // namespace arauto::app
