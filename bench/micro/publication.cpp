#include "bench/micro/samples.hpp"

#include <benchmark/benchmark.h>

/// An event becomes the frame that all receivers of a namespace share, in each form. Once per event, not per delivery.
namespace arauto::micro {
namespace {

void encode_as(benchmark::State& state, event_form form) {
  const auto what = event_at(1, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const publication_ptr x{new publication{what, "/sales"}};
    benchmark::DoNotOptimize(x->in(form));
  }
  state.SetItemsProcessed(state.iterations());
}

void sizes(benchmark::internal::Benchmark* x) {
  x->Arg(data_bytes)->Arg(16384);
}
BENCHMARK_CAPTURE(encode_as, socketio, event_form::socketio)->Name("publication/socketio")->Apply(sizes);
BENCHMARK_CAPTURE(encode_as, socketio_with_offset, event_form::socketio_with_offset)
    ->Name("publication/socketio_with_offset")
    ->Apply(sizes);
BENCHMARK_CAPTURE(encode_as, message, event_form::message)->Name("publication/message")->Apply(sizes);
BENCHMARK_CAPTURE(encode_as, sse, event_form::sse)->Name("publication/sse")->Apply(sizes);

} // namespace
} // namespace arauto::micro
