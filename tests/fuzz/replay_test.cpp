// Runs every target of this program with the inputs that are kept (tests/fuzz/regressions) and the seeds that the build
// makes of the recordings; with those below ARAUTO_FUZZ_CORPUS as well, if that is set.
#include "tests/fuzz/target.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace arauto::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  if (fs::exists(folder))
    for (const auto& x : fs::directory_iterator{folder})
      files.push_back(x.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string content_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Every input below such a folder, which has one folder for each target.
std::size_t replay(const fs::path& folder, std::string_view name, target what) {
  const auto files = files_in(folder / name);
  for (const auto& file : files) {
    // Not captured: when the target aborts, the last line says by what.
    std::cerr << file.string() << '\n';
    what(content_of(file));
  }
  return files.size();
}

class FuzzReplay : public testing::TestWithParam<std::string_view> {};

TEST_P(FuzzReplay, HoldsForWhatIsKept) {
  const auto what = targets().at(GetParam());
  what("");
  EXPECT_GT(replay(ARAUTO_FUZZ_SEEDS, GetParam(), what), 0U) << "no seed in " << ARAUTO_FUZZ_SEEDS;
  replay(std::string{ARAUTO_SOURCE_DIR} + "/tests/fuzz/regressions", GetParam(), what);
  if (const auto* corpus = std::getenv("ARAUTO_FUZZ_CORPUS"))
    replay(corpus, GetParam(), what);
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> all;
  for (const auto& [name, what] : targets())
    all.push_back(name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(, FuzzReplay, testing::ValuesIn(names()), [](const auto& x) { return std::string{x.param}; });

TEST(FuzzReplayDeathTest, ABrokenInvariantIsAFailure) {
  EXPECT_DEATH(require(1 + 1 == 3, "arithmetic"), "does not hold: arithmetic");
}

} // namespace
} // namespace arauto::fuzz
