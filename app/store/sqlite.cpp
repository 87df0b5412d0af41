#include "app/store/sqlite.hpp"

#include <sqlite3.h>

namespace arauto::sqlite {

namespace {

[[noreturn]] void fail(sqlite3* from) {
  throw failure(std::string{"The database says: "} + (from ? sqlite3_errmsg(from) : "out of memory") + ".");
}

void check(database& home, int code) {
  if (code != SQLITE_OK)
    fail(home.handle());
}

} // namespace

database::database(const std::string& path, access how) {
  const auto flags = how == access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const auto code = sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code == SQLITE_OK)
    return;
  const auto reason = std::string{handle_ ? sqlite3_errmsg(handle_) : "out of memory"};
  sqlite3_close(handle_);
  throw failure("The database \"" + path + "\" cannot be opened: " + reason + ".");
}

database::~database() {
  sqlite3_close(handle_);
}

void database::run(const char* sql) {
  check(*this, sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
}

std::int64_t database::number(const char* sql) {
  statement x{*this, sql};
  if (!x.step())
    throw failure("The database gave no answer.");
  return x.number();
}

std::int64_t database::changes() const noexcept {
  return sqlite3_changes64(handle_);
}

statement::statement(database& home, const char* sql) : home_{&home} {
  check(home, sqlite3_prepare_v3(home.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr));
}

statement::~statement() {
  sqlite3_finalize(handle_);
}

statement& statement::bind(std::string_view text) {
  // Copied: a bound text outlives the call that gave it when a step fails.
  check(*home_, sqlite3_bind_text64(handle_, ++parameter_, text.data() ? text.data() : "", text.size(),
                                    SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

statement& statement::bind_optional(const std::optional<std::string>& text) {
  if (text)
    return bind(std::string_view{*text});
  check(*home_, sqlite3_bind_null(handle_, ++parameter_));
  return *this;
}

statement& statement::bind(std::int64_t number) {
  check(*home_, sqlite3_bind_int64(handle_, ++parameter_, number));
  return *this;
}

statement& statement::bind_lasting(std::string_view text) {
  check(*home_, sqlite3_bind_text64(handle_, ++parameter_, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                                    SQLITE_UTF8));
  return *this;
}

statement& statement::bind_lasting(std::span<const unsigned char> bytes) {
  const auto* at = bytes.data() == nullptr ? static_cast<const void*>("") : bytes.data(); // Else it would be NULL.
  check(*home_, sqlite3_bind_blob64(handle_, ++parameter_, at, bytes.size(), SQLITE_STATIC));
  return *this;
}

bool statement::step() {
  column_ = 0;
  const auto code = sqlite3_step(handle_);
  if (code == SQLITE_ROW)
    return true;
  if (code == SQLITE_DONE)
    return false;
  const auto reason = failure{std::string{"The database says: "} + sqlite3_errmsg(home_->handle()) + "."};
  reset();
  throw reason;
}

void statement::run() {
  while (step()) {
  }
  reset();
}

void statement::reset() noexcept {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  parameter_ = 0;
  column_ = 0;
}

std::string statement::text() {
  return optional_text().value_or(std::string{});
}

std::optional<std::string> statement::optional_text() {
  const auto* bytes = sqlite3_column_text(handle_, column_);
  const auto size = sqlite3_column_bytes(handle_, column_++);
  if (!bytes)
    return std::nullopt;
  return std::string{reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::string_view statement::text_view() {
  const auto* bytes = sqlite3_column_text(handle_, column_);
  const auto size = sqlite3_column_bytes(handle_, column_++);
  return bytes ? std::string_view{reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)}
               : std::string_view{};
}

std::span<const unsigned char> statement::bytes_view() {
  const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(handle_, column_));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column_++))};
}

std::int64_t statement::number() {
  return sqlite3_column_int64(handle_, column_++);
}

transaction::transaction(database& home) : home_{&home} {
  home.run("BEGIN IMMEDIATE");
}

transaction::~transaction() {
  // After some failures SQLite has already rolled back by itself.
  if (open_ && sqlite3_get_autocommit(home_->handle()) == 0)
    sqlite3_exec(home_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void transaction::commit() {
  home_->run("COMMIT");
  open_ = false;
}

void migrate(database& file, std::span<const char* const> steps) {
  const auto newest = static_cast<std::int64_t>(steps.size());
  const auto version = file.number("PRAGMA user_version");
  if (version > newest)
    throw failure("The database has version " + std::to_string(version) + ", but this program knows only " +
                  std::to_string(newest) + ": it was written by a newer one.");
  for (auto at = version; at < newest; ++at) {
    transaction step{file};
    file.run(steps[static_cast<std::size_t>(at)]);
    file.run(("PRAGMA user_version = " + std::to_string(at + 1)).c_str());
    step.commit();
  }
}

} // namespace arauto::sqlite
