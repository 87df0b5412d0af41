#pragma once

#include "app/store/disk.hpp"
#include "app/store/segment_index.hpp"

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace arauto::app {

/// Reads a file piece by piece into a buffer that is kept. One thread.
class file_window {
public:
  explicit file_window(const disk_file& from) : from_{&from} {}

  /// The bytes at a position, fewer where the file ends; valid until the next call. Where they have to be read, as many
  /// as `ahead` are read at once.
  std::string_view at(std::uint64_t position, std::size_t bytes, std::size_t ahead);
  /// What was read counts no more.
  void forget() noexcept { filled_ = 0; }

private:
  const disk_file* from_;
  std::string buffer_;
  std::uint64_t begin_ = 0;
  std::size_t filled_ = 0;
};

/// The file of a segment, opened to be read. One thread. Functions throw disk_failure; the constructor also for a file
/// that a newer program wrote.
class segment_file {
public:
  segment_file(const std::filesystem::path& path, disk::access how);

  /// Nothing: it is damaged, and with it all that its salt is needed for; or the file is empty.
  const std::optional<log_format::file_header>& header() const noexcept { return header_; }
  std::uint64_t salt() const noexcept { return header_ ? header_->salt : 0; }
  disk_file& file() noexcept { return *file_; }
  const std::filesystem::path& path() const noexcept { return path_; }

  /// The index of a closed segment; nothing: it is not closed, or the index was changed.
  std::optional<segment_index> read_index();

  /// Reads the file from `x.end` on, record by record, and notes what is there, and what is damaged. Afterwards `x.end`
  /// is where the next commit may stand: a last commit that was never written whole does not count, nor does anything
  /// behind place `limit`.
  void scan(segment_index& x, event_sequence limit = std::numeric_limits<event_sequence>::max());

  /// The record at a position, if it is sound; valid until the next call.
  std::optional<log_format::record_view> read_record(std::uint64_t position, std::size_t ahead);
  /// As its head says, if it can be one.
  std::optional<std::uint32_t> length_of_record(std::uint64_t position);
  /// The head of a commit.
  std::optional<log_format::block_head> read_head(std::uint64_t position, std::size_t ahead);
  /// What was read before is read again.
  void forget() noexcept { window_.forget(); }

private:
  bool is_whole(const log_format::block_head& head, std::uint64_t position, const segment_index& x);
  void scan_commit(segment_index& x, const log_format::block_head& head);
  std::optional<std::uint64_t> find_commit_behind(std::uint64_t position);
  bool is_index_at(std::uint64_t position);
  bool is_torn(std::uint64_t position);
  std::uint64_t end_of_bytes(std::uint64_t position);

  std::filesystem::path path_;
  std::unique_ptr<disk_file> file_;
  std::optional<log_format::file_header> header_;
  file_window window_;
  /// Of the file, when it was looked at last.
  std::uint64_t size_ = 0;
};

} // namespace arauto::app
