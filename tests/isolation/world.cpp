#include "tests/isolation/world.hpp"

#include "actors/identifiers.hpp"
#include "actors/memory_event_store.hpp"
#include "app/api/object_writer.hpp"
#include "net/engineio/handshake.hpp"

#include <algorithm>
#include <array>

namespace arauto::isolation {

namespace {

constexpr std::array<const char*, 4> kinds{"EVOLUTION", "WHATSAPP-BUSINESS", "WHATSAPP-BAILEYS", "SYNTHETIC"};

/// The body of `POST /instance/create` with a planted text in every member that is stored.
std::string creation_of(world& in, tenant& x) {
  const auto plant = [&](char kind) { return in.fresh_text(x.index, kind); };
  x.token = plant('t');
  x.number = "55" + plant('p');
  x.webhook_url = "http://" + plant('u') + ".example/";
  const auto headers = app::object_writer{}.text("authorization", plant('h')).close();
  const auto webhook = app::object_writer{}
                           .boolean("enabled", true)
                           .text("url", x.webhook_url)
                           .raw("headers", headers)
                           .raw("events", "[]")
                           .close();
  return app::object_writer{}
      .text("instanceName", x.name)
      .text("integration", x.integration)
      .text("token", x.token)
      .text("number", x.number)
      .text("businessId", plant('b'))
      .text("ownerJid", plant('o') + "@s.whatsapp.net")
      .text("profileName", plant('f'))
      .text("profilePicUrl", "http://" + plant('i'))
      .text("msgCall", plant('m'))
      .text("wavoipToken", plant('w'))
      .raw("webhook", webhook)
      .raw("websocket", R"({"enabled":true,"events":[]})")
      .close();
}

} // namespace

std::string_view namespace_of(std::string_view packet) {
  const auto start = packet.find_first_not_of("0123456789-");
  if (start == std::string_view::npos || packet[start] != '/')
    return "/";
  return packet.substr(start, packet.find(',', start) - start);
}

push_result visitor::push(const frame_batch& what) {
  for (const auto& x : what.packets)
    journal_->push_back({this, std::string{x->packet()}});
  return push_result::accepted;
}

reach visitor::sees(std::string_view nsp) const {
  const auto at = joined.find(nsp);
  return at == joined.end() ? opens_nothing : at->second;
}

std::size_t visitor::shares(const tenant& of) const {
  return (sees("/").opens(of.index) ? 1U : 0U) + joined.count("/" + of.name);
}

instance_store::failure watched_store::keep(const instance_record& x) {
  rows[x.id] = x;
  touched.insert(x.id);
  return {};
}

instance_store::failure watched_store::remove(const std::string& id) {
  rows.erase(id);
  touched.insert(id);
  return {};
}

world::world() {
  config.authentication_api_key = test::global_key;
  // Everything that shows a token shows it, everything that can be switched on is on: leaks would show.
  config.authentication_expose_in_fetch_instances = config.fetch_instances_show_tokens = true;
  config.prometheus_metrics = config.websocket_global_events = config.websocket_client_events = true;
  config.relay_jwt_key = relay_key;
  expose_token = true;
  rules.client_events = true;
  rules.allowed_hosts = config.websocket_allowed_hosts;
  store = std::make_unique<memory_event_store>(std::chrono::hours{24}, std::uint64_t{1} << 30);
  begin(true);
  start();
  operator_ = join("/", test::global_key, opens_all);
  clients_.resize(tenant_count);
  tenants.resize(tenant_count);
  for (std::size_t i = 0; i < tenant_count; ++i) {
    auto& x = tenants[i];
    x.index = i;
    x.name = name_of(i);
    x.integration = kinds.at(i / 2 % kinds.size());
    // Each has had the name before, and another token: keys that once were good.
    settle_tenant(x);
    ask_as_operator("DELETE", "/instance/delete/" + x.name);
    settle_tenant(x);
    const auto token = fresh_text(i, 't');
    ask_as_operator("PUT", "/instance/token/" + x.name, R"({"token":")" + token + "\"}");
    follow_new_token(x, token);
  }
  take_received();
  take_written();
}

world::~world() {
  for (auto& x : clients_)
    for (auto* one : {&x.own, &x.root})
      if (*one)
        leave(**one);
  leave(*operator_);
  apis_.clear();
  links_.clear();
  histories_.clear();
  caf::anon_send_exit(registry_, caf::exit_reason::user_shutdown);
  settle();
  registry_ = nullptr;
  pass_time(); // Deleted instances that wait for a tick hold themselves until then.
}

void world::pass_time() {
  for (auto& x : threads)
    x->home.advance(std::chrono::seconds{1});
  pool().advance_time(std::chrono::seconds{1});
  settle();
}

void world::start() {
  registry_ = system.spawn(registry, registry_services{&store_,
                                                       &board,
                                                       {&threads[0]->unit, &threads[1]->unit},
                                                       broadcaster_,
                                                       services,
                                                       tenant_count + 10,
                                                       false,
                                                       std::make_shared<std::promise<void>>()});
  settle();
  const std::vector<const io_counters*> counters{&threads[0]->counters, &threads[1]->counters};
  for (auto& x : threads) {
    auto& link = links_.emplace_back(x->unit, registry_);
    auto& intake = intakes_.emplace_back(x->intake_q);
    auto& history = histories_.emplace_back(x->unit, log_reads, log_places);
    apis_.push_back(std::make_unique<app::api>(
        config, app::api_ports{answers_, x->view, link, intake, signer_, relayed_, counters, x->counters, &history}));
  }
}

void world::on_outcome(const emit_request& request, unsigned status, std::string_view failure) {
  apis_[request.slot.loop]->answered(request, status, failure);
}

std::string world::kept_event_of(const tenant& x) {
  auto& offset = kept_events_[x.id];
  if (offset.empty()) {
    emit(entry_of(x), "call");
    take_received();
    const auto now = log_places.current();
    offset = to_string(now.extent->at(now.last));
  }
  return offset;
}

std::string world::recent_place() const {
  const auto now = log_places.current();
  const auto some_ago = now.last - std::min<event_sequence>(now.last, recent_events);
  // Deleted instances leave gaps, which "/" cannot be replayed over.
  return to_string(now.extent->at(std::max(some_ago, now.extent->newest_purged)));
}

http::response world::ask(http::request what) {
  const auto thread = static_cast<std::uint16_t>(++requests_ % threads.size());
  apis_[thread]->handle(std::move(what), {thread, 1, 1, requests_});
  settle();
  auto answer = answers_.answers.extract(requests_);
  return answer ? std::move(answer.mapped()) : http::response{0, {}, {}, false};
}

http::response world::ask_as_operator(std::string method, const std::string& target, std::string body) {
  http::request x;
  x.method = std::move(method);
  for (const char c : target) // Names hold whatever a name may hold.
    if (std::string_view{" \"\\"}.find(c) == std::string_view::npos)
      x.target += c;
    else
      x.target += c == ' ' ? "%20" : c == '"' ? "%22" : "%5C";
  x.fields = {{"apikey", test::global_key}, {"content-type", "application/json"}};
  x.body = std::move(body);
  return ask(std::move(x));
}

std::string world::fresh_text(std::size_t tenant, char kind) {
  ++texts_;
  // Letters and digits, so that upper case is another text.
  return mark_of(tenant, kind) + std::to_string(texts_) + "k" + std::to_string(texts_ * 0x9E3779B97F4A7C15U);
}

std::string world::browser_token_of(const tenant& x, std::int64_t lifetime_ms) {
  const auto entry = entry_of(x);
  return signer_.sign({x.id, x.name, entry ? entry->record->generation : 0, unix_ms() + lifetime_ms, {}});
}

// -- clients

std::unique_ptr<visitor> world::visit(std::string_view query, std::string header_key, bool is_websocket) {
  handshake shake;
  shake.target = "/socket.io/?" + std::string{query};
  shake.api_key = engineio::read_parameters(query).api_key;
  if (shake.api_key.empty())
    shake.api_key = std::move(header_key);
  shake.remote_address = "127.0.0.1";
  shake.is_websocket = is_websocket;
  auto& door = *threads[++requests_ % threads.size()]->front_door;
  if (!door.admit(shake).accepted)
    return nullptr;
  auto x = std::make_unique<visitor>(journal_);
  x->side = door.open(*x, std::move(shake));
  return x;
}

std::variant<std::unique_ptr<visitor>, admission> world::listen(std::string_view nsp, handshake shake, event_form form,
                                                                reach whose) {
  auto x = std::make_unique<visitor>(journal_);
  auto opened = threads[++requests_ % threads.size()]->streams->open(*x, nsp, std::move(shake), form);
  if (auto* refused = std::get_if<admission>(&opened))
    return std::move(*refused);
  x->side = std::get<application_side_ptr>(std::move(opened));
  x->joined["/"] = whose;
  settle();
  return x;
}

void world::say(visitor& x, std::string_view text) {
  x.side->on_text(text);
  settle();
}

void world::leave(visitor& x) {
  x.side->on_close(close_reason::transport_close);
  x.side = nullptr;
  settle();
}

std::unique_ptr<visitor> world::join(const std::string& nsp, const std::string& key, reach whose) {
  auto x = visit("EIO=4&transport=websocket", {}, true);
  say(*x, "0" + (nsp == "/" ? "" : nsp + ",") + R"({"apikey":")" + key + "\"}");
  x->joined[nsp] = whose;
  return x;
}

std::vector<const visitor*> world::audience_of(const tenant& x) const {
  const auto& own = clients_[x.index];
  return {own.own.get(), own.root.get(), operator_.get()};
}

void world::invite(tenant& x) {
  auto& has = clients_[x.index];
  for (auto* one : {&has.own, &has.root})
    if (*one)
      leave(**one);
  // One of three listens with a browser token, which has to end with the token it came from.
  const auto& key = x.index % 3 == 0 ? x.browser_token : x.token;
  has.own = join("/" + x.name, key, opens_one(x.index));
  has.root = join("/", key, opens_one(x.index));
}

// -- tenants

void world::follow_new_token(tenant& x, std::string token) {
  x.revoked_token = std::exchange(x.token, std::move(token));
  x.revoked_browser_token = std::exchange(x.browser_token, browser_token_of(x));
  invite(x);
}

bool world::settle_tenant(tenant& x) {
  x.former_token = x.token;
  x.former_id = x.id;
  const auto body = creation_of(*this, x);
  const auto answer = ask_as_operator("POST", "/instance/create", body);
  const auto made = entry_of(x);
  if (answer.status != 201 || !made)
    return false;
  x.id = made->record->id;
  ids[x.id] = x.index;
  x.browser_token = browser_token_of(x);
  invite(x);
  return true;
}

} // namespace arauto::isolation
