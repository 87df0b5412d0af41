#include "app/api_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <stdlib.h>

namespace arauto::app {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

/// Gives each test a data directory of its own.
class ApiKey : public testing::Test {
protected:
  ApiKey() {
    auto name = testing::TempDir() + "arauto-api-key-XXXXXX";
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("no temporary directory");
    values.data_dir = name;
  }
  ~ApiKey() override { fs::remove_all(values.data_dir); }

  fs::path file() const { return fs::path{values.data_dir} / "api-key"; }
  void write(const std::string& text) const { std::ofstream{file()} << text; }
  std::string content() const {
    std::string x;
    std::getline(std::ifstream{file()}, x, '\0');
    return x;
  }
  fs::perms mode() const { return fs::status(file()).permissions(); }

  settings values;
  static constexpr auto owner_only = fs::perms::owner_read | fs::perms::owner_write;
};

TEST_F(ApiKey, IsTheConfiguredOne) {
  values.authentication_api_key = "configured-key";
  const auto x = resolve_api_key(values);
  EXPECT_EQ(x.key, "configured-key");
  EXPECT_EQ(x.source, api_key_source::configured);
  EXPECT_THAT(x.error, IsEmpty());
  EXPECT_THAT(x.warnings, IsEmpty());
  EXPECT_FALSE(fs::exists(file())) << "a configured key is not stored";
}

TEST_F(ApiKey, IsMadeAtTheFirstStartAndKept) {
  const auto first = resolve_api_key(values);
  EXPECT_THAT(first.key, MatchesRegex("[0-9A-F]+"));
  EXPECT_EQ(first.key.size(), 32u);
  EXPECT_EQ(first.source, api_key_source::fresh);
  EXPECT_EQ(first.file, file());
  EXPECT_EQ(content(), first.key + "\n");
  EXPECT_EQ(mode(), owner_only);
  EXPECT_EQ(std::distance(fs::directory_iterator{values.data_dir}, fs::directory_iterator{}), 1) << "no draft is left";

  const auto second = resolve_api_key(values);
  EXPECT_EQ(second.key, first.key);
  EXPECT_EQ(second.source, api_key_source::kept);
  EXPECT_THAT(second.warnings, IsEmpty());
}

TEST_F(ApiKey, OfAFileThatOthersCouldReadIsTightened) {
  write("0123456789ABCDEF\n");
  fs::permissions(file(), fs::perms{0644});
  const auto x = resolve_api_key(values);
  EXPECT_EQ(x.key, "0123456789ABCDEF");
  EXPECT_THAT(x.warnings, ElementsAre(AllOf(HasSubstr(file().string()), Not(HasSubstr(x.key)))));
  EXPECT_EQ(mode(), owner_only);
  EXPECT_THAT(resolve_api_key(values).warnings, IsEmpty());
}

TEST_F(ApiKey, OfAnUnusableFileIsAnErrorThatNamesIt) {
  for (const auto& text : {std::string{}, std::string{"\n"}, std::string{"two words\n"}, std::string(5000, 'A')}) {
    write(text);
    fs::permissions(file(), owner_only);
    const auto x = resolve_api_key(values);
    EXPECT_THAT(x.error, AllOf(HasSubstr(file().string()), HasSubstr("delete it")));
    EXPECT_THAT(x.key, IsEmpty());
    EXPECT_EQ(content(), text) << "the file is left alone";
  }
}

TEST_F(ApiKey, IsNotReadFromWhatIsNoPlainFile) {
  fs::create_directory(file());
  EXPECT_THAT(resolve_api_key(values).error, HasSubstr(file().string()));
  fs::remove(file());
  fs::create_symlink("/etc/hostname", file());
  EXPECT_THAT(resolve_api_key(values).error, HasSubstr(file().string()));
}

TEST_F(ApiKey, CannotBeKeptWithoutADataDirectory) {
  values.data_dir += "/not-there";
  const auto x = resolve_api_key(values);
  EXPECT_THAT(x.error, HasSubstr(values.data_dir));
  EXPECT_THAT(x.key, IsEmpty());
}

TEST_F(ApiKey, ThatEverybodyKnowsIsRefusedWithAFreshOneToCopy) {
  for (const auto* known : {"BQYHJGJHJ", "429683C4C977415CAAFCCE10F7D57E11", "429683c4c977415caafcce10f7d57e11"}) {
    values.authentication_api_key = known;
    const auto x = resolve_api_key(values);
    EXPECT_THAT(x.error, testing::ContainsRegex("AUTHENTICATION_API_KEY=[0-9A-F]{32}\n")) << known;
    EXPECT_THAT(x.error, Not(HasSubstr(known)));
    EXPECT_NE(x.error, resolve_api_key(values).error) << "the offered key is fresh";
  }
  values.authentication_api_key.clear();
  write("BQYHJGJHJ");
  EXPECT_THAT(resolve_api_key(values).error, Not(IsEmpty())) << "also when it is the kept one";
  EXPECT_THAT(refusal_of_known_key("BQYHJGJHJ1"), IsEmpty());
}

TEST_F(ApiKey, ThatIsWeakOrAwkwardIsWarnedOf) {
  const std::pair<const char*, const char*> table[] = {
      {"1234567", "7 characters"}, {"12345678 ", "blanks"}, {"chave-é-longa", "ASCII"}};
  for (const auto& [key, expected] : table) {
    values.authentication_api_key = key;
    const auto x = resolve_api_key(values);
    EXPECT_EQ(x.key, key);
    EXPECT_THAT(x.error, IsEmpty());
    EXPECT_THAT(x.warnings, ElementsAre(AllOf(HasSubstr(expected), Not(HasSubstr(key)))));
  }
}

} // namespace
} // namespace arauto::app
