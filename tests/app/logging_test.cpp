#include "app/logging.hpp"
#include "net/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <thread>
#include <unistd.h>
#include <vector>

namespace arauto::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

struct close_file {
  void operator()(std::FILE* x) const { std::fclose(x); }
};
using file_ptr = std::unique_ptr<std::FILE, close_file>;

std::string content(std::FILE* file) {
  std::rewind(file);
  std::string x;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file))
    x += static_cast<char>(c);
  return x;
}

/// What the log writes while `speak` runs.
template <class F>
std::string logged(const logging_options& options, F speak) {
  const file_ptr file{std::tmpfile()};
  {
    const logging lines{options, file.get()};
    speak();
  }
  return content(file.get());
}

const std::vector<std::string> all_levels = {"ERROR",   "WARN", "INFO",     "LOG",      "DEBUG",
                                             "VERBOSE", "DARK", "WEBHOOKS", "WEBSOCKET"};

TEST(Logging, TakesTheLevelsOfTheListAndNoOthers) {
  const auto text = logged({{"ERROR", "DARK"}}, [] {
    for (std::size_t i = 0; i < log_level_count; ++i) {
      const auto level = static_cast<log_level>(i);
      EXPECT_EQ(log_enabled(level), level == log_level::error || level == log_level::dark) << to_string(level);
      log(level, "test", to_string(level));
    }
  });
  EXPECT_THAT(text, MatchesRegex("[^\n]*ERROR     \\[test\\] ERROR\n[^\n]*DARK      \\[test\\] DARK\n"));
}

TEST(Logging, KnowsEveryLevelOfTheSetting) {
  for (std::size_t i = 0; i < log_level_count; ++i)
    EXPECT_EQ(to_string(static_cast<log_level>(i)), all_levels[i]);
}

TEST(Logging, IsSilentBeforeAndAfter) {
  EXPECT_FALSE(log_enabled(log_level::error));
  const auto text = logged({all_levels}, [] {});
  log(log_level::error, "test", "late");
  EXPECT_FALSE(log_enabled(log_level::error));
  EXPECT_THAT(text, IsEmpty());
}

TEST(Logging, SaysWhenInUtc) {
  const auto text = logged({{"INFO"}}, [] { log(log_level::info, "test", "hello"); });
  EXPECT_THAT(text, MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z INFO      \\[test\\] hello\n"));
}

TEST(Logging, HasColoursOnlyWhenAsked) {
  const auto speak = [] { log(log_level::error, "test", "x"); };
  EXPECT_THAT(logged({.levels = {"ERROR"}}, speak), Not(HasSubstr("\033[")));
  EXPECT_THAT(logged({.levels = {"ERROR"}, .color = true}, speak), HasSubstr("\033["));
  EXPECT_THAT(logged({.levels = {"ERROR"}, .color = true, .json = true}, speak), Not(HasSubstr("\033[")));
}

TEST(Logging, WritesOneJsonObjectPerLine) {
  const std::string message = "quote \" line\nbreak \\ \x01 {} %v \xC3\xA9";
  auto text = logged({.levels = {"WARN"}, .json = true}, [&] { log(log_level::warn, "te\"st", message); });
  ASSERT_THAT(text, testing::EndsWith("}\n"));
  text.pop_back();
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  const auto members = json::split_object(text);
  ASSERT_TRUE(members) << text;
  const auto value = [&](std::string_view key) {
    const auto* x = json::find(*members, key);
    return x == nullptr ? std::string{"missing"} : json::as_string(x->value).value_or("no string");
  };
  EXPECT_EQ(members->size(), 4u);
  EXPECT_THAT(value("time"), MatchesRegex("[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z"));
  EXPECT_EQ(value("level"), "WARN");
  EXPECT_EQ(value("component"), "te\"st");
  EXPECT_EQ(value("message"), message);
}

TEST(Logging, APeerCannotWriteLinesOfItsOwn) {
  const auto text = logged({{"LOG"}}, [] { log(log_level::log, "test", "a\n2026 ERROR b\r\033[31m\x7F {} é"); });
  EXPECT_THAT(text, testing::EndsWith("[test] a\\x0a2026 ERROR b\\x0d\\x1b[31m\\x7f {} é\n"));
}

TEST(Logging, NeverShowsTheKey) {
  const auto options = logging_options_of(settings{}, "THE-GLOBAL-KEY");
  const auto text = logged(options, [] { log(log_level::info, "test", "GET /?x=THE-GLOBAL-KEY done"); });
  EXPECT_THAT(text, AllOf(HasSubstr("GET /?x=*** done"), Not(HasSubstr("GLOBAL"))));
}

TEST(Logging, TakesLinesFromEveryThread) {
  const auto text = logged({{"LOG"}}, [] {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([] {
        for (int j = 0; j < 500; ++j)
          log(log_level::log, "test", "line");
      });
  });
  std::istringstream in{text};
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines)
    EXPECT_THAT(line, testing::EndsWith("LOG       [test] line"));
  EXPECT_EQ(lines, 2000);
}

TEST(Logging, AStuckReaderStopsNobodyAndTheLossIsToldAfterwards) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  file_ptr to{fdopen(ends[1], "w")};
  std::jthread reader;
  std::string text;
  {
    const logging lines{{{"LOG", "WARN"}}, to.get()};
    // Nobody reads: pipe and queue fill up, and this loop ends all the same.
    const std::string line(1000, 'x');
    for (int i = 0; i < 12000; ++i)
      log(log_level::log, "test", line);
    reader = std::jthread{[&text, from = ends[0]] {
      char buffer[65536];
      for (ssize_t n = 0; (n = ::read(from, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    }};
  }
  to.reset();
  reader.join();
  close(ends[0]);
  EXPECT_THAT(text, HasSubstr("lines were dropped"));
  EXPECT_LT(text.size(), 1000u * 9000u);
}

TEST(SecretFilter, BlanksOutKnownSecretsAndWhatFollowsTheirNames) {
  const secret_filter filter{{"S3cr3t", "abc"}};
  const std::pair<const char*, const char*> table[] = {
      {"nothing here", "nothing here"},
      {"key S3cr3t and S3cr3t", "key *** and ***"},
      {"abc stays: too short", "abc stays: too short"},
      {"GET /?apikey=K1&x=2", "GET /?apikey=***&x=2"},
      {"GET /?APIKEY=K1", "GET /?APIKEY=***"},
      {"GET /?a=1&token=K1 HTTP/1.1", "GET /?a=1&token=*** HTTP/1.1"},
      {"apikey: K1, next", "apikey: ***, next"},
      {R"({"apikey":"K1","token" : "K\"2","pid":"K3"})", R"({"apikey":"***","token" : "***","pid":"***"})"},
      {R"("{\"apikey\":\"K1\",\"x\":1}")", R"("{\"apikey\":\"***\",\"x\":1}")"},
      {R"({"apikey":null,"x":1})", R"({"apikey":null,"x":1})"},
      {R"({"token":123})", R"({"token":***})"},
      {R"({"apikey":"K1)", R"({"apikey":"***)"},
      {"wrong token: try again", "wrong token: try again"},
      {"stupid=1 broken=2", "stupid=1 broken=2"},
      {"pid=K1", "pid=***"},
      {"token=", "token="},
      {"the apikey", "the apikey"},
  };
  for (const auto& [line, expected] : table)
    EXPECT_EQ(filter.redact(line), expected);
}

TEST(RedactTarget, BlanksOutTheValuesOfSecretParameters) {
  const std::pair<const char*, const char*> table[] = {
      {"/", "/"},
      {"/path/apikey=1", "/path/apikey=1"},
      {"/?apikey=K", "/?apikey=***"},
      {"/?x=1&apikey=K&y=2", "/?x=1&apikey=***&y=2"},
      {"/?ApiKey=K", "/?ApiKey=***"},
      {"/?%61pikey=K", "/?%61pikey=***"},
      {"/?api%6Bey=K%20L&apikey=M", "/?api%6Bey=***&apikey=***"},
      {"/?token=a=b&pid=c", "/?token=***&pid=***"},
      {"/?hub.verify_token=K&hub.mode=subscribe", "/?hub.verify_token=***&hub.mode=subscribe"},
      {"/?apikey", "/?apikey"},
      {"/?apikey=", "/?apikey=***"},
      {"/?sid=1&&x", "/?sid=1&&x"},
      {"/?a?apikey=K", "/?a?apikey=***"},
      {"/?rapid=1&pids=2", "/?rapid=1&pids=2"},
  };
  for (const auto& [target, expected] : table)
    EXPECT_EQ(redact_target(target), expected);
}

} // namespace
} // namespace arauto::app
