#include "app/evolution_env.hpp"

#include "app/api_key.hpp"

#include <algorithm>
#include <array>

namespace arauto::app {

namespace {

constexpr std::int64_t integer_max = std::int64_t{1} << 53;

/// The text, or nullptr when the variable is not set.
const std::string* find(const text_map& all, std::string_view name) {
  const auto at = all.find(name);
  return at == all.end() ? nullptr : &at->second;
}

/// JavaScript's `process.env.X || default`: an empty text counts as unset.
const std::string* find_filled(const text_map& all, std::string_view name) {
  const auto* text = find(all, name);
  return text && !text->empty() ? text : nullptr;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> items;
  for (;;) {
    const auto comma = text.find(',');
    items.push_back(text.substr(0, comma));
    if (comma == text.npos)
      return items;
    text.remove_prefix(comma + 1);
  }
}

std::string_view trimmed(std::string_view x) {
  const auto first = x.find_first_not_of(" \t");
  return first == x.npos ? std::string_view{} : x.substr(first, x.find_last_not_of(" \t") - first + 1);
}

std::string join(const std::vector<std::string_view>& items) {
  std::string x;
  for (const auto item : items)
    x.append(x.empty() ? "" : ",").append(item);
  return x;
}

translated_setting boolean(const std::string* text) {
  if (!text)
    return {};
  translated_setting x{*text == "true" ? "true" : "false", {}};
  if (*text != "true" && *text != "false")
    x.remarks.emplace_back("only exactly \"true\" is true, there as here, so this one is false");
  return x;
}

translated_setting filled_text(const std::string* text) {
  return text && !text->empty() ? translated_setting{*text, {}} : translated_setting{};
}

/// Lists are not trimmed, there as here; an empty text is a list of one empty item.
translated_setting list(const std::string* text) {
  if (!text)
    return {};
  translated_setting x{*text, {}};
  const auto items = split(*text);
  if (std::ranges::any_of(items, [](auto item) { return item.empty() || trimmed(item) != item; }))
    x.remarks.emplace_back("items are not trimmed, there as here: one that is empty or has blanks around it matches "
                           "nothing");
  return x;
}

translated_setting server_type(const text_map& theirs) {
  const auto* text = find_filled(theirs, "SERVER_TYPE");
  if (!text || *text == "http")
    return text ? translated_setting{*text, {}} : translated_setting{};
  if (*text != "https")
    return {std::nullopt, {"is neither http nor https, and Evolution API does not start with it; left out, so http"}};
  if (find_filled(theirs, "SSL_CONF_PRIVKEY") && find_filled(theirs, "SSL_CONF_FULLCHAIN"))
    return {*text, {}};
  return {std::nullopt,
          {"https needs SSL_CONF_PRIVKEY and SSL_CONF_FULLCHAIN, which are not both set; left out, so http"}};
}

translated_setting server_port(const text_map& theirs) {
  constexpr auto beside =
      "beside Evolution API on one machine it has to be another one (docs/moving-from-evolution.md)";
  const auto* text = find(theirs, "SERVER_PORT");
  if (!text)
    return {std::nullopt, {std::string{"8080, the default there as here; "} + beside}};
  const auto number = parse_int(*text).value_or(0);
  if (number < 0 || number > 65535)
    return {std::nullopt, {"is no port, and Evolution API does not start with it; left out, so 8080"}};
  translated_setting x{std::to_string(number == 0 ? 8080 : number), {beside}};
  if (*x.value != *text)
    x.remarks.push_back("Evolution API reads it as " + *x.value);
  return x;
}

translated_setting api_key(const text_map& theirs) {
  constexpr auto way_out = " Left out: then a random one is made at the first start, and every front end needs it. To "
                           "keep front ends working, give Evolution API a new key first and move it with that";
  const auto* text = find_filled(theirs, "AUTHENTICATION_API_KEY");
  if (!text)
    return {
        std::nullopt,
        {std::string{"is not set, so Evolution API has its well-known default key, which is refused here."} + way_out}};
  if (!refusal_of_known_key(*text).empty())
    return {std::nullopt, {std::string{"is a well-known default key, which is refused here."} + way_out}};
  return {*text, {"stands in the result in clear: keep that file for its owner only (chmod 600)"}};
}

translated_setting websocket_enabled(const text_map& theirs) {
  const auto* text = find(theirs, "WEBSOCKET_ENABLED");
  if (!text)
    return {
        "true",
        {"is not set, which means off in Evolution API and on here. Written as true, since serving Socket.IO is what "
         "this server is for"}};
  auto x = boolean(text);
  if (x.value == "false")
    x.remarks.emplace_back(
        "is off there and stays off: no Socket.IO client will be served. Set it to true to serve them");
  return x;
}

/// The list alone grants nothing here, so it comes with the switches of old behaviour (migrate_env.cpp).
translated_setting allowed_hosts(const text_map& theirs) {
  const auto* text = find_filled(theirs, "WEBSOCKET_ALLOWED_HOSTS");
  if (const auto* keyless = find(theirs, "WEBSOCKET_KEYLESS"); text && keyless && *keyless == "true")
    return {*text, {}};
  return {std::nullopt,
          {std::string{text ? "names addresses" : "is not set, so the addresses of loopback are those"} +
           " that need no key in Evolution API. Alone it grants nothing here: every client needs a key, unless "
           "WEBSOCKET_KEYLESS=true as well; even so never \"*\", and never a request through a proxy"}};
}

translated_setting save_instance(const text_map& theirs) {
  auto x = boolean(find(theirs, "DATABASE_SAVE_DATA_INSTANCE"));
  if (x.value == "true")
    return x;
  x.value = "false";
  x.remarks.emplace_back("is not true there, so an instance token cannot use GET /instance/fetchInstances; written as "
                         "false, since the default here is true. Instances are kept either way");
  return x;
}

translated_setting cors_origin(const text_map& theirs) {
  auto x = list(find(theirs, "CORS_ORIGIN"));
  if (!x.value)
    return x;
  const auto items = split(*x.value);
  if (std::ranges::find(items, std::string_view{"*"}) == items.end())
    x.remarks.emplace_back("is a list: Socket.IO handshakes from a page of another origin are refused here, where "
                           "Evolution API lets them in. Requests without an origin pass, which get 500 there");
  return x;
}

translated_setting log_level(const setting& row, const text_map& theirs) {
  const auto* text = find(theirs, "LOG_LEVEL");
  if (!text)
    return {std::nullopt, {"is not set, which means all names in Evolution API; here it is ERROR,WARN,INFO,LOG"}};
  const auto allowed = std::get<list_field>(row.field).allowed;
  auto items = split(*text);
  const auto before = items.size();
  std::erase_if(items, [&](auto item) { return std::ranges::find(allowed, item) == allowed.end(); });
  translated_setting x;
  if (items.size() != before)
    x.remarks.emplace_back("has items that Evolution API ignores (unknown, or with blanks around them); left out");
  if (items.empty()) {
    x.remarks.emplace_back("names no level, so Evolution API logs nothing; written as ERROR, since something is always "
                           "logged here");
    items.emplace_back("ERROR");
  }
  x.value = join(items);
  if (std::ranges::any_of(items, [](auto item) { return item == "WEBHOOKS" || item == "WEBSOCKET"; }))
    x.remarks.emplace_back("WEBHOOKS and WEBSOCKET log every event, here as there; that costs more than the events");
  return x;
}

translated_setting metrics(const text_map& theirs) {
  auto x = boolean(find(theirs, "PROMETHEUS_METRICS"));
  if (x.value == "true")
    x.remarks.emplace_back("GET /metrics needs the global key here (header apikey), whatever METRICS_* says");
  return x;
}

translated_setting by_kind(const setting& row, const text_map& theirs) {
  const auto* text = find(theirs, row.name);
  if (std::holds_alternative<boolean_field>(row.field))
    return boolean(text);
  return std::holds_alternative<list_field>(row.field) ? list(text) : filled_text(text);
}

using rule = translated_setting (*)(const setting& row, const text_map& theirs);

template <translated_setting (*Rule)(const text_map&)>
translated_setting without_row(const setting&, const text_map& theirs) {
  return Rule(theirs);
}

struct shared_setting {
  std::string_view name;
  rule how;
};

constexpr shared_setting shared[] = {
    {"SERVER_TYPE", without_row<server_type>},
    {"SERVER_PORT", without_row<server_port>},
    {"SERVER_URL", by_kind},
    {"SERVER_NAME", by_kind},
    {"SERVER_DISABLE_MANAGER", by_kind},
    {"SSL_CONF_PRIVKEY", by_kind},
    {"SSL_CONF_FULLCHAIN", by_kind},
    {"AUTHENTICATION_API_KEY", without_row<api_key>},
    {"AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES", by_kind},
    {"CORS_ORIGIN", without_row<cors_origin>},
    {"CORS_METHODS", by_kind},
    {"CORS_CREDENTIALS", by_kind},
    {"WEBSOCKET_ENABLED", without_row<websocket_enabled>},
    {"WEBSOCKET_GLOBAL_EVENTS", by_kind},
    {"WEBSOCKET_ALLOWED_HOSTS", without_row<allowed_hosts>},
    {"DATABASE_CONNECTION_CLIENT_NAME", by_kind},
    {"DATABASE_SAVE_DATA_INSTANCE", without_row<save_instance>},
    {"WA_BUSINESS_TOKEN_WEBHOOK", by_kind},
    {"LOG_LEVEL", log_level},
    {"LOG_COLOR", by_kind},
    {"PROMETHEUS_METRICS", without_row<metrics>},
};

const shared_setting* find_shared(std::string_view name) {
  const auto* const at = std::ranges::find(shared, name, &shared_setting::name);
  return at == std::end(shared) ? nullptr : at;
}

} // namespace

bool is_shared_setting(std::string_view name) {
  return find_shared(name) != nullptr;
}

translated_setting translate(const setting& row, const text_map& theirs) {
  if (const auto* known = find_shared(row.name))
    return known->how(row, theirs);
  const auto* text = find(theirs, row.name);
  if (!text)
    return {};
  return {*text, {"is no variable of Evolution API but a setting of ours; taken as it stands"}};
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f\v"), text.size()));
  const auto is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+'))
    text.remove_prefix(1);
  const auto is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const std::int64_t base = is_hexadecimal ? 16 : 10;
  text.remove_prefix(is_hexadecimal ? 2 : 0);
  std::int64_t number = 0;
  std::size_t digits = 0;
  for (; digits < text.size(); ++digits) {
    constexpr std::string_view known = "0123456789abcdef";
    const auto c =
        text[digits] >= 'A' && text[digits] <= 'F' ? static_cast<char>(text[digits] - 'A' + 'a') : text[digits];
    const auto digit = static_cast<std::int64_t>(known.find(c));
    if (digit < 0 || digit >= base)
      break;
    number = std::min(number * base + digit, integer_max);
  }
  if (digits == 0)
    return std::nullopt;
  return is_negative ? -number : number;
}

} // namespace arauto::app
