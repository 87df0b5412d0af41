#include "app/import/offer.hpp"

#include "actors/catalogue.hpp"
#include "actors/kinds/table.hpp"
#include "app/api/schema_rules.hpp"
#include "app/import/iso_time.hpp"
#include "app/import/printable.hpp"
#include "net/json.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace arauto::app {

namespace {

/// As in bodies of the REST API.
constexpr std::size_t text_bytes_max = 1024;
constexpr std::size_t events_max = 200;
constexpr std::array<std::string_view, 3> statuses = {"open", "close", "connecting"};

using members = std::vector<json::member>;

std::optional<json::value> value_of(const members& of, std::string_view key) {
  const auto* x = json::find(of, key);
  return x ? std::optional{x->value} : std::nullopt;
}

bool is_uuid(std::string_view x) noexcept {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  const auto fits = [](char c, char at) {
    return at == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  return std::ranges::equal(x, shape, fits);
}

/// Reads the members of one object; what has no place here is left out with a note.
class member_reader {
public:
  member_reader(const members& from, std::vector<std::string>& notes) : from_{from}, notes_{notes} {}

  std::optional<std::string> text(std::string_view key) const {
    const auto found = value_of(from_, key);
    auto x = found ? json::as_string(*found) : std::nullopt;
    if (found && found->kind != json::kind::null && (!x || x->size() > text_bytes_max)) {
      notes_.push_back(std::string{key} + " left out: it is " +
                       (x ? "longer than " + std::to_string(text_bytes_max) + " bytes" : "no text"));
      return std::nullopt;
    }
    return x;
  }

  bool truth(std::string_view key) const {
    const auto found = value_of(from_, key);
    return found && json::as_boolean(*found).value_or(false);
  }

  std::optional<std::int64_t> time(std::string_view key) const {
    const auto found = value_of(from_, key);
    const auto x = found ? json::as_string(*found) : std::nullopt;
    return x ? parse_iso_time(*x) : std::nullopt;
  }

private:
  const members& from_;
  std::vector<std::string>& notes_;
};

behaviour_row read_behaviour(const members& from, std::vector<std::string>& notes) {
  const member_reader read{from, notes};
  behaviour_row x;
  x.id = read.text("id").value_or("");
  x.reject_call = read.truth("rejectCall");
  x.msg_call = read.text("msgCall").value_or("");
  x.groups_ignore = read.truth("groupsIgnore");
  x.always_online = read.truth("alwaysOnline");
  x.read_messages = read.truth("readMessages");
  x.read_status = read.truth("readStatus");
  x.sync_full_history = read.truth("syncFullHistory");
  x.wavoip_token = read.text("wavoipToken").value_or("");
  return x;
}

/// "FOO, BAR and 3 more"
std::string enumerate(const std::vector<std::string>& names) {
  constexpr std::size_t shown_max = 5;
  std::string x;
  for (std::size_t i = 0; i < std::min(names.size(), shown_max); ++i)
    x += (i == 0 ? "" : ", ") + printable(names[i], 40);
  return names.size() > shown_max ? x + " and " + std::to_string(names.size() - shown_max) + " more" : x;
}

std::vector<std::string> read_events(const members& from, std::vector<std::string>& notes) {
  const auto list = value_of(from, "events");
  const auto elements =
      list ? json::split_array(list->raw) : json::outcome<std::vector<json::value>>{json::syntax_error{}};
  std::vector<std::string> known;
  std::vector<std::string> unknown;
  if (!elements) {
    notes.emplace_back("its events are no list, so none is selected");
    return known;
  }
  for (const auto& element : *elements) {
    auto name = json::as_string(element);
    if (!name || !find_selectable(*name))
      unknown.push_back(name.value_or("(no text)"));
    else if (known.size() < events_max)
      known.push_back(std::move(*name));
  }
  if (!unknown.empty())
    notes.push_back("unknown events left out: " + enumerate(unknown));
  if (known.size() + unknown.size() < elements->size())
    notes.push_back("only its first " + std::to_string(events_max) + " events were taken");
  return known;
}

/// The same row may come twice, by the list and by its own route: what there is to say about it is said once.
void take_websocket(const members& from, offered_instance& into) {
  std::vector<std::string> notes;
  const member_reader read{from, notes};
  websocket_row x;
  x.id = read.text("id").value_or("");
  x.enabled = read.truth("enabled");
  x.events = read_events(from, notes);
  x.created_at_ms = read.time("createdAt").value_or(into.record.created_at_ms);
  x.updated_at_ms = read.time("updatedAt").value_or(x.created_at_ms);
  into.record.websocket = std::move(x);
  for (auto& note : notes)
    if (std::ranges::find(into.notes, note) == into.notes.end())
      into.notes.push_back(std::move(note));
}

/// Why an instance can never come here, whatever is here already.
std::string obstacle_of(const instance_record& x, bool has_token_text) {
  if (!is_instance_name(x.name))
    return "its name is not allowed here (1 to 128 bytes of UTF-8 without control characters and without / , ? # %); "
           "create an instance with another name here and move its clients there";
  if (!is_uuid(x.id))
    return "its id is no UUID";
  if (!find_kind(x.integration)) {
    std::string known;
    for (const auto& kind : instance_kinds())
      known += (known.empty() ? "" : ", ") + std::string{kind.name};
    return "its integration " + (x.integration.empty() ? "is missing" : '"' + printable(x.integration, 40) + '"') +
           " is unknown here; known: " + known;
  }
  if (!has_token_text)
    return "its token is no text of at most " + std::to_string(text_bytes_max) + " bytes";
  return {};
}

offered_instance read_instance(const members& from, std::int64_t now_ms) {
  offered_instance offer;
  auto& x = offer.record;
  const member_reader read{from, offer.notes};
  x.created_at_ms = read.time("createdAt").value_or(now_ms);
  x.updated_at_ms = read.time("updatedAt").value_or(x.created_at_ms);
  // Bounds of their own: what does not fit is an obstacle, not a note.
  const auto whole = [&](std::string_view key) {
    const auto found = value_of(from, key);
    return found ? json::as_string(*found).value_or("") : std::string{};
  };
  x.id = whole("id");
  x.name = whole("name");
  x.integration = whole("integration");
  x.token = whole("token");
  const auto token = value_of(from, "token");
  const auto is_token = !token || token->kind == json::kind::null ||
                        (token->kind == json::kind::string && x.token.size() <= text_bytes_max);
  const auto status = whole("connectionStatus");
  x.connection_status = std::ranges::find(statuses, status) == statuses.end() ? "close" : status;
  x.owner_jid = read.text("ownerJid");
  x.profile_name = read.text("profileName");
  x.profile_pic_url = read.text("profilePicUrl");
  x.number = read.text("number");
  x.business_id = read.text("businessId");
  if (const auto row = value_of(from, "Setting"); row && row->kind == json::kind::object)
    x.behaviour = read_behaviour(*json::split_object(row->raw), offer.notes);
  if (const auto row = value_of(from, "Websocket"); row && row->kind == json::kind::object)
    take_websocket(*json::split_object(row->raw), offer);
  offer.obstacle = obstacle_of(x, is_token);
  return offer;
}

} // namespace

std::vector<offered_instance> read_instance_list(std::string_view body, std::int64_t now_ms) {
  const auto elements = json::split_array(body);
  if (!elements)
    throw unexpected_answer("a list of instances was expected, and this is " +
                            (json::check(body) ? std::string{"JSON, but no list"}
                                               : "no JSON (byte " + std::to_string(elements.error().position) + ": " +
                                                     elements.error().reason + ")"));
  std::vector<offered_instance> offers;
  for (const auto& element : *elements) {
    const auto found = json::split_object(element.raw);
    if (!found || !json::find(*found, "name") || !json::find(*found, "integration"))
      throw unexpected_answer("element " + std::to_string(offers.size()) +
                              " of the list is no instance: it has no \"name\" and \"integration\"");
    offers.push_back(read_instance(*found, now_ms));
  }
  std::stable_sort(offers.begin(), offers.end(), [](const offered_instance& a, const offered_instance& b) {
    return std::tie(a.record.created_at_ms, a.record.name) < std::tie(b.record.created_at_ms, b.record.name);
  });
  return offers;
}

void read_websocket_answer(std::string_view body, offered_instance& into) {
  if (body.empty())
    return;
  const auto what = json::check(body);
  if (what && what->kind == json::kind::null) {
    into.record.websocket.reset();
    return;
  }
  const auto found = json::split_object(body);
  if (!found || !json::find(*found, "enabled"))
    throw unexpected_answer("null or an object with \"enabled\" and \"events\" was expected");
  take_websocket(*found, into);
}

} // namespace arauto::app
