#pragma once

#include "actors/ports.hpp"
#include "app/store/data_directory.hpp"
#include "app/store/sqlite.hpp"

#include <filesystem>

namespace arauto::app {

/// Instances, tokens, websocket and webhook rows in `arauto.db` of the data directory. Every call is one synced
/// transaction. Used by one thread at a time.
class sqlite_instance_store final : public instance_store {
public:
  /// Opens the file and brings its schema up to date. Throws std::runtime_error with a sentence.
  explicit sqlite_instance_store(const data_directory& where);

  std::vector<instance_record> load() override;
  failure insert(const instance_record& x) override;
  failure update(const instance_record& x) override;
  failure remove(const std::string& instance_id) override;

private:
  void insert_row(const instance_record& x);
  void insert_rows(const instance_record& x);
  void insert_websocket(const std::string& instance_id, const websocket_row& row);
  void insert_webhook(const std::string& instance_id, const webhook_row& row);
  bool remove_rows(const std::string& instance_id);

  sqlite::database file_;
  /// Runs first, so that the statements below find their tables.
  bool is_ready_;
  sqlite::statement insert_instance_;
  sqlite::statement insert_websocket_;
  sqlite::statement insert_webhook_;
  sqlite::statement delete_instance_;
};

/// The instances of a data directory, without its lock and without a change, also while a server runs on it; none when
/// there is no such directory. Throws std::runtime_error with a sentence.
std::vector<instance_record> read_instances(const std::filesystem::path& data_directory_path);

} // namespace arauto::app
