#include "app/api/exchange.hpp"

#include "app/api/finish.hpp"

namespace arauto::app {

exchange::exchange(api_context& home, http::request&& asked, http::path_parameters&& parameters, reply_slot where)
    : home_{&home}, asked_{std::move(asked)}, parameters_{std::move(parameters)}, where_{where} {}

void exchange::answer(http::response what) {
  if (answered_)
    return;
  if (is_lean_)
    add_common_fields(home_->cors, asked_, what);
  else
    finish(home_->cors, asked_, what);
  answered_ = true;
  home_->ports.answers.respond(where_, std::move(what));
}

bool admit_global(exchange& x) {
  if (x.home().ports.directory.get().judge(x.asked().field("apikey")).is_global)
    return true;
  x.answer(unauthorized_answer());
  return false;
}

directory_entry_ptr admit_to_instance(exchange& x) {
  return admit_to_instance(x, x.home().ports.directory.get().judge(x.asked().field("apikey")));
}

directory_entry_ptr admit_to_instance(exchange& x, const key_owner& owner) {
  auto entry = x.home().ports.directory.get().find(x.parameter(0));
  if (entry && owner.opens(*entry))
    return entry;
  if (!entry && (owner.is_global || x.home().config.rest_names_before_key))
    x.answer(error_answer(404, "The \"" + x.parameter(0) + "\" instance does not exist"));
  else
    x.answer(unauthorized_answer());
  return nullptr;
}

void await_outcome(const exchange_ptr& x, outcome_handler then) {
  x->home().outcomes.expect(
      x->where(), [x, then = std::move(then)](const emit_request& request, unsigned status, std::string_view failure) {
        x->guarded([&] { then(request, status, failure); });
      });
}

void change_instance_then(const exchange_ptr& x, const directory_entry& which, record_change what,
                          std::function<http::response(const instance_record& now)> then) {
  const auto& record = *which.record;
  x->home().ports.admin.change({record.name, record.id, std::move(what)},
                               [x, name = record.name, then = std::move(then)](const instance_answer& done) {
                                 x->guarded(
                                     [&] { x->answer(done.record ? then(*done.record) : refusal_answer(done, name)); });
                               });
}

http::response refusal_answer(const instance_answer& why, std::string_view name) {
  const auto quoted = "\"" + std::string{name} + "\"";
  switch (why.why) {
  case refusal::not_found:
    return error_answer(404, "The " + quoted + " instance does not exist");
  case refusal::name_taken:
    return error_answer(403, "This name " + quoted + " is already in use.");
  case refusal::token_taken:
  case refusal::limit_reached:
    return error_answer(403, why.reason);
  case refusal::no_answer:
    return busy_answer(why.reason);
  case refusal::storage_failure:
    break;
  }
  return error_answer(500, why.reason);
}

} // namespace arauto::app
