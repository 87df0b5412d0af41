#include "tests/faulty_disk/faulty_disk.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>
#include <vector>

namespace arauto::test {
namespace {

/// One open file, by SQLite's own calls. The VFS outlives it.
class vfs_file {
public:
  explicit vfs_file(const std::string& path)
      : path_{sqlite3_create_filename(path.c_str(), "", "", 0, nullptr)},
        vfs_{sqlite3_vfs_find(nullptr)},
        bytes_(static_cast<std::size_t>(vfs_->szOsFile)) {
    constexpr auto flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;
    if (vfs_->xOpen(vfs_, path_, get(), flags, nullptr) != SQLITE_OK)
      throw std::runtime_error("cannot open " + path);
  }
  ~vfs_file() {
    get()->pMethods->xClose(get());
    sqlite3_free_filename(path_);
  }
  vfs_file(const vfs_file&) = delete;
  vfs_file& operator=(const vfs_file&) = delete;

  int write(const std::string& text, std::size_t at) {
    return get()->pMethods->xWrite(get(), text.data(), static_cast<int>(text.size()), static_cast<sqlite3_int64>(at));
  }
  std::string read(std::size_t size, std::size_t at) {
    std::string text(size, '?');
    code = get()->pMethods->xRead(get(), text.data(), static_cast<int>(size), static_cast<sqlite3_int64>(at));
    return text;
  }
  int truncate(std::size_t size) { return get()->pMethods->xTruncate(get(), static_cast<sqlite3_int64>(size)); }
  int sync() { return get()->pMethods->xSync(get(), SQLITE_SYNC_NORMAL); }
  std::size_t size() {
    sqlite3_int64 x = 0;
    get()->pMethods->xFileSize(get(), &x);
    return static_cast<std::size_t>(x);
  }
  /// Of the last read.
  int code = SQLITE_OK;

private:
  sqlite3_file* get() { return reinterpret_cast<sqlite3_file*>(bytes_.data()); }
  sqlite3_filename path_; // In the form that a VFS expects.
  sqlite3_vfs* vfs_;
  std::vector<std::max_align_t> bytes_;
};

class FaultyDisk : public testing::Test {
protected:
  FaultyDisk() {
    std::string name = (std::filesystem::temp_directory_path() / "arauto-vfs-XXXXXX").string();
    directory = mkdtemp(name.data());
    path = (directory / "file").string();
  }
  ~FaultyDisk() override { std::filesystem::remove_all(directory); }

  /// What a process that begins now would find.
  std::string on_disk() const {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  disk_fault fault = disk_fault::none;
  faulty_disk disk{[this] { return fault; }};
  std::filesystem::path directory;
  std::string path;
};

TEST_F(FaultyDisk, KeepsBytesFromTheFileUntilTheyAreSynced) {
  vfs_file file{path};
  file.write("hello", 0);
  EXPECT_EQ(file.read(5, 0), "hello");
  EXPECT_EQ(on_disk(), "");
  file.sync();
  EXPECT_EQ(on_disk(), "hello");
  file.truncate(2);
  EXPECT_EQ(on_disk(), "hello");
  file.sync();
  EXPECT_EQ(on_disk(), "he");
}

TEST_F(FaultyDisk, ShowsThemToEveryHandleAndToWhoComesLater) {
  {
    vfs_file writer{path};
    vfs_file reader{path};
    writer.write("hello", 0);
    EXPECT_EQ(reader.read(5, 0), "hello");
  }
  int exists = 0;
  auto* vfs = sqlite3_vfs_find(nullptr);
  vfs->xAccess(vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &exists);
  EXPECT_EQ(exists, 1);
  EXPECT_EQ(vfs_file{path}.read(5, 0), "hello");
  vfs->xDelete(vfs, path.c_str(), 0);
  EXPECT_EQ(vfs_file{path}.size(), 0U) << "they go with the file";
}

TEST_F(FaultyDisk, IsAFileLikeAnyOther) {
  std::mt19937 random; // The same in every run.
  const auto below = [&random](std::size_t n) { return random() % n; };
  vfs_file file{path};
  std::string model;
  std::string synced;
  for (int i = 0; i < 5000; ++i) {
    switch (below(8)) {
    case 0:
      file.truncate(below(model.size() + 1));
      model.resize(file.size());
      break;
    case 1:
      ASSERT_EQ(file.sync(), SQLITE_OK);
      synced = model;
      break;
    case 2: {
      const auto at = below(25000);
      const auto size = 1 + below(9000);
      const auto there = at < model.size() ? model.substr(at, size) : std::string{};
      ASSERT_EQ(file.read(size, at), there + std::string(size - there.size(), '\0'));
      ASSERT_EQ(file.code, there.size() == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ);
      break;
    }
    default: {
      const std::string text(1 + below(9000), static_cast<char>('a' + below(26)));
      const auto at = below(20000);
      ASSERT_EQ(file.write(text, at), SQLITE_OK);
      model.resize(std::max(model.size(), at + text.size()));
      model.replace(at, text.size(), text);
    }
    }
    ASSERT_EQ(file.size(), model.size());
    ASSERT_TRUE(on_disk() == synced) << "after " << i << " steps";
  }
}

TEST_F(FaultyDisk, IsOpenedWhileAnotherThreadWrites) {
  const std::string page(100, 'x'); // Not one byte: SQLite's Unix VFS takes a file of one byte for an empty one.
  const auto whole = page.size() * 3000;
  vfs_file writer{path};
  std::thread other{[&] {
    for (std::size_t last = 0, size = 0; size < whole; last = size) {
      size = vfs_file{path}.size();
      if (size < last)
        return ADD_FAILURE() << "it shrank from " << last << " to " << size;
    }
  }};
  for (std::size_t at = 0; at < whole; at += page.size()) {
    writer.write(page, at);
    writer.sync();
  }
  other.join();
  EXPECT_TRUE(on_disk() == std::string(whole, 'x'));
}

TEST_F(FaultyDisk, DoesWhatItIsToldToDoWrong) {
  vfs_file file{path};
  fault = disk_fault::full;
  EXPECT_EQ(file.write("x", 0), SQLITE_FULL);
  fault = disk_fault::none;
  EXPECT_EQ(file.write("hello", 0), SQLITE_OK);
  fault = disk_fault::lies;
  EXPECT_EQ(file.sync(), SQLITE_OK);
  EXPECT_EQ(on_disk(), "");
  EXPECT_EQ(file.read(5, 0), "hello");
  fault = disk_fault::fails;
  EXPECT_EQ(file.sync(), SQLITE_IOERR_FSYNC);
  EXPECT_EQ(on_disk(), "");
  EXPECT_EQ(file.size(), 0U);
  file.write("hello", 0);
  fault = disk_fault::fails_late;
  EXPECT_EQ(file.sync(), SQLITE_IOERR_FSYNC);
  EXPECT_EQ(on_disk(), "hello");
  fault = disk_fault::dead;
  EXPECT_EQ(file.write("x", 0), SQLITE_IOERR_WRITE);
  file.read(1, 0);
  EXPECT_EQ(file.code, SQLITE_IOERR_READ);
  EXPECT_EQ(file.truncate(0), SQLITE_IOERR_TRUNCATE);
  EXPECT_EQ(file.sync(), SQLITE_IOERR_FSYNC);
}

TEST_F(FaultyDisk, HoldsNoMoreThanItsBound) {
  vfs_file file{path};
  const std::string text(1048576, 'x');
  std::size_t at = 0;
  while (at <= unsynced_file::bytes_max && file.write(text, at) == SQLITE_OK)
    at += text.size();
  EXPECT_LE(at, unsynced_file::bytes_max);
  EXPECT_GT(at, unsynced_file::bytes_max / 2);
}

} // namespace
} // namespace arauto::test
