#include "app/migrate_env.hpp"

#include "app/env_text.hpp"
#include "app/evolution_env.hpp"
#include "app/import/printable.hpp"
#include "app/settings_table.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <ostream>
#include <string_view>

namespace arauto::app {

namespace {

/// Settings that bring back what is different here on purpose (docs/differences-from-evolution.md).
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> old_behaviour = {{
    {"EVENT_DATE_TIME", "evolution"},
    {"FETCH_INSTANCES_SHOW_TOKENS", "true"},
    {"INSTANCE_TOKENS_MAY_REPEAT", "true"},
    {"REST_NAMES_BEFORE_KEY", "true"},
    {"WEBSOCKET_KEYLESS", "true"},
    {"WEBSOCKET_ALLOWED_HOSTS", "127.0.0.1,::1,::ffff:127.0.0.1"},
    {"WEBSOCKET_REFUSE_WRONG_KEY_UPGRADE", "true"},
    {"WEBHOOK_EVOLUTION_KEYLESS", "true"},
    {"RELAY_EVERY_PROTOCOL_MESSAGE", "true"},
}};

bool is_utc(std::string_view zone) {
  constexpr std::array<std::string_view, 8> names = {"",    "UTC",     "Etc/UTC", "UTC0",
                                                     "GMT", "Etc/GMT", "Zulu",    "Etc/Zulu"};
  return std::ranges::find(names, zone) != names.end();
}

/// Adds what there is to say about one name.
class report_writer {
public:
  void remark(std::string_view name, std::string_view text) {
    remarks_.append("  ").append(name).append(": ").append(text).append("\n");
  }
  void without_counterpart(std::string_view name, std::string_view reason) {
    auto& names = foreign_[std::string{reason}];
    names.append(names.empty() ? "" : ", ").append(name);
  }
  void unknown(std::string_view name) { unknown_.append("  ").append(name).append("\n"); }

  std::string text(const std::string& path, std::size_t taken) const {
    auto x = printable(path, 200) + ": " + std::to_string(taken) +
             " settings written. Variables that Evolution API gets from elsewhere (docker-compose, systemd) are not in "
             "there.\n";
    if (!remarks_.empty())
      x += "\nTo know before using the result:\n" + remarks_;
    if (!foreign_.empty())
      x += "\nWithout a counterpart here:\n";
    for (const auto& [reason, names] : foreign_)
      x += "  " + names + ": " + reason + "\n";
    if (!unknown_.empty())
      x += "\nUnknown, left out:\n" + unknown_;
    return x;
  }

private:
  std::string remarks_;
  /// Names by reason.
  std::map<std::string, std::string> foreign_;
  std::string unknown_;
};

/// Whether the server would accept this line; the reason if not.
std::string refusal_of(std::string_view name, const std::string& value) {
  const auto loaded = load_settings({{std::string{name}, value}}, {}, {});
  // What a setting needs of others is judged by the rules that translate it.
  const auto own =
      std::ranges::find_if(loaded.errors, [&](const auto& x) { return x.starts_with(std::string{name} + ":"); });
  return own == loaded.errors.end() ? std::string{} : *own;
}

/// The line of one setting, if there is to be one.
std::optional<std::string> line_of(const setting& row, const text_map& theirs, report_writer& report) {
  const auto found = translate(row, theirs);
  for (const auto& x : found.remarks)
    report.remark(row.name, x);
  if (!found.value)
    return std::nullopt;
  if (const auto refusal = refusal_of(row.name, *found.value); !refusal.empty()) {
    report.remark(row.name, "left out, since the server would refuse it: " + refusal);
    return std::nullopt;
  }
  const auto text = env_value(*found.value);
  if (!text) {
    report.remark(row.name, "left out, since no quotes of an env file can hold it; set it in the environment");
    return std::nullopt;
  }
  return std::string{row.name} + "=" + *text + "\n";
}

void append_old_behaviour(std::string& out, const text_map& theirs) {
  out += "\n# ---- Old behaviour: switch on only if a client needs it (docs/differences-from-evolution.md) ----\n";
  for (const auto& [name, value] : old_behaviour) {
    const auto at = theirs.find(name);
    const auto is_taken_over = at != theirs.end() && !is_shared_setting(name);
    if (is_taken_over)
      continue;
    out += '\n';
    append_comment(out, without_backticks(find_setting(name)->doc));
    auto text = env_value(at != theirs.end() && !at->second.empty() ? at->second : std::string{value});
    if (text && text->find('\n') != text->npos) // A comment ends with its line: the next would be a setting.
      text.reset();
    out.append("#").append(name).append("=").append(text.value_or(std::string{value})).append("\n");
  }
}

void judge_names(const text_map& theirs, report_writer& report) {
  for (const auto& [name, value] : theirs)
    if (find_setting(name) == nullptr) {
      if (const auto* row = find_foreign(name); row && !row->reason.empty())
        report.without_counterpart(name, without_backticks(row->reason));
      else
        report.unknown(name);
    }
  if (const auto zone = theirs.find("TZ"); zone != theirs.end() && !is_utc(zone->second))
    report.remark("TZ",
                  "is not UTC, so date_time of Evolution's events is local time that claims to be UTC. Here it is "
                  "UTC; with EVENT_DATE_TIME=evolution, and TZ in the environment of the server, it is as before");
}

} // namespace

migrated_env migrate(const env_file& theirs) {
  report_writer report;
  std::string out;
  append_comment(out, "Settings of Arauto, made by `arauto migrate-env` from " + printable(theirs.path, 200) +
                          ". What is not in here has its default: .env.example lists all.");
  std::size_t taken = 0;
  for (const auto& group : settings_table()) {
    std::string lines;
    for (const auto& row : group.rows)
      if (const auto line = line_of(row, theirs.values, report)) {
        lines += *line;
        ++taken;
      }
    if (!lines.empty())
      out.append("\n# ---- ").append(group.heading).append(" ----\n").append(lines);
  }
  append_old_behaviour(out, theirs.values);
  judge_names(theirs.values, report);
  return {std::move(out), report.text(theirs.path, taken)};
}

int migrate_env(const std::string& path, std::ostream& out, std::ostream& errors) {
  const auto theirs = load_env_file(path, true);
  for (const auto& x : theirs.warnings)
    errors << "warning: " << x << '\n';
  for (const auto& x : theirs.errors)
    errors << "error: " << x << '\n';
  if (!theirs.errors.empty())
    return EXIT_FAILURE;
  const auto result = migrate(theirs);
  out << result.text;
  errors << result.report;
  return EXIT_SUCCESS;
}

} // namespace arauto::app
