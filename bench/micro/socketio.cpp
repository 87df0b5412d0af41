#include "bench/micro/samples.hpp"
#include "net/socketio/encode.hpp"
#include "net/socketio/packet_reader.hpp"

#include <benchmark/benchmark.h>

#include <vector>

/// Socket.IO packets: what the server writes, and what it reads of clients (behind the Engine.IO type).
namespace arauto::micro {
namespace {

constexpr auto nsp = "/sales";

void encode_event(benchmark::State& state) {
  const auto arguments = json_of(data_bytes);
  for (auto _ : state)
    benchmark::DoNotOptimize(socketio::encode_event(nsp, "messages.upsert", arguments));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_event)->Name("socketio/encode/event");

void encode_connect(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(socketio::encode_connect(nsp, "Zk3mBq0C2lWbJ8yUAAAB"));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_connect)->Name("socketio/encode/connect");

void encode_binary(benchmark::State& state) {
  const std::vector<std::string> attachments{std::string(data_bytes, '\0')};
  for (auto _ : state)
    benchmark::DoNotOptimize(
        socketio::encode_binary_event(nsp, "file", R"({"_placeholder":true,"num":0})", attachments));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_binary)->Name("socketio/encode/binary");

void decode(benchmark::State& state, const std::string& text) {
  const socketio::packet_limits limits;
  socketio::packet_reader reader{limits};
  for (auto _ : state) {
    const auto read = reader.on_text(text);
    if (!read || *read == nullptr)
      return state.SkipWithError("the packet was refused");
    benchmark::DoNotOptimize((*read)->packet.payload);
    reader.settle();
  }
  state.SetItemsProcessed(state.iterations());
}

void decode_event(benchmark::State& state) {
  decode(state, R"(2/sales,7["message",)" + json_of(data_bytes) + "]");
}
BENCHMARK(decode_event)->Name("socketio/decode/event");

void decode_connect(benchmark::State& state) {
  decode(state, R"(0/sales,{"apikey":"0123456789abcdef0123456789abcdef"})");
}
BENCHMARK(decode_connect)->Name("socketio/decode/connect");

void decode_binary(benchmark::State& state) {
  const socketio::packet_limits limits;
  socketio::packet_reader reader{limits};
  const std::string attachment(data_bytes, '\0');
  for (auto _ : state) {
    reader.on_text(R"(51-/sales,["file",{"_placeholder":true,"num":0}])");
    const auto read = reader.on_binary(attachment);
    if (!read || *read == nullptr)
      return state.SkipWithError("the packet was refused");
    benchmark::DoNotOptimize((*read)->attachments.data());
    reader.settle();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_binary)->Name("socketio/decode/binary");

} // namespace
} // namespace arauto::micro
