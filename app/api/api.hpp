#pragma once

#include "app/api/context.hpp"
#include "app/api/exchange.hpp"
#include "app/api/ports.hpp"
#include "app/settings.hpp"
#include "net/http/route_table.hpp"

namespace arauto::app {

/// The whole HTTP surface of the REST half, one per I/O thread. Every route is declared in api.cpp; the handlers stand
/// in the file named after their subject. The settings must outlive it.
class api final : public http::request_handler, public emit_answers {
public:
  api(const settings& x, api_ports ports);
  api(const api&) = delete;
  api& operator=(const api&) = delete;

  void handle(http::request what, reply_slot where) override;
  std::size_t body_limit(const http::request& head) override;
  void answered(const emit_request& request, unsigned status, std::string_view failure) override;

  /// Every route of this API, for tests that try them all.
  std::vector<http::route_table::declaration> routes() const { return routes_.declarations(); }

private:
  using step = void (*)(const exchange_ptr& x);
  /// A route whose body is read before its handler runs.
  void add(std::string method, std::string_view pattern, step handler);
  /// A route for producers, which reads its body itself and answers leanly.
  void add_raw(std::string method, std::string_view pattern, step handler);
  void declare_routes();
  void route(http::request what, reply_slot where);

  api_context context_;
  http::route_table routes_;
};

} // namespace arauto::app
