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

TEST(CommandLine, KnowsTheImport) {
  const auto x = parse({"import", "--from", "http://x", "--apikey", "k", "--dry-run", "--insecure"});
  EXPECT_EQ(x.command, command::import_instances) << x.text;
  EXPECT_EQ(x.imported.from, "http://x");
  EXPECT_EQ(x.imported.api_key, "k");
  EXPECT_TRUE(x.imported.dry_run);
  EXPECT_TRUE(x.imported.insecure);
  const auto plain = parse({"import", "--from=https://x"});
  EXPECT_EQ(plain.command, command::import_instances);
  EXPECT_THAT(plain.imported.api_key, IsEmpty());
  EXPECT_FALSE(plain.imported.dry_run);
  EXPECT_FALSE(plain.imported.insecure);
}

TEST(CommandLine, SettingsMayStandOnBothSidesOfACommand) {
  const auto x = parse({"--env-file", "my.env", "import", "--from", "http://x", "--data-dir", "/d"});
  EXPECT_EQ(x.command, command::import_instances) << x.text;
  EXPECT_EQ(x.env_file, "my.env");
  EXPECT_EQ(x.flags, (text_map{{"DATA_DIR", "/d"}}));
}

TEST(CommandLine, KnowsTheMigrationOfAnEnvFile) {
  const auto x = parse({"migrate-env", "old.env"});
  EXPECT_EQ(x.command, command::migrate_env) << x.text;
  EXPECT_EQ(x.migrated_file, "old.env");
}

TEST(CommandLine, HelpNamesTheCommandsAndEachHasItsOwn) {
  EXPECT_THAT(parse({"--help"}).text, AllOf(HasSubstr("import"), HasSubstr("migrate-env")));
  const auto x = parse({"import", "--help"});
  EXPECT_EQ(x.exit_code, 0);
  EXPECT_THAT(x.text, AllOf(HasSubstr("--from"), HasSubstr("--apikey"), HasSubstr("--dry-run"),
                            HasSubstr("EVOLUTION_API_KEY"), HasSubstr("ends with 0")));
  EXPECT_THAT(parse({"migrate-env", "--help"}).text, HasSubstr("FILE"));
}

TEST(CommandLine, ATypoInACommandIsNamedWithTheNearestOne) {
  const auto word = parse({"imprt", "--port", "5"});
  EXPECT_NE(word.exit_code, 0);
  EXPECT_THAT(word.text, HasSubstr("The nearest command to imprt is import."));
  const auto flag = parse({"import", "--from", "http://x", "--dryrun"});
  EXPECT_NE(flag.exit_code, 0);
  EXPECT_THAT(flag.text, HasSubstr("The nearest to --dryrun is --dry-run."));
  const auto value = parse({"--prot", "5"});
  EXPECT_THAT(value.text, Not(HasSubstr("nearest command")));
}

TEST(CommandLine, RefusesWhatItCannotUse) {
  for (const auto& arguments : {std::initializer_list<const char*>{"--port"},
                                {"word"},
                                {"-x"},
                                {"--env-file"},
                                {"import"},
                                {"import", "--apikey", "k"},
                                {"import", "--from"},
                                {"import", "--from", "http://x", "word"},
                                {"import", "--from", "http://x", "--check-config"},
                                {"--print-config", "migrate-env", "f"},
                                {"migrate-env"},
                                {"migrate-env", "a", "b"},
                                {"migrate-env", "a", "import", "--from", "http://x"},
                                {"--from", "http://x"}}) {
    const auto x = parse(arguments);
    EXPECT_EQ(x.command, command::leave) << *arguments.begin();
    EXPECT_NE(x.exit_code, 0) << *arguments.begin();
    EXPECT_THAT(x.text, Not(IsEmpty())) << *arguments.begin();
  }
}

} // namespace
} // namespace arauto::app
