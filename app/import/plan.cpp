#include "app/import/plan.hpp"

#include "actors/identifiers.hpp"
#include "app/import/printable.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace arauto::app {

namespace {

constexpr auto fresh_token_note =
    "got a new token, since none is shown there; PUT /instance/token/<name> gives another";
constexpr auto kept_token_note = "its token here stays, since none is shown there";
constexpr auto kept_websocket_note = "its websocket settings here stay, since there are none there";

/// What is here, as the plan goes on.
class stock {
public:
  stock(std::vector<instance_record> here, const import_rules& rules) : rules_{rules} {
    for (auto& x : here)
      keep(std::move(x));
  }

  planned_import judge(offered_instance offer) {
    planned_import out;
    out.record = std::move(offer.record);
    out.notes = std::move(offer.notes);
    out.reason = std::move(offer.obstacle);
    const auto* same = find_here(out);
    if (!out.reason.empty())
      return out;
    if (!same && by_name_.size() >= rules_.instances_max) {
      out.reason = "INSTANCES_MAX=" + std::to_string(rules_.instances_max) + " is reached; raise it and import again";
      return out;
    }
    complete(out, same);
    if (out.reason = token_obstacle(out.record); !out.reason.empty())
      return out;
    out.step = same ? import_step::update : import_step::add;
    if (same)
      forget(*same);
    keep(out.record);
    return out;
  }

private:
  /// The same instance, or why there cannot be one.
  const instance_record* find_here(planned_import& out) const {
    const auto named = by_name_.find(out.record.name);
    const auto known = name_by_id_.find(out.record.id);
    if (!out.reason.empty())
      return nullptr;
    if (named != by_name_.end() && named->second.id != out.record.id)
      out.reason = "an instance of that name is here already, with another id; delete one of the two";
    else if (named == by_name_.end() && known != name_by_id_.end())
      out.reason = "its id belongs to the instance \"" + printable(known->second, 128) + "\" here; delete that one";
    return out.reason.empty() && named != by_name_.end() ? &named->second : nullptr;
  }

  /// Fills what the other server does not have.
  static void complete(planned_import& out, const instance_record* same) {
    auto& x = out.record;
    if (same && x.token.empty()) {
      x.token = same->token;
      out.notes.emplace_back(kept_token_note);
    } else if (x.token.empty()) {
      x.token = fresh_token();
      out.notes.emplace_back(fresh_token_note);
    }
    if (same) {
      x.generation = same->generation + (x.token == same->token ? 0 : 1);
      x.webhook = same->webhook;
      if (x.behaviour.id.empty())
        x.behaviour = same->behaviour;
      if (!x.websocket && same->websocket) {
        x.websocket = same->websocket;
        out.notes.emplace_back(kept_websocket_note);
      }
    }
    if (x.behaviour.id.empty())
      x.behaviour.id = fresh_row_id();
    if (x.websocket && x.websocket->id.empty())
      x.websocket->id = fresh_row_id();
  }

  std::string token_obstacle(const instance_record& x) const {
    if (rules_.tokens_may_repeat)
      return {};
    constexpr auto way_out = "; give it another one there, or set INSTANCE_TOKENS_MAY_REPEAT=true";
    if (x.token == rules_.global_key)
      return std::string{"its token is the global key of this server"} + way_out;
    const auto [first, last] = names_by_token_.equal_range(x.token);
    const auto other = std::find_if(first, last, [&](const auto& at) { return at.second != x.name; });
    return other == last ? std::string{}
                         : "its token is that of the instance \"" + printable(other->second, 128) + "\" too" + way_out;
  }

  void keep(instance_record x) {
    name_by_id_.insert_or_assign(x.id, x.name);
    names_by_token_.emplace(x.token, x.name);
    auto name = x.name;
    by_name_.insert_or_assign(std::move(name), std::move(x));
  }

  void forget(const instance_record& x) {
    const auto [first, last] = names_by_token_.equal_range(x.token);
    if (const auto at = std::find_if(first, last, [&](const auto& y) { return y.second == x.name; }); at != last)
      names_by_token_.erase(at);
  }

  const import_rules& rules_;
  std::map<std::string, instance_record, std::less<>> by_name_;
  std::map<std::string, std::string, std::less<>> name_by_id_;
  std::multimap<std::string, std::string, std::less<>> names_by_token_;
};

} // namespace

std::vector<planned_import> plan_import(std::vector<instance_record> here, std::vector<offered_instance> offers,
                                        const import_rules& rules) {
  stock all{std::move(here), rules};
  std::vector<planned_import> out;
  for (auto& offer : offers)
    out.push_back(all.judge(std::move(offer)));
  return out;
}

} // namespace arauto::app
