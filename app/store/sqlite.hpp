#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// A thin door to SQLite: handles that free themselves, failures as exceptions that hold a sentence.
namespace arauto::sqlite {

/// What SQLite says went wrong, as a sentence.
class failure : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// One open database file. One thread at a time.
class database {
public:
  /// Opens a file, which is made when it is not there.
  explicit database(const std::string& path) : database{path, access::read_write} {}
  enum class access { read_write, read_only };
  /// Read-only: the file must be there.
  database(const std::string& path, access how);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  /// Runs statements that give no rows of interest.
  void run(const char* sql);
  /// The number in the first column of the first row.
  std::int64_t number(const char* sql);

  /// Rows that the last statement changed itself (not by a cascade).
  std::int64_t changes() const noexcept;

  sqlite3* handle() noexcept { return handle_; }

private:
  sqlite3* handle_ = nullptr;
};

/// One prepared statement. Parameters are bound in order, from the first again after each `run` or `reset`.
class statement {
public:
  statement(database& home, const char* sql);
  ~statement();
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  statement& bind(std::string_view text);
  statement& bind_optional(const std::optional<std::string>& text);
  /// The text outlives the next `run` or `reset`.
  statement& bind_lasting(std::string_view text);
  /// As a blob, which outlives the next `run` or `reset`.
  statement& bind_lasting(std::span<const unsigned char> bytes);
  statement& bind(std::int64_t number);
  statement& bind(bool truth) { return bind(std::int64_t{truth}); }

  /// Whether there is another row.
  bool step();
  /// Runs to the end and gets ready for the next use.
  void run();
  void reset() noexcept;

  // Columns of the current row, read in order.
  std::string text();
  /// Valid until the next step.
  std::string_view text_view();
  /// A blob, valid until the next step.
  std::span<const unsigned char> bytes_view();
  std::optional<std::string> optional_text();
  std::int64_t number();
  bool truth() { return number() != 0; }

private:
  database* home_;
  sqlite3_stmt* handle_ = nullptr;
  int parameter_ = 0;
  int column_ = 0;
};

/// All or nothing: rolled back unless committed.
class transaction {
public:
  explicit transaction(database& home);
  ~transaction();
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  void commit();

private:
  database* home_;
  bool open_ = true;
};

/// Brings a file to the newest version of its schema: step n leads from version n to n + 1. Throws `failure`, also for
/// a file that a newer program wrote.
void migrate(database& file, std::span<const char* const> steps);

} // namespace arauto::sqlite
