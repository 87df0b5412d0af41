#include "net/json.hpp"

#include "bench/micro/samples.hpp"

#include <benchmark/benchmark.h>

/// JSON: checking a value that is passed on as it is, and taking an object apart.
namespace arauto::micro {
namespace {

void check(benchmark::State& state) {
  const auto text = json_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    if (const auto read = json::check(text); !read)
      return state.SkipWithError("the sample is no JSON");
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(check)->Name("json/check")->Arg(512)->Arg(16384)->Arg(1048576);

void split(benchmark::State& state) {
  const auto text = emit_body(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    if (const auto read = json::split_object(text); !read)
      return state.SkipWithError("the sample is no object");
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(split)->Name("json/split_object")->Arg(512)->Arg(16384)->Arg(1048576);

} // namespace
} // namespace arauto::micro
