#pragma once

#include "actors/registry.hpp"
#include "app/api/api.hpp"
#include "app/history_link.hpp"
#include "app/registry_link.hpp"
#include "tests/isolation/marks.hpp"
#include "tests/support/actor_fixture.hpp"

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace arauto::isolation {

class visitor;

/// A packet that a client got.
struct received {
  const visitor* by = nullptr;
  std::string text;
};

/// One client and what its sessions may see.
class visitor final : public event_outbox {
public:
  explicit visitor(std::vector<received>& journal) : journal_{&journal} {}

  push_result push(const frame_batch& what) override;
  void close(close_reason) override { is_closed = true; }
  void dismiss(std::string_view) override { is_closed = true; }
  void allow_messages(std::size_t) override {}
  bool is_writable() const noexcept override { return !is_closed; }
  std::size_t backlog() const noexcept override { return 0; }
  std::span<const header_field> request_fields() const noexcept override { return {}; }

  /// Whose events its session in that namespace may get.
  reach sees(std::string_view nsp) const;
  /// How often it has to get an event of that tenant.
  std::size_t shares(const tenant& of) const;

  /// What the keys of its sessions open, by namespace.
  std::map<std::string, reach, std::less<>> joined;
  application_side_ptr side;
  bool is_closed = false;

private:
  std::vector<received>* journal_;
};

/// The namespace of an encoded Socket.IO packet.
std::string_view namespace_of(std::string_view packet);

/// A store that remembers whose rows were written.
class watched_store final : public instance_store {
public:
  std::vector<instance_record> load() override { return {}; }
  failure insert(const instance_record& x) override { return keep(x); }
  failure update(const instance_record& x) override { return keep(x); }
  failure remove(const std::string& id) override;

  std::map<std::string, instance_record> rows;
  std::set<std::string> touched;

private:
  failure keep(const instance_record& x);
};

/// A whole server of two hundred tenants but for its sockets: every actor, the API of two I/O threads, the store. Each
/// tenant has one client in its namespace and one on "/", and there is one on "/" with the global key.
class world : public test::ActorFixture {
public:
  world();
  ~world() override;

  /// Sends a request to the API of one thread and runs until it was answered. Status 0: it never was.
  http::response ask(http::request what);
  /// As the operator.
  http::response ask_as_operator(std::string method, const std::string& target, std::string body = {});
  std::vector<http::route_table::declaration> routes() const { return apis_.front()->routes(); }

  /// What clients got since the last call.
  std::vector<received> take_received() { return std::exchange(journal_, {}); }
  /// Whose rows were written since the last call, by instance id.
  std::set<std::string> take_written() { return std::exchange(store_.touched, {}); }
  const std::map<std::string, instance_record>& stored() const { return store_.rows; }
  std::uint64_t version() const { return board.version(); }
  directory_entry_ptr entry_of(const tenant& x) const { return board.current()->find(x.name); }
  std::size_t instances() const { return board.current()->size(); }

  /// The offset of an event of that tenant's instance, which is emitted when it had none yet.
  std::string kept_event_of(const tenant& x);
  /// A place in the log with that many events behind it, or all that there are.
  static constexpr std::size_t recent_events = 10;
  std::string recent_place() const;

  /// A second passes: SYNTHETIC instances emit.
  void pass_time();

  /// A text that is planted once, or used as a key once.
  std::string fresh_text(std::size_t tenant, char kind);
  const app::browser_tokens& signer() const { return signer_; }
  std::string browser_token_of(const tenant& x, std::int64_t lifetime_ms = 3600000);

  /// A client; the handshake went through Engine.IO's own reading of the query. Nullptr when it was refused.
  std::unique_ptr<visitor> visit(std::string_view query, std::string header_key, bool is_websocket);
  /// A client of the event streams, in "/" of `joined` by what `whose` says; or why it was refused.
  std::variant<std::unique_ptr<visitor>, admission> listen(std::string_view nsp, handshake shake, event_form form,
                                                           reach whose);
  void say(visitor& x, std::string_view text);
  void leave(visitor& x);
  /// Clients that stay and may get an event of that tenant.
  std::vector<const visitor*> audience_of(const tenant& x) const;

  /// Takes over what a new token means: old ones count no more, and the clients come again.
  void follow_new_token(tenant& x, std::string token);
  /// Makes the instance of a tenant, anew when it was deleted, and its clients. False when the server refused.
  bool settle_tenant(tenant& x);

  static constexpr auto relay_key = "the key that webhooks are signed with";
  static constexpr auto browser_secret = "the secret of browser tokens";
  app::settings config;
  std::vector<tenant> tenants;
  id_book ids;

private:
  struct answer_book final : http::responder {
    void respond(reply_slot where, http::response what) override { answers[where.request] = std::move(what); }
    std::map<std::uint32_t, http::response> answers;
  };
  struct queue_intake final : app::event_intake {
    explicit queue_intake(intake_queue& x) : queue{x} {}
    bool submit(const directory_entry& to, std::vector<emission> events, reply_slot where, claims_ptr once) override {
      return queue.submit(to.actor, std::move(events), where, std::move(once));
    }
    bool submit(const directory_entry& to, std::shared_ptr<const std::string> message, reply_slot where) override {
      return queue.submit(to.actor, std::move(message), where);
    }
    intake_queue& queue;
  };
  struct clients {
    std::unique_ptr<visitor> own;
    std::unique_ptr<visitor> root;
  };

  void on_outcome(const emit_request& request, unsigned status, std::string_view failure) override;
  const browser_token_reader& token_reader() const override { return signer_; }
  void start();
  std::unique_ptr<visitor> join(const std::string& nsp, const std::string& key, reach whose);
  void invite(tenant& x);

  app::browser_tokens signer_{browser_secret};
  app::relay_memory relayed_{100000, std::chrono::hours{1}};
  watched_store store_;
  answer_book answers_;
  std::deque<queue_intake> intakes_;
  std::deque<app::registry_link> links_;
  std::deque<app::history_link> histories_;
  /// By id of the instance.
  std::map<std::string, std::string> kept_events_;
  std::vector<std::unique_ptr<app::api>> apis_;
  registry_actor registry_;
  std::vector<received> journal_;
  std::vector<clients> clients_;
  std::unique_ptr<visitor> operator_;
  std::uint32_t requests_ = 0;
  std::uint64_t texts_ = 0;
};

} // namespace arauto::isolation
