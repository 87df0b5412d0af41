#include "app/settings.hpp"

#include "app/settings_table.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

namespace arauto::app {

namespace {

/// A text as found, and where.
struct finding {
  std::string_view text;
  std::string origin;
};

std::optional<finding> find_text(const setting& row, const text_map& environment, const env_file& file,
                                 const text_map& flags) {
  if (const auto i = flags.find(row.name); i != flags.end())
    return finding{i->second, std::string{row.flag}};
  if (const auto i = environment.find(row.name); i != environment.end())
    return finding{i->second, "environment"};
  if (const auto i = file.values.find(row.name); i != file.values.end())
    return finding{i->second, file.path};
  return std::nullopt;
}

/// Any text on one line, and not endlessly.
std::string shown(std::string_view text) {
  constexpr std::size_t size_max = 200;
  std::string x{text.substr(0, size_max)};
  std::replace_if(
      x.begin(), x.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return '"' + x + (text.size() > size_max ? "...\"" : "\"");
}

std::vector<std::string> split_list(std::string_view text, bool trims) {
  std::vector<std::string> items;
  for (;;) {
    const auto comma = text.find(',');
    auto item = text.substr(0, comma);
    if (trims) {
      const auto first = item.find_first_not_of(" \t");
      item = first == item.npos ? std::string_view{} : item.substr(first, item.find_last_not_of(" \t") - first + 1);
    }
    if (!trims || !item.empty())
      items.emplace_back(item);
    if (comma == text.npos)
      return items;
    text.remove_prefix(comma + 1);
  }
}

/// Judges the text of one setting and puts it into the outcome.
class setting_reader {
public:
  setting_reader(const setting& row, finding found, load_outcome& out)
      : row_{row}, found_{std::move(found)}, out_{out} {}

  void operator()(const boolean_field& field) const {
    field_of(field.at) = found_.text == "true";
    if (found_.text != "true" && found_.text != "false")
      out_.warnings.push_back(head() + " counts as false; only \"true\" is true");
  }

  void operator()(const text_field& field) const {
    if (found_.text.empty())
      return;
    std::string text{found_.text};
    if (field.check != nullptr && !field.check(text))
      return refuse();
    field_of(field.at) = std::move(text);
  }

  void operator()(const optional_text_field& field) const {
    if (!found_.text.empty())
      field_of(field.at) = found_.text;
  }

  void operator()(const list_field& field) const {
    auto items = split_list(found_.text, field.trims);
    if (field.empty_is_default && (found_.text.empty() || items.empty()))
      return;
    const auto is_allowed = [&](const auto& item) {
      return std::ranges::find(field.allowed, item) != field.allowed.end();
    };
    if (!field.allowed.empty() && !std::ranges::all_of(items, is_allowed))
      return refuse();
    field_of(field.at) = std::move(items);
  }

  void operator()(const number_field& field) const {
    if (found_.text.empty())
      return;
    std::uint64_t number = 0;
    const auto* const end = found_.text.data() + found_.text.size();
    const auto [stop, ec] = std::from_chars(found_.text.data(), end, number);
    if (ec != std::errc{} || stop != end || number < field.minimum || number > field.maximum)
      return refuse();
    std::visit([&](auto at) { assign(field_of(at), number); }, field.at);
  }

  void operator()(const choice_field& field) const {
    if (found_.text.empty())
      return;
    const auto old = std::ranges::find(field.old_names, found_.text, &old_name::old);
    const auto wanted = old == field.old_names.end() ? std::string_view{found_.text} : old->now;
    const auto name = std::ranges::find(field.names, wanted);
    if (name == field.names.end())
      return refuse();
    field.set(out_.values, static_cast<std::size_t>(name - field.names.begin()));
  }

private:
  template <class T>
  T& field_of(T settings::*at) const {
    return out_.values.*at;
  }

  static void assign(std::size_t& to, std::uint64_t x) { to = x; }
  static void assign(std::uint16_t& to, std::uint64_t x) { to = static_cast<std::uint16_t>(x); }
  static void assign(std::chrono::milliseconds& to, std::uint64_t x) {
    to = std::chrono::milliseconds{static_cast<std::chrono::milliseconds::rep>(x)};
  }

  std::string head() const {
    return std::string{row_.name} + ": " + shown(row_.is_secret ? "***" : found_.text) + " (" + found_.origin + ")";
  }

  void refuse(std::string_view why = " is not allowed") const {
    out_.errors.push_back(head() + std::string{why} + "; allowed: " + allowed_values(row_));
  }

  const setting& row_;
  finding found_;
  load_outcome& out_;
};

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string nearest_setting(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& group : settings_table())
    for (const auto& row : group.rows)
      names.emplace_back(row.name);
  return nearest_name(name, names);
}

/// "A, B, C and 4 more"
std::string enumerate(const std::vector<std::string_view>& names) {
  constexpr std::size_t shown_max = 3;
  std::string x;
  for (std::size_t i = 0; i < std::min(names.size(), shown_max); ++i)
    x.append(i == 0 ? "" : ", ").append(names[i]);
  return names.size() > shown_max ? x + " and " + std::to_string(names.size() - shown_max) + " more" : x;
}

/// Speaks about names that look like settings but have no effect.
void judge_names(const std::map<std::string_view, std::string_view>& names, load_outcome& out) {
  const auto foreign = foreign_settings();
  std::vector<std::vector<std::string_view>> ignored(foreign.size());
  for (const auto& [name, origin] : names) {
    if (find_setting(name) != nullptr)
      continue;
    if (const auto* row = find_foreign(name))
      ignored[static_cast<std::size_t>(row - foreign.data())].push_back(name);
    else if (std::ranges::any_of(watched_prefixes(), [n = name](auto prefix) { return n.starts_with(prefix); }))
      out.warnings.push_back(std::string{name} + " (" + std::string{origin} +
                             ") is no setting and has no effect; the nearest is " + nearest_setting(name));
  }
  for (std::size_t i = 0; i < foreign.size(); ++i)
    if (!ignored[i].empty() && !foreign[i].reason.empty() && !foreign[i].is_common)
      (foreign[i].is_guard ? out.warnings : out.infos)
          .push_back("no effect here: " + enumerate(ignored[i]) + " (" + std::string{foreign[i].reason} + ")");
}

/// What no row can judge alone.
void judge_combinations(load_outcome& out) {
  const auto& x = out.values;
  if (x.server_type == server_type::https)
    for (const auto& [name, value] :
         {std::pair{"SSL_CONF_PRIVKEY", &x.ssl_conf_privkey}, std::pair{"SSL_CONF_FULLCHAIN", &x.ssl_conf_fullchain}})
      if (value->empty())
        out.errors.push_back(std::string{"SERVER_TYPE=https needs "} + name + ", which is not set; allowed: a path");
  if (!x.websocket_keyless && out.origins.contains("WEBSOCKET_ALLOWED_HOSTS"))
    out.warnings.push_back("WEBSOCKET_ALLOWED_HOSTS alone lets nobody in without a key; that takes "
                           "WEBSOCKET_KEYLESS=true as well");
  if (x.websocket_keyless && std::ranges::find(x.websocket_allowed_hosts, "*") != x.websocket_allowed_hosts.end())
    out.warnings.push_back("WEBSOCKET_ALLOWED_HOSTS: \"*\" lets nobody in without a key; name the addresses");
  if (x.http_max_body_total < x.http_max_body)
    out.warnings.push_back("HTTP_MAX_BODY_TOTAL is smaller than HTTP_MAX_BODY, so the largest bodies get 503");
}

} // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& among) {
  return *std::ranges::min_element(among, {}, [&](const auto& x) { return edit_distance(name, x); });
}

load_outcome load_settings(const text_map& environment, const env_file& file, const text_map& flags) {
  load_outcome out;
  out.warnings = file.warnings;
  out.errors = file.errors;
  for (const auto& group : settings_table())
    for (const auto& row : group.rows)
      if (auto found = find_text(row, environment, file, flags)) {
        out.origins.emplace(row.name, found->origin);
        std::visit(setting_reader{row, std::move(*found), out}, row.field);
      }
  std::map<std::string_view, std::string_view> names;
  for (const auto& [name, text] : environment)
    names.emplace(name, "environment");
  for (const auto& [name, text] : file.values)
    names.emplace(name, file.path);
  judge_names(names, out);
  judge_combinations(out);
  return out;
}

} // namespace arauto::app
