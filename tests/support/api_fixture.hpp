#pragma once

#include "actors/memory_event_store.hpp"
#include "app/api/api.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace arauto::app {

/// Keeps answers by the number of their request.
class fake_responder final : public http::responder {
public:
  void respond(reply_slot where, http::response what) override {
    ++answers;
    last[where.request] = std::move(what);
  }
  std::map<std::uint32_t, http::response> last;
  int answers = 0;
};

/// A REGISTRY made of a directory: answers at once, unless told to refuse, to wait or to throw.
class fake_administration final : public administration {
public:
  explicit fake_administration(directory_board& board) : board_{&board} {}

  void create(create_instance what, answer_handler then) override {
    auto& x = what.record;
    asked_to_create = x;
    ++number_;
    x.id = "id-" + std::to_string(number_);
    x.token = x.token.empty() ? "FRESH-TOKEN" : x.token;
    x.created_at_ms = x.updated_at_ms = 1795348281216 + number_;
    x.behaviour.id = "setting-" + std::to_string(number_);
    if (x.websocket) {
      x.websocket->id = "row-" + std::to_string(number_);
      x.websocket->created_at_ms = x.websocket->updated_at_ms = x.created_at_ms;
    }
    settle(std::move(x), number_, std::move(then));
  }

  void remove(delete_instance what, answer_handler then) override {
    const auto entry = board_->current()->find(what.name);
    if (!refuse_with)
      board_->publish(board_->current()->without(what.name));
    then(refuse_with.value_or(instance_answer{entry->record, {}, {}}));
  }

  void change(change_instance what, answer_handler then) override {
    const auto entry = board_->current()->find(what.name);
    const auto had_row = entry->record->websocket.has_value();
    auto x = changed(*entry->record, what.what, 1795348289748);
    if (!had_row && x.websocket)
      x.websocket->created_at_ms = 1795348289730;
    for (auto* id : {x.websocket ? &x.websocket->id : nullptr, x.webhook ? &x.webhook->id : nullptr})
      if (id != nullptr)
        *id = "row-set";
    settle(std::move(x), entry->number, std::move(then));
  }

  std::optional<instance_answer> refuse_with;
  bool waits = false;
  std::deque<answer_handler> waiting;
  std::optional<instance_record> asked_to_create;

private:
  void settle(instance_record x, instance_number number, answer_handler then) {
    if (waits)
      return waiting.push_back(std::move(then));
    if (refuse_with)
      return then(*refuse_with);
    auto entry = std::make_shared<directory_entry>();
    entry->number = number;
    entry->token = key_digest::of(x.token);
    entry->record = std::make_shared<const instance_record>(std::move(x));
    board_->publish(board_->current()->with(entry));
    then({entry->record, {}, {}});
  }

  directory_board* board_;
  instance_number number_ = 0;
};

/// Keeps what was submitted.
class fake_intake final : public event_intake {
public:
  struct submission {
    std::string to;
    std::vector<emission> events;
    reply_slot where;
    claims_ptr once;
  };
  bool submit(const directory_entry& to, std::vector<emission> events, reply_slot where, claims_ptr once) override {
    if (is_full)
      return false;
    taken.push_back({to.record->name, std::move(events), where, std::move(once)});
    return true;
  }
  bool submit(const directory_entry& to, std::shared_ptr<const std::string> message, reply_slot where) override {
    if (is_full)
      return false;
    messages.emplace_back(to.record->name, *message);
    message_slots.push_back(where);
    return true;
  }
  std::vector<submission> taken;
  std::vector<std::pair<std::string, std::string>> messages;
  std::vector<reply_slot> message_slots;
  bool is_full = false;
};

/// A log in memory; what is asked of it is answered at once, unless it waits or is busy.
class fake_history final : public event_history {
public:
  log_board::view places() const override { return {store.last(), store.extent()}; }
  std::string failure() const override { return why; }
  bool read(event_query what, page_handler then) override {
    if (is_busy)
      return false;
    asked = what;
    auto answer = events_read{nullptr, unreadable};
    if (unreadable.empty())
      answer.page = std::make_shared<const event_page>(store.open_reader({})->read(what));
    if (meanwhile)
      meanwhile();
    then(answer);
    return true;
  }

  memory_event_store store{std::chrono::hours{1}, 1000000};
  event_query asked;
  std::string unreadable;
  std::string why;
  bool is_busy = false;
  std::function<void()> meanwhile;
};

/// The API of one I/O thread over fakes. Settings count until the first request.
class api_fixture : public ::testing::Test {
protected:
  static constexpr const char* key = "the-global-key";
  using fields = std::vector<std::pair<std::string, std::string>>;

  static http::request request_of(std::string method, std::string target, std::string api_key = {},
                                  std::string body = {}, fields more = {}) {
    http::request x;
    x.method = std::move(method);
    x.target = std::move(target);
    x.fields.append(more);
    x.fields.emplace_back("Host", "127.0.0.1:8080");
    if (!api_key.empty())
      x.fields.emplace_back("apikey", std::move(api_key));
    if (!body.empty()) {
      if (!x.has_field("Content-Type"))
        x.fields.emplace_back("Content-Type", "application/json");
      x.fields.emplace_back("Content-Length", std::to_string(body.size()));
    }
    x.body = std::move(body);
    return x;
  }

  /// The answer; status 0 when there is none yet.
  http::response send(http::request what) {
    const reply_slot where{0, 1, 1, ++requests};
    rest().handle(std::move(what), where);
    const auto at = answers.last.find(requests);
    return at == answers.last.end() ? http::response{0, {}, {}, false} : at->second;
  }

  http::response get(std::string target, std::string api_key = key) {
    return send(request_of("GET", std::move(target), std::move(api_key)));
  }
  http::response post(std::string target, std::string body, std::string api_key = key) {
    return send(request_of("POST", std::move(target), std::move(api_key), std::move(body)));
  }
  /// Makes an instance through the API.
  void have(const std::string& name, const std::string& token = "token", const std::string& more = {}) {
    const auto made = post("/instance/create", R"({"integration":"EVOLUTION","instanceName":")" + name +
                                                   R"(","token":")" + token + "\"" + more + "}");
    ASSERT_EQ(made.status, 201U) << made.body;
  }

  static std::string field(const http::response& x, std::string_view name) {
    for (const auto& [key_of, value] : x.fields)
      if (key_of == name)
        return std::string{value};
    return "(none)";
  }
  /// Evolution's error body with one text.
  static std::string error(int status, const std::string& name, const std::string& text_json) {
    return R"({"status":)" + std::to_string(status) + R"(,"error":")" + name + R"(","response":{"message":)" +
           text_json + "}}";
  }
  static std::string unauthorized() { return error(401, "Unauthorized", R"("Unauthorized")"); }

  api& rest() {
    if (!rest_)
      rest_ = std::make_unique<api>(
          config,
          api_ports{answers, view, admin, intake, tokens, relayed, {&counters, &other}, counters, history.get()});
    return *rest_;
  }

  settings config;
  directory_board board{std::make_shared<const directory>(key)};
  directory_view view{board};
  fake_responder answers;
  fake_administration admin{board};
  fake_intake intake;
  browser_tokens tokens{"a secret of this test"};
  relay_memory relayed{1000, std::chrono::hours{1}};
  /// Set before the first request: a log keeps events.
  std::unique_ptr<fake_history> history;
  io_counters counters;
  io_counters other;
  std::uint32_t requests = 0;

private:
  std::unique_ptr<api> rest_;
};

} // namespace arauto::app
