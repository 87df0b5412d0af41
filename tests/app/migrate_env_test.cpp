#include "app/env_text.hpp"
#include "app/evolution_env.hpp"
#include "app/migrate_env.hpp"
#include "app/settings_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace arauto::app {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

migrated_env migrate_text(const std::string& text) {
  return migrate(parse_env_file(text, "old.env"));
}

/// The values of the result.
text_map values_of(const std::string& text) {
  return parse_env_file(migrate_text(text).text, "new.env").values;
}

load_outcome load_result(const std::string& text) {
  return load_settings({}, parse_env_file(text, "new.env"), {});
}

TEST(MigrateEnv, AnEmptyFileGivesWhatEvolutionDoesByDefault) {
  EXPECT_EQ(values_of(""), (text_map{{"DATABASE_SAVE_DATA_INSTANCE", "false"}, {"WEBSOCKET_ENABLED", "true"}}));
  EXPECT_THAT(migrate_text("").report,
              AllOf(HasSubstr("AUTHENTICATION_API_KEY: is not set"), HasSubstr("WEBSOCKET_ENABLED: is not set"),
                    HasSubstr("LOG_LEVEL: is not set"), Not(HasSubstr("Unknown"))));
}

TEST(MigrateEnv, ValuesAreReadAsEvolutionReadsThem) {
  struct {
    const char *name, *text, *expected;
  } const table[] = {
      {"SERVER_PORT", "0", "8080"},
      {"SERVER_PORT", "garbage", "8080"},
      {"SERVER_PORT", " 90x", "90"},
      {"SERVER_PORT", "0x1F", "31"},
      {"SERVER_PORT", "70000", nullptr},
      {"SERVER_PORT", "-1", nullptr},
      {"SERVER_TYPE", "http", "http"},
      {"SERVER_TYPE", "ftp", nullptr},
      {"SERVER_TYPE", "https", nullptr},
      {"SERVER_NAME", "", nullptr},
      {"SERVER_URL", "https://x", "https://x"},
      {"CORS_CREDENTIALS", "TRUE", "false"},
      {"CORS_CREDENTIALS", "true", "true"},
      {"CORS_ORIGIN", "https://a, https://b", "https://a, https://b"},
      {"CORS_ORIGIN", "", ""},
      {"LOG_LEVEL", "ERROR, WARN,FOO,WEBSOCKET", "ERROR,WEBSOCKET"},
      {"LOG_LEVEL", "", "ERROR"},
      {"WEBSOCKET_ENABLED", "1", "false"},
      {"WEBSOCKET_ENABLED", "true", "true"},
      {"WEBSOCKET_ALLOWED_HOSTS", "10.0.0.1", nullptr},
      {"DATABASE_SAVE_DATA_INSTANCE", "true", "true"},
      {"DATABASE_SAVE_DATA_INSTANCE", "false", "false"},
      {"AUTHENTICATION_API_KEY", "BQYHJGJHJ", nullptr},
      {"AUTHENTICATION_API_KEY", "a fine key", "a fine key"},
      {"INSTANCES_MAX", "7", "7"},
      {"INSTANCES_MAX", "many", nullptr},
  };
  for (const auto& row : table) {
    const auto values = values_of(std::string{row.name} + "='" + row.text + "'");
    const auto at = values.find(row.name);
    EXPECT_EQ(at == values.end() ? "(none)" : at->second, row.expected ? row.expected : "(none)")
        << row.name << "=" << row.text;
  }
}

TEST(MigrateEnv, HttpsComesWithItsFiles) {
  const auto values = values_of("SERVER_TYPE=https\nSSL_CONF_PRIVKEY=/k\nSSL_CONF_FULLCHAIN=/c");
  EXPECT_EQ(values.at("SERVER_TYPE"), "https");
  EXPECT_EQ(values.at("SSL_CONF_FULLCHAIN"), "/c");
}

TEST(MigrateEnv, TheResultIsAcceptedAlsoWithAllOldBehaviour) {
  const auto result = migrate_text("SERVER_TYPE=https\nSERVER_PORT=99999\nLOG_LEVEL=x\nCORS_ORIGIN=\nDATA_DIR=\n"
                                   "AUTHENTICATION_API_KEY=\"it's `a` # key\"\nWEBSOCKET_ALLOWED_HOSTS=10.0.0.1, ::1\n"
                                   "RELAY_DUPLICATES_MAX=0\nIO_THREADS=x\n");
  const auto plain = load_result(result.text);
  EXPECT_THAT(plain.errors, IsEmpty());
  EXPECT_THAT(plain.warnings, IsEmpty());
  EXPECT_EQ(plain.values.authentication_api_key, "it's `a` # key");
  auto old = result.text;
  for (auto at = old.find("\n#"); at != old.npos; at = old.find("\n#", at + 1))
    if (old[at + 2] != ' ')
      old.erase(at + 1, 1);
  const auto loaded = load_result(old);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_TRUE(loaded.values.websocket_keyless);
  EXPECT_TRUE(loaded.values.fetch_instances_show_tokens);
  EXPECT_TRUE(loaded.values.webhook_evolution_keyless);
  EXPECT_EQ(loaded.values.event_date_time, event_date_time_form::evolution);
  EXPECT_THAT(loaded.values.websocket_allowed_hosts, ElementsAre("10.0.0.1", "::1"));
}

TEST(MigrateEnv, StandsInTheOrderOfTheTable) {
  EXPECT_THAT(migrate_text("LOG_COLOR=true\nCORS_CREDENTIALS=true\nSERVER_NAME=x").text,
              AllOf(HasSubstr("# ---- Server ----\nSERVER_NAME=x\n\n# ---- Access ----\nCORS_CREDENTIALS=true\n"),
                    HasSubstr("# ---- Operation ----\nLOG_COLOR=true\n")));
}

TEST(MigrateEnv, ReportsWhatHasNoCounterpartAndWhy) {
  const auto report = migrate_text("RABBITMQ_URI=amqp://u:geheim@x\nRABBITMQ_ENABLED=true\nNODE_ENV=x\n"
                                   "METRICS_PASSWORD=geheim\nTZ=America/Sao_Paulo\nMY_OWN=geheim\n"
                                   "AUTHENTICATION_API_KEY=geheim-key\nWEBHOOK_GLOBAL_URL=http://geheim")
                          .report;
  EXPECT_THAT(report, AllOf(HasSubstr("  RABBITMQ_ENABLED, RABBITMQ_URI: brokers"), HasSubstr("  NODE_ENV: "),
                            HasSubstr("  METRICS_PASSWORD: they do not guard /metrics"), HasSubstr("  MY_OWN\n"),
                            HasSubstr("TZ: is not UTC"), HasSubstr("/webhook/relay"), Not(HasSubstr("geheim"))));
  EXPECT_THAT(migrate_text("TZ=Etc/UTC").report, Not(HasSubstr("is not UTC")));
}

TEST(MigrateEnv, ReportsWhatMeansSomethingElseHere) {
  EXPECT_THAT(migrate_text("WEBSOCKET_ENABLED=false").report, HasSubstr("no Socket.IO client will be served"));
  EXPECT_THAT(migrate_text("WEBSOCKET_ALLOWED_HOSTS=*").report, HasSubstr("WEBSOCKET_KEYLESS=true"));
  EXPECT_THAT(migrate_text("CORS_ORIGIN=https://a").report, HasSubstr("another origin are refused"));
  EXPECT_THAT(migrate_text("CORS_ORIGIN=*").report, Not(HasSubstr("CORS_ORIGIN")));
  EXPECT_THAT(migrate_text("PROMETHEUS_METRICS=true").report, HasSubstr("needs the global key"));
  EXPECT_THAT(migrate_text("AUTHENTICATION_API_KEY=429683C4C977415CAAFCCE10F7D57E11").report,
              AllOf(HasSubstr("well-known"), Not(HasSubstr("429683C4"))));
}

TEST(MigrateEnv, WhatIsOursAlreadyIsKeptAndNotOfferedAgain) {
  const auto x = migrate_text("WEBSOCKET_KEYLESS=true\nWEBSOCKET_ALLOWED_HOSTS=10.0.0.1");
  EXPECT_THAT(x.text, AllOf(HasSubstr("\nWEBSOCKET_ALLOWED_HOSTS=10.0.0.1\nWEBSOCKET_KEYLESS=true\n"),
                            Not(HasSubstr("#WEBSOCKET_KEYLESS"))));
}

/// Contract section 6.
TEST(ForeignSettings, EveryVariableOfEvolutionIsOursOrHasAReason) {
  for (const auto* name : {"SERVER_TYPE",
                           "SERVER_PORT",
                           "SERVER_URL",
                           "SERVER_NAME",
                           "SERVER_DISABLE_DOCS",
                           "SERVER_DISABLE_MANAGER",
                           "SSL_CONF_PRIVKEY",
                           "SSL_CONF_FULLCHAIN",
                           "CORS_ORIGIN",
                           "CORS_METHODS",
                           "CORS_CREDENTIALS",
                           "AUTHENTICATION_API_KEY",
                           "AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES",
                           "WEBSOCKET_ENABLED",
                           "WEBSOCKET_GLOBAL_EVENTS",
                           "WEBSOCKET_ALLOWED_HOSTS",
                           "LOG_LEVEL",
                           "LOG_COLOR",
                           "LOG_BAILEYS",
                           "DEL_INSTANCE",
                           "DEL_TEMP_INSTANCES",
                           "NODE_ENV",
                           "EVENT_EMITTER_MAX_LISTENERS",
                           "DATABASE_PROVIDER",
                           "DATABASE_CONNECTION_URI",
                           "DATABASE_CONNECTION_CLIENT_NAME",
                           "DATABASE_SAVE_DATA_INSTANCE",
                           "CACHE_REDIS_ENABLED",
                           "CACHE_REDIS_URI",
                           "CACHE_REDIS_PREFIX_KEY",
                           "CACHE_REDIS_TTL",
                           "CACHE_REDIS_SAVE_INSTANCES",
                           "CACHE_LOCAL_TTL",
                           "WA_BUSINESS_TOKEN_WEBHOOK",
                           "WA_BUSINESS_URL",
                           "WA_BUSINESS_VERSION",
                           "WA_BUSINESS_LANGUAGE",
                           "WEBHOOK_GLOBAL_ENABLED",
                           "WEBHOOK_GLOBAL_URL",
                           "WEBHOOK_GLOBAL_WEBHOOK_BY_EVENTS",
                           "WEBHOOK_EVENTS_MESSAGES_UPSERT",
                           "WEBHOOK_EVENTS_ERRORS",
                           "WEBHOOK_EVENTS_ERRORS_WEBHOOK",
                           "WEBHOOK_REQUEST_TIMEOUT_MS",
                           "WEBHOOK_RETRY_MAX_ATTEMPTS",
                           "WEBHOOK_RETRY_INITIAL_DELAY_SECONDS",
                           "WEBHOOK_RETRY_USE_EXPONENTIAL_BACKOFF",
                           "WEBHOOK_RETRY_MAX_DELAY_SECONDS",
                           "WEBHOOK_RETRY_JITTER_FACTOR",
                           "WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES",
                           "PROMETHEUS_METRICS",
                           "METRICS_AUTH_REQUIRED",
                           "METRICS_USER",
                           "METRICS_PASSWORD",
                           "METRICS_ALLOWED_IPS",
                           "TELEMETRY_ENABLED",
                           "TELEMETRY_URL",
                           "RABBITMQ_URI",
                           "NATS_URI",
                           "KAFKA_BROKERS",
                           "PUSHER_ENABLED",
                           "SQS_ENABLED"}) {
    const auto* row = find_foreign(name);
    EXPECT_TRUE(find_setting(name) != nullptr || (row != nullptr && !row->reason.empty())) << name;
  }
}

TEST(ForeignSettings, OnlyAMigrationSpeaksAboutNamesThatOthersUseToo) {
  EXPECT_THAT(load_settings({{"TZ", "x"}, {"LANGUAGE", "x"}, {"NODE_ENV", "x"}}, {}, {}).infos, IsEmpty());
}

TEST(ParseInt, IsThatOfJavaScript) {
  const std::pair<const char*, std::optional<std::int64_t>> table[] = {
      {"8080", 8080}, {" \t12px", 12}, {"-7", -7}, {"+7", 7},  {"1e3", 1},
      {"0x1f", 31},   {"0XAG", 10},    {"0", 0},   {"007", 7}, {"99999999999999999999", std::int64_t{1} << 53},
      {"", {}},       {"x", {}},       {"-", {}},  {"0x", {}}, {" ", {}},
  };
  for (const auto& [text, expected] : table)
    EXPECT_EQ(parse_int(text), expected) << text;
}

TEST(EnvValue, IsReadBackWhateverItHolds) {
  for (const std::string value : {"plain", "", "two words", " blank ", "a#b", "a # b", "it's", "say \"x\"", "`x`",
                                  "it's \"x\"", "C:\\new", "two\nlines", "ends in \\ not", "a=b"}) {
    const auto text = env_value(value);
    ASSERT_TRUE(text) << value;
    EXPECT_EQ(parse_env_file("X=" + *text, "").values.at("X"), value);
  }
  EXPECT_FALSE(env_value("' ` \""));
  EXPECT_FALSE(env_value("ends in \\"));
}

} // namespace
} // namespace arauto::app
