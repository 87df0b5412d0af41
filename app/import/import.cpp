#include "app/import/import.hpp"

#include "actors/identifiers.hpp"
#include "app/api_key.hpp"
#include "app/import/plan.hpp"
#include "app/import/report.hpp"
#include "app/import/source.hpp"
#include "app/store/instance_store.hpp"
#include "app/store/secret_file.hpp"
#include "net/http/url.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <ostream>

namespace arauto::app {

namespace {

constexpr int exit_nothing_done = 1;
constexpr int exit_some_refused = 2;

http::server_url source_of(const std::string& from) {
  const auto x = http::parse_server_url(from);
  if (!x)
    throw import_failure("--from is not the address of a server; expected http://host[:port][/path] or https://..., "
                         "without a user, a query or a fragment.");
  return *x;
}

std::string key_of(const import_options& options, const text_map& environment) {
  const auto from_environment = environment.find("EVOLUTION_API_KEY");
  const auto key = !options.api_key.empty()                ? options.api_key
                   : from_environment != environment.end() ? from_environment->second
                                                           : std::string{};
  if (key.empty())
    throw import_failure("There is no key. Give the global key of that Evolution API with --apikey, or in the "
                         "environment as EVOLUTION_API_KEY, which keeps it out of the list of processes.");
  if (!is_printable(key))
    throw import_failure("The key has blanks, control characters or characters beyond ASCII, so it cannot be sent in a "
                         "header. Look whether it was copied whole.");
  return key;
}

/// The global key that this server has or will have, without making one.
std::string own_key(const settings& values) {
  std::error_code ec;
  if (values.authentication_api_key.empty() &&
      !std::filesystem::exists(std::filesystem::path{values.data_dir} / "api-key", ec))
    return {};
  auto x = resolve_api_key(values);
  if (!x.error.empty())
    throw import_failure(x.error);
  return x.key;
}

std::vector<offered_instance> ask(const import_options& options, const text_map& environment,
                                  std::string_view version) {
  const auto where = source_of(options.from);
  const auto key = key_of(options, environment);
  io::http_client_settings how;
  how.verifies_certificate = !options.insecure;
  how.user_agent = "arauto/" + std::string{version};
  io::http_client client{where, how};
  try {
    return ask_for_instances(
        [&](const std::string& target) {
          return client.get(target, {{"apikey", key}});
        },
        key, unix_ms());
  } catch (const io::http_client_failure& x) {
    throw import_failure(std::string{x.what()} +
                         (x.is_trust()
                              ? " Name the file of its authority in the environment as SSL_CERT_FILE, or trust anybody "
                                "with --insecure."
                              : " Look whether Evolution API runs there and whether --from has its scheme and port."));
  }
}

/// Writes what was planned; an instance that the store refuses becomes a refused one.
void write(instance_store& store, std::vector<planned_import>& all) {
  for (auto& x : all) {
    if (x.step == import_step::refuse)
      continue;
    if (auto failure = x.step == import_step::add ? store.insert(x.record) : store.update(x.record)) {
      x.step = import_step::refuse;
      x.reason = *failure;
    }
  }
}

/// The lock of the data directory, with what to do when a server has it.
void lock(const std::string& path, std::optional<data_directory>& into) try {
  into.emplace(path);
} catch (const std::runtime_error& x) {
  throw import_failure(std::string{x.what()} +
                       " If a server runs on it: stop it, import, start it again. (--dry-run works beside it.)");
}

} // namespace

int import_instances(const import_options& options, const settings& values, const text_map& environment,
                     std::string_view version, std::ostream& out, std::ostream& errors) try {
  // Before anything is asked: what cannot be written need not be fetched.
  std::optional<data_directory> home;
  std::optional<sqlite_instance_store> store;
  import_rules rules{values.instance_tokens_may_repeat, values.instances_max, {}};
  std::vector<instance_record> here;
  if (options.dry_run) {
    here = read_instances(values.data_dir);
  } else {
    lock(values.data_dir, home);
    store.emplace(*home);
    here = store->load();
  }
  rules.global_key = own_key(values);

  auto all = plan_import(std::move(here), ask(options, environment, version), rules);
  if (store)
    write(*store, all);
  const auto counts = count(all);
  out << import_table(all) << '\n'
      << all.size() << " instances there: " << counts.added << " taken, " << counts.updated << " brought up to date, "
      << counts.refused << " not taken. Data directory: " << values.data_dir << '\n';
  if (options.dry_run)
    out << "Dry run: nothing was written.\n";
  return counts.refused == 0 ? EXIT_SUCCESS : exit_some_refused;
} catch (const std::runtime_error& x) {
  errors << "error: " << x.what() << "\nNothing was imported.\n";
  return exit_nothing_done;
}

} // namespace arauto::app
