#include "app/settings.hpp"
#include "app/settings_docs.hpp"
#include "app/settings_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace arauto::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

load_outcome load(const text_map& environment, const env_file& file = {}, const text_map& flags = {}) {
  return load_settings(environment, file, flags);
}

std::string content_of(const std::string& path) {
  std::ifstream in{std::string{ARAUTO_SOURCE_DIR} + "/" + path};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<const setting*> all_rows() {
  std::vector<const setting*> rows;
  for (const auto& group : settings_table())
    for (const auto& row : group.rows)
      rows.push_back(&row);
  return rows;
}

// -- values --

TEST(Settings, AreTheDefaultsWhenNothingIsSaid) {
  const auto out = load({});
  EXPECT_THAT(out.errors, IsEmpty());
  EXPECT_THAT(out.warnings, IsEmpty());
  EXPECT_THAT(out.infos, IsEmpty());
  EXPECT_THAT(out.origins, IsEmpty());
  EXPECT_EQ(out.values.server_port, 8080);
  EXPECT_TRUE(out.values.websocket_enabled);
  EXPECT_FALSE(out.values.server_url.has_value());
}

TEST(Settings, TakeEveryKindOfValue) {
  const auto x = load({{"SERVER_TYPE", "http"},
                       {"SERVER_PORT", "0"},
                       {"SERVER_HOST", "fe80::1%eth0"},
                       {"SERVER_URL", "https://x.example"},
                       {"WEBSOCKET_GLOBAL_EVENTS", "true"},
                       {"WEBSOCKET_MAX_BACKLOG", "4294967296"},
                       {"WEBSOCKET_PING_INTERVAL", "300"},
                       {"EVENT_DATE_TIME", "evolution"},
                       {"LOG_LEVEL", "ERROR,WEBSOCKET"},
                       {"CORS_ORIGIN", "https://a, https://b"}});
  EXPECT_THAT(x.errors, IsEmpty());
  EXPECT_THAT(x.warnings, IsEmpty());
  EXPECT_EQ(x.values.server_port, 0);
  EXPECT_EQ(x.values.server_host, "fe80::1%eth0");
  EXPECT_EQ(x.values.server_url, "https://x.example");
  EXPECT_TRUE(x.values.websocket_global_events);
  EXPECT_EQ(x.values.websocket_max_backlog, 4294967296);
  EXPECT_EQ(x.values.websocket_ping_interval, 300ms);
  EXPECT_EQ(x.values.event_date_time, event_date_time_form::evolution);
  EXPECT_THAT(x.values.log_level, ElementsAre("ERROR", "WEBSOCKET"));
  EXPECT_THAT(x.values.cors_origin, ElementsAre("https://a", " https://b")) << "items are not trimmed";
}

TEST(Settings, TakeTheOldNameOfAChoice) {
  const auto x = load({{"EVENT_LOG", "sqlite"}});
  EXPECT_THAT(x.errors, IsEmpty());
  EXPECT_THAT(x.warnings, IsEmpty());
  EXPECT_EQ(x.values.event_log, event_log_kind::disk);
}

TEST(Settings, EveryRowReadsBackWhatItShows) {
  const settings defaults;
  for (const auto* row : all_rows()) {
    const auto text = value_text(*row, defaults);
    const auto out = load({{std::string{row->name}, text}});
    EXPECT_THAT(out.errors, IsEmpty()) << row->name;
    EXPECT_EQ(value_text(*row, out.values), text) << row->name;
  }
}

TEST(Settings, EveryRowHasAFieldOfItsOwn) {
  // Changing one row must change the text of that row and of no other.
  for (const auto* row : all_rows()) {
    std::string other = "7";
    if (std::holds_alternative<boolean_field>(row->field))
      other = value_text(*row, {}) == "true" ? "false" : "true";
    else if (const auto* choice = std::get_if<choice_field>(&row->field))
      other = choice->names.back();
    else if (row->name == "SERVER_HOST")
      other = "127.0.0.1";
    else if (row->name == "LOG_LEVEL")
      other = "DARK";
    const auto changed = load({{std::string{row->name}, other}}).values;
    for (const auto* rest : all_rows())
      EXPECT_EQ(value_text(*rest, changed), rest == row ? other : value_text(*rest, {}))
          << row->name << ", " << rest->name;
  }
}

TEST(Settings, NamesAndFlagsAreUnique) {
  std::set<std::string_view> seen;
  for (const auto* row : all_rows()) {
    EXPECT_TRUE(seen.insert(row->name).second) << row->name;
    EXPECT_TRUE(row->flag.empty() || seen.insert(row->flag).second) << row->flag;
    EXPECT_EQ(find_setting(row->name), row);
  }
  EXPECT_EQ(find_setting("NO_SUCH_SETTING"), nullptr);
}

TEST(Settings, OnlyExactlyTrueIsTrueAndOtherTextsAreWarnedOf) {
  for (const auto* text : {"TRUE", "1", " true", "yes", ""}) {
    const auto out = load({{"WEBSOCKET_ENABLED", text}});
    EXPECT_FALSE(out.values.websocket_enabled) << text;
    EXPECT_THAT(out.warnings, ElementsAre(AllOf(HasSubstr("WEBSOCKET_ENABLED"), HasSubstr(text), HasSubstr("false"))));
    EXPECT_THAT(out.errors, IsEmpty());
  }
  EXPECT_THAT(load({{"WEBSOCKET_ENABLED", "false"}}).warnings, IsEmpty());
}

struct wrong_value {
  const char* name;
  const char* value;
  const char* allowed;
};

TEST(Settings, AWrongValueIsAnErrorThatNamesSettingValueAndWhatIsAllowed) {
  const wrong_value table[] = {
      {"SERVER_TYPE", "ftp", "http, https"},
      {"SERVER_TYPE", "HTTP", "http, https"},
      {"SERVER_PORT", "70000", "0 to 65535"},
      {"SERVER_PORT", "8080x", "0 to 65535"},
      {"SERVER_PORT", " 8080", "0 to 65535"},
      {"SERVER_PORT", "+8080", "0 to 65535"},
      {"SERVER_HOST", "localhost", "an IPv4 or IPv6 address"},
      {"IO_THREADS", "-3", "0 to 64"},
      {"IO_THREADS", "65", "0 to 64"},
      {"WEBSOCKET_PING_INTERVAL", "0", "1 to 86400000 (ms)"},
      {"HTTP_MAX_BODY", "99999999999999999999999", "bytes"},
      {"HTTP_MAX_BODY", "16MB", "bytes"},
      {"EVENT_DATE_TIME", "local", "utc, evolution"},
      {"LOG_LEVEL", "ERROR,WRN", "ERROR, WARN"},
      {"LOG_LEVEL", "ERROR, WARN", "ERROR, WARN"},
  };
  for (const auto& x : table) {
    const auto out = load({{x.name, x.value}});
    EXPECT_THAT(out.errors, ElementsAre(AllOf(HasSubstr(x.name), HasSubstr(std::string{'"'} + x.value + '"'),
                                              HasSubstr("environment"), HasSubstr(x.allowed))));
    EXPECT_EQ(value_text(*find_setting(x.name), out.values), value_text(*find_setting(x.name), {}));
  }
}

TEST(Settings, AnEmptyTextMeansTheDefault) {
  for (const auto* name : {"SERVER_PORT", "SERVER_TYPE", "SERVER_HOST", "SERVER_URL", "SERVER_NAME", "LOG_LEVEL",
                           "AUTHENTICATION_API_KEY", "WEBSOCKET_ALLOWED_HOSTS", "WEBSOCKET_PING_TIMEOUT"}) {
    const auto out = load({{name, ""}});
    EXPECT_THAT(out.errors, IsEmpty()) << name;
    EXPECT_EQ(value_text(*find_setting(name), out.values), value_text(*find_setting(name), {})) << name;
  }
  EXPECT_THAT(load({{"CORS_ORIGIN", ""}}).values.cors_origin, ElementsAre("")) << "as in Evolution";
}

TEST(Settings, AllowedHostsAreTrimmed) {
  EXPECT_THAT(load({{"WEBSOCKET_ALLOWED_HOSTS", " ::1 ,\t10.0.0.1,, "}}).values.websocket_allowed_hosts,
              ElementsAre("::1", "10.0.0.1"));
  EXPECT_EQ(load({{"WEBSOCKET_ALLOWED_HOSTS", " , "}}).values.websocket_allowed_hosts.size(), 3u);
}

// -- sources --

TEST(Settings, FlagsWinOverTheEnvironmentAndThatOverTheFile) {
  const auto file = parse_env_file("SERVER_PORT=1\nSERVER_NAME=file\nDATA_DIR=/file\n", ".env");
  const auto out = load({{"SERVER_PORT", "2"}, {"DATA_DIR", "/environment"}}, file, {{"SERVER_PORT", "3"}});
  EXPECT_EQ(out.values.server_port, 3);
  EXPECT_EQ(out.values.data_dir, "/environment");
  EXPECT_EQ(out.values.server_name, "file");
  EXPECT_EQ(out.origins.at("SERVER_PORT"), "--port");
  EXPECT_EQ(out.origins.at("DATA_DIR"), "environment");
  EXPECT_EQ(out.origins.at("SERVER_NAME"), ".env");
}

TEST(Settings, OnlyTheWinningTextIsJudged) {
  EXPECT_THAT(load({{"SERVER_PORT", "wrong"}}, {}, {{"SERVER_PORT", "1"}}).errors, IsEmpty());
  EXPECT_THAT(load({}, {}, {{"SERVER_PORT", "wrong"}}).errors, ElementsAre(HasSubstr("--port")));
}

TEST(Settings, CarryWhatTheEnvFileHasToSay) {
  const auto out = load({}, parse_env_file("nonsense\nSERVER_NAME='x", ".env"));
  EXPECT_THAT(out.warnings, ElementsAre(HasSubstr(".env line 1")));
  EXPECT_THAT(out.errors, ElementsAre(HasSubstr(".env line 2")));
}

// -- names --

TEST(Settings, AnUnknownNameIsWarnedOfWithTheNearestOne) {
  const std::pair<const char*, const char*> table[] = {
      {"WEBSOCKET_GLOBL_EVENTS", "WEBSOCKET_GLOBAL_EVENTS"},
      {"SERVER_PROT", "SERVER_PORT"},
      {"EVENT_LOGS", "EVENT_LOG"},
      {"HTTP_MAXBODY", "HTTP_MAX_BODY"},
      {"LOG_COLOUR", "LOG_COLOR"},
      {"CORS_ORIGINS", "CORS_ORIGIN"},
      {"SSL_CONF_PRIVATEKEY", "SSL_CONF_PRIVKEY"},
      {"IO_THREAD", "IO_THREADS"},
      {"AUTHENTICATION_APIKEY", "AUTHENTICATION_API_KEY"},
  };
  for (const auto& [name, nearest] : table) {
    EXPECT_THAT(load({{name, "secret"}}).warnings,
                ElementsAre(AllOf(HasSubstr(name), HasSubstr(nearest), Not(HasSubstr("secret")))));
    EXPECT_THAT(load({}, parse_env_file(std::string{name} + "=x", "my.env")).warnings,
                ElementsAre(AllOf(HasSubstr(nearest), HasSubstr("my.env"))));
  }
}

TEST(Settings, SettingsOfEvolutionWithoutEffectGetANote) {
  const auto out = load({{"SERVER_DISABLE_DOCS", "true"},
                         {"LOG_BAILEYS", "error"},
                         {"EVENT_EMITTER_MAX_LISTENERS", "50"},
                         {"RABBITMQ_ENABLED", "true"},
                         {"RABBITMQ_URI", "amqp://x"},
                         {"RABBITMQ_A", ""},
                         {"RABBITMQ_B", ""}});
  EXPECT_THAT(out.warnings, IsEmpty());
  EXPECT_THAT(out.infos, Contains(HasSubstr("SERVER_DISABLE_DOCS")));
  EXPECT_THAT(out.infos, Contains(HasSubstr("LOG_BAILEYS")));
  EXPECT_THAT(out.infos, Contains(HasSubstr("EVENT_EMITTER_MAX_LISTENERS")));
  EXPECT_THAT(out.infos, Contains(AllOf(HasSubstr("RABBITMQ_A"), HasSubstr("and 1 more")))) << "a family is one line";
  EXPECT_EQ(out.infos.size(), 4u);
}

TEST(Settings, AGuardOfEvolutionThatIsMissingHereIsWarnedOf) {
  EXPECT_THAT(load({{"METRICS_AUTH_REQUIRED", "true"}}).warnings, ElementsAre(HasSubstr("METRICS_AUTH_REQUIRED")));
}

TEST(Settings, NothingIsSaidAboutOtherPrograms) {
  const auto out = load({{"PATH", "/bin"}, {"SSL_CERT_FILE", "x"}, {"HTTP_PROXY", "x"}, {"LOGNAME", "me"}});
  EXPECT_THAT(out.warnings, IsEmpty());
  EXPECT_THAT(out.infos, IsEmpty());
}

// -- combinations --

TEST(Settings, HttpsNeedsBothFiles) {
  EXPECT_THAT(load({{"SERVER_TYPE", "https"}}).errors,
              ElementsAre(HasSubstr("SSL_CONF_PRIVKEY"), HasSubstr("SSL_CONF_FULLCHAIN")));
  const auto out = load({{"SERVER_TYPE", "https"}, {"SSL_CONF_PRIVKEY", "a"}, {"SSL_CONF_FULLCHAIN", "b"}});
  EXPECT_THAT(out.errors, IsEmpty());
  EXPECT_EQ(out.values.server_type, server_type::https);
}

TEST(Settings, AllowedHostsThatGrantNothingAreWarnedOf) {
  EXPECT_THAT(load({{"WEBSOCKET_ALLOWED_HOSTS", "10.0.0.1"}}).warnings, ElementsAre(HasSubstr("WEBSOCKET_KEYLESS")));
  EXPECT_THAT(load({{"WEBSOCKET_ALLOWED_HOSTS", "10.0.0.1"}, {"WEBSOCKET_KEYLESS", "true"}}).warnings, IsEmpty());
  EXPECT_THAT(load({{"WEBSOCKET_ALLOWED_HOSTS", "*"}, {"WEBSOCKET_KEYLESS", "true"}}).warnings,
              ElementsAre(HasSubstr("\"*\"")));
}

TEST(Settings, ATotalBelowOneBodyIsWarnedOf) {
  EXPECT_THAT(load({{"HTTP_MAX_BODY_TOTAL", "5"}}).warnings, ElementsAre(HasSubstr("HTTP_MAX_BODY")));
}

// -- env file --

TEST(EnvFile, ReadsWhatDotenvReads) {
  const auto x = parse_env_file("\xEF\xBB\xBF# comment\r\n"
                                "PLAIN=text \r\n"
                                "  SPACED = a b\t# comment\n"
                                "export EXPORTED=1\n"
                                "COLON: yes\n"
                                "EMPTY=\n"
                                "SINGLE='a # b\\n'\n"
                                "DOUBLE=\"a\\nb\" # comment\n"
                                "BACKTICK=`it's \"x\"`\n"
                                "LINES=\"a\r\nb\"\n"
                                "TWICE=1\n"
                                "TWICE=2\n"
                                "LAST=end",
                                ".env");
  const text_map expected = {{"PLAIN", "text"}, {"SPACED", "a b"},      {"EXPORTED", "1"},  {"COLON", "yes"},
                             {"EMPTY", ""},     {"SINGLE", "a # b\\n"}, {"DOUBLE", "a\nb"}, {"BACKTICK", "it's \"x\""},
                             {"LINES", "a\nb"}, {"TWICE", "2"},         {"LAST", "end"}};
  EXPECT_EQ(x.values, expected);
  EXPECT_THAT(x.warnings, IsEmpty());
  EXPECT_THAT(x.errors, IsEmpty());
}

TEST(EnvFile, NamesTheLineOfWhatItCannotRead) {
  const auto x = parse_env_file("A=1\nB=\"x\ny\"\nsecret words\nC=ab#cd\nD='x' y\n=5\nE=\"hush\nF=1\n", "f");
  EXPECT_THAT(x.warnings, ElementsAre(AllOf(HasSubstr("f line 4"), Not(HasSubstr("secret"))),
                                      AllOf(HasSubstr("f line 5"), HasSubstr("C"), Not(HasSubstr("cd"))),
                                      HasSubstr("f line 6"), HasSubstr("f line 7")));
  EXPECT_THAT(x.errors, ElementsAre(AllOf(HasSubstr("f line 8"), HasSubstr("E"), Not(HasSubstr("hush")))));
  EXPECT_EQ(x.values.at("C"), "ab");
  EXPECT_EQ(x.values.at("F"), "1");
}

TEST(EnvFile, IsOptionalUnlessItWasAskedFor) {
  const auto path = testing::TempDir() + "arauto-no-such.env";
  EXPECT_THAT(load_env_file(path, false).errors, IsEmpty());
  EXPECT_THAT(load_env_file(path, true).errors, ElementsAre(HasSubstr(path)));
  EXPECT_THAT(load_env_file(testing::TempDir(), false).errors, ElementsAre(HasSubstr("directory")));
}

TEST(EnvFile, IsReadFromDisk) {
  const auto path = testing::TempDir() + "arauto-settings-test.env";
  std::ofstream{path} << "SERVER_PORT=81\n";
  const auto x = load_env_file(path, true);
  EXPECT_EQ(x.path, path);
  EXPECT_EQ(x.values, (text_map{{"SERVER_PORT", "81"}}));
  std::ofstream{path} << std::string(1048577, '#');
  EXPECT_THAT(load_env_file(path, true).errors, ElementsAre(HasSubstr("1048576")));
  std::filesystem::remove(path);
}

TEST(Environment, HasTheVariablesOfThisProcess) {
  ASSERT_EQ(setenv("ARAUTO_TEST_VARIABLE", "a=b", 1), 0);
  EXPECT_EQ(process_environment().at("ARAUTO_TEST_VARIABLE"), "a=b");
}

// -- texts --

TEST(SettingsDocs, TheConfigurationPageEqualsWhatTheTableGenerates) {
  EXPECT_EQ(content_of("docs/configuration.md"), configuration_page()) << "arauto --print-config-docs";
}

TEST(SettingsDocs, TheExampleEqualsWhatTheTableGenerates) {
  EXPECT_EQ(content_of(".env.example"), env_example()) << "arauto --print-env-example";
}

TEST(SettingsDocs, TheExampleHoldsTheDefaults) {
  EXPECT_THAT(parse_env_file(env_example(), "x").values, IsEmpty()) << "a copy changes nothing";
  std::string lines;
  std::istringstream in{env_example()};
  for (std::string line; std::getline(in, line);)
    if (line.size() > 1 && line[0] == '#' && line[1] >= 'A' && line[1] <= 'Z')
      lines += line.substr(1) + '\n';
  const auto file = parse_env_file(lines, "x");
  EXPECT_EQ(file.values.size(), all_rows().size());
  const auto out = load({}, file);
  EXPECT_THAT(out.errors, IsEmpty());
  for (const auto* row : all_rows())
    EXPECT_EQ(value_text(*row, out.values), value_text(*row, {})) << row->name;
}

TEST(SettingsDocs, PrintedSettingsShowValueAndOriginButNoSecret) {
  const auto text = print_config(
      load({{"AUTHENTICATION_API_KEY", "very-secret"}, {"SERVER_NAME", "a #1"}}, {}, {{"SERVER_PORT", "81"}}));
  EXPECT_THAT(text, AllOf(HasSubstr("AUTHENTICATION_API_KEY=***  # environment\n"),
                          HasSubstr("SERVER_PORT=81  # --port\n"), HasSubstr("SERVER_NAME='a #1'  # environment\n"),
                          HasSubstr("SERVER_HOST=::  # default\n"), Not(HasSubstr("very-secret"))));
  EXPECT_EQ(parse_env_file(text, "x").values.size(), all_rows().size()) << "it is an env file again";
}

} // namespace
} // namespace arauto::app
