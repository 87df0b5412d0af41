#include "bench/micro/samples.hpp"
#include "net/engineio/poll_form.hpp"
#include "net/socketio/encode.hpp"

#include <benchmark/benchmark.h>

#include <vector>

/// Engine.IO payloads: bodies of polling with so many packets, written for a client and read again.
namespace arauto::micro {
namespace {

constexpr std::size_t packets_per_body = 16;

std::vector<frame_ptr> packets(bool has_binary) {
  std::vector<frame_ptr> all;
  for (std::size_t i = 0; i < packets_per_body; ++i)
    all.push_back(has_binary && i % 2 == 1 ? frame::binary(std::string(data_bytes, '\0'))
                                           : socketio::encode_event("/sales", "messages.upsert", json_of(data_bytes)));
  return all;
}

struct form_case {
  std::uint8_t version;
  bool has_binary;
};

void write_body(benchmark::State& state, form_case x) {
  const engineio::poll_form form{x.version};
  const auto all = packets(x.has_binary);
  for (auto _ : state)
    benchmark::DoNotOptimize(engineio::write_poll(form, all));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(packets_per_body));
}
BENCHMARK_CAPTURE(write_body, 4, form_case{4, false})->Name("engineio/4/encode/text");
BENCHMARK_CAPTURE(write_body, 4_binary, form_case{4, true})->Name("engineio/4/encode/binary");
BENCHMARK_CAPTURE(write_body, 3, form_case{3, false})->Name("engineio/3/encode/text");
BENCHMARK_CAPTURE(write_body, 3_binary, form_case{3, true})->Name("engineio/3/encode/binary");

void read_body(benchmark::State& state, form_case x) {
  const engineio::poll_form form{x.version};
  const auto body = engineio::write_poll(form, packets(x.has_binary));
  for (auto _ : state) {
    std::size_t read = 0;
    engineio::read_poll(form, body.bytes, body.is_binary, [&read](const auto& packet) {
      read += packet ? 1 : 0;
      return true;
    });
    if (read != packets_per_body)
      return state.SkipWithError("packets were lost");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(packets_per_body));
}
BENCHMARK_CAPTURE(read_body, 4, form_case{4, false})->Name("engineio/4/decode/text");
BENCHMARK_CAPTURE(read_body, 4_binary, form_case{4, true})->Name("engineio/4/decode/binary");
BENCHMARK_CAPTURE(read_body, 3, form_case{3, false})->Name("engineio/3/decode/text");
BENCHMARK_CAPTURE(read_body, 3_binary, form_case{3, true})->Name("engineio/3/decode/binary");

} // namespace
} // namespace arauto::micro
