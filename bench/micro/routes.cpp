#include "app/api/api.hpp"

#include <benchmark/benchmark.h>

#include <string_view>

/// The route table of the product: every route that its API declares.
namespace arauto::micro {
namespace {

/// What the API stands on where no request comes.
struct no_administration final : app::administration {
  void create(create_instance, answer_handler) override {}
  void remove(delete_instance, answer_handler) override {}
  void change(change_instance, answer_handler) override {}
};

struct no_intake final : app::event_intake {
  bool submit(const directory_entry&, std::vector<emission>, reply_slot, claims_ptr) override { return false; }
  bool submit(const directory_entry&, std::shared_ptr<const std::string>, reply_slot) override { return false; }
};

struct no_responder final : http::responder {
  void respond(reply_slot, http::response) override {}
};

http::route_table routes_of_the_product() {
  app::settings config;
  config.prometheus_metrics = true;
  no_responder answers;
  no_administration admin;
  no_intake events;
  io_counters counters;
  directory_board board{std::make_shared<const directory>("key")};
  directory_view view{board};
  app::browser_tokens tokens{"secret"};
  app::relay_memory relayed{1, std::chrono::hours{1}};
  const app::api declared{config, app::api_ports{answers, view, admin, events, tokens, relayed, {&counters}, counters}};
  http::route_table routes;
  for (auto& x : declared.routes())
    routes.add(x.method, x.pattern, [](http::request, http::path_parameters, reply_slot) {});
  return routes;
}

void find(benchmark::State& state, std::string_view method, std::string_view path, bool is_there) {
  const auto routes = routes_of_the_product();
  for (auto _ : state)
    if (const auto found = routes.find(method, path); (found.handler != nullptr) != is_there)
      return state.SkipWithError("another route was found");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(find, root, "GET", "/", true)->Name("route/root");
BENCHMARK_CAPTURE(find, emit, "POST", "/event/emit/sales", true)->Name("route/emit");
BENCHMARK_CAPTURE(find, event, "GET", "/event/3-17", true)->Name("route/event");
BENCHMARK_CAPTURE(find, unknown, "POST", "/message/sendText/sales", false)->Name("route/unknown");

} // namespace
} // namespace arauto::micro
