#include "app/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace arauto::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

command_line parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> all{"arauto"};
  all.insert(all.end(), arguments);
  return parse_command_line(static_cast<int>(all.size()), all.data(), "1.2.3");
}

TEST(CommandLine, RunsWithoutArguments) {
  const auto x = parse({});
  EXPECT_EQ(x.command, command::run);
  EXPECT_THAT(x.flags, IsEmpty());
  EXPECT_FALSE(x.env_file.has_value());
  EXPECT_EQ(x.exit_code, 0);
}

TEST(CommandLine, GivesTheTextsOfSettingsUnjudged) {
  const auto x = parse({"--port", "70000", "--data-dir=/x y", "--demo", "--env-file", "my.env"});
  EXPECT_EQ(x.command, command::run);
  EXPECT_EQ(x.flags, (text_map{{"SERVER_PORT", "70000"}, {"DATA_DIR", "/x y"}, {"DEMO", "true"}}));
  EXPECT_EQ(x.env_file, "my.env");
}

TEST(CommandLine, ASwitchCanBeLeftOff) {
  EXPECT_THAT(parse({"--demo=false"}).flags, IsEmpty());
}

TEST(CommandLine, KnowsItsCommands) {
  const std::pair<const char*, command> table[] = {
      {"--check-config", command::check_config},
      {"--print-config", command::print_config},
      {"--print-env-example", command::print_env_example},
      {"--print-config-docs", command::print_config_docs},
  };
  for (const auto& [flag, expected] : table) {
    EXPECT_EQ(parse({flag}).command, expected) << flag;
    EXPECT_EQ(parse({"--port", "1", flag}).flags.size(), 1u) << flag;
  }
}

TEST(CommandLine, HelpShowsEveryFlagButThoseForTheDocumentation) {
  const auto x = parse({"--help"});
  EXPECT_EQ(x.command, command::leave);
  EXPECT_EQ(x.exit_code, 0);
  for (const auto* flag : {"--help", "--version", "--check-config", "--print-config", "--port", "--data-dir",
                           "--env-file", "--demo", "SERVER_PORT"})
    EXPECT_THAT(x.text, HasSubstr(flag));
  EXPECT_THAT(x.text, AllOf(Not(HasSubstr("--print-env-example")), Not(HasSubstr("--print-config-docs"))));
}

TEST(CommandLine, VersionNamesTheProgram) {
  const auto x = parse({"--version"});
  EXPECT_EQ(x.command, command::leave);
  EXPECT_EQ(x.exit_code, 0);
  EXPECT_EQ(x.text, "arauto 1.2.3\n");
}

TEST(CommandLine, ATypoIsNamedWithTheNearestFlag) {
  for (const auto& arguments : {std::initializer_list<const char*>{"--prot", "5"}, {"--prot=5"}}) {
    const auto x = parse(arguments);
    EXPECT_EQ(x.command, command::leave);
    EXPECT_NE(x.exit_code, 0);
    EXPECT_THAT(x.text, AllOf(HasSubstr("--help"), HasSubstr("The nearest to --prot is --port.")));
  }
}

TEST(CommandLine, RefusesWhatItCannotUse) {
  for (const auto& arguments : {std::initializer_list<const char*>{"--port"}, {"word"}, {"-x"}, {"--env-file"}}) {
    const auto x = parse(arguments);
    EXPECT_EQ(x.command, command::leave) << *arguments.begin();
    EXPECT_NE(x.exit_code, 0) << *arguments.begin();
    EXPECT_THAT(x.text, Not(IsEmpty())) << *arguments.begin();
  }
}

} // namespace
} // namespace arauto::app
