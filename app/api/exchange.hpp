#pragma once

#include "actors/failure.hpp"
#include "app/api/body.hpp"
#include "app/api/context.hpp"
#include "app/api/respond.hpp"
#include "net/http/route_table.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace arauto::app {

/// One request on its way through its route, and the one answer to it. Shared by its handler and by the answer that it
/// waits for; I/O thread only.
class exchange {
public:
  exchange(api_context& home, http::request&& asked, http::path_parameters&& parameters, reply_slot where);

  api_context& home() noexcept { return *home_; }
  http::request& asked() noexcept { return asked_; }
  reply_slot where() const noexcept { return where_; }
  /// Of the path, decoded. Precondition: the route has that many.
  const std::string& parameter(std::size_t position) const { return parameters_.at(position); }
  /// Members of the body, once it was read.
  body_members& body() noexcept { return body_; }

  /// From now on answers have their CORS fields only, and none of what finish.hpp adds: for producers' hot path.
  void keep_lean() noexcept { is_lean_ = true; }
  /// Finishes and sends the answer; later ones are ignored.
  void answer(http::response what);

  /// Runs a step of the handling. An exception ends here: logged, counted, answered with 500.
  template <class Step>
  void guarded(const Step& step) noexcept {
    if (!contain("api", step))
      contain("api", [this] { answer(failure_answer()); });
  }

private:
  api_context* home_;
  http::request asked_;
  http::path_parameters parameters_;
  reply_slot where_;
  body_members body_;
  bool is_lean_ = false;
  bool answered_ = false;
};
using exchange_ptr = std::shared_ptr<exchange>;

/// Whether the caller has the global key; else the exchange is answered.
bool admit_global(exchange& x);

/// The instance that the path names, when the caller's key opens it; else the exchange is answered. A caller without a
/// valid key does not learn whether the name exists.
directory_entry_ptr admit_to_instance(exchange& x);
/// The same for a caller who was judged already.
directory_entry_ptr admit_to_instance(exchange& x, const key_owner& owner);

/// Before events of this exchange are submitted: what to do when they were placed or refused, run as a step of it.
void await_outcome(const exchange_ptr& x, outcome_handler then);

/// Has the REGISTRY change an instance, then answers with what `then` makes of the new record, or with the refusal.
void change_instance_then(const exchange_ptr& x, const directory_entry& which, record_change what,
                          std::function<http::response(const instance_record& now)> then);

/// The answer to a change that the REGISTRY refused.
http::response refusal_answer(const instance_answer& why, std::string_view name);

} // namespace arauto::app
