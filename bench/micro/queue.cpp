#include "bench/micro/samples.hpp"
#include "net/io/frame_stream.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

/// The frame queue of a connection, and how it leaves: a gather write of what waits.
namespace arauto::micro {
namespace {

frame_ptr sample() {
  return encode(*event_at(1, data_bytes), "/sales", event_form::socketio);
}

void push_pop(benchmark::State& state) {
  const auto packet = sample();
  frame_queue queue;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i)
      queue.push(packet);
    while (!queue.empty())
      benchmark::DoNotOptimize(queue.pop());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(push_pop)->Name("queue/push_pop")->Arg(1)->Arg(16)->Arg(64)->Arg(256);

/// Both ends of a stream socket of the kernel.
class socket_pair {
public:
  socket_pair() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) != 0)
      throw std::system_error{errno, std::generic_category(), "socketpair"};
    const int bytes = 1 << 20; // As much as the system lets it have.
    ::setsockopt(ends_[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  ~socket_pair() { ::close(ends_[1]); }
  socket_pair(const socket_pair&) = delete;
  socket_pair& operator=(const socket_pair&) = delete;

  /// For whoever closes it.
  int sender() const noexcept { return ends_[0]; }

  /// Reads what has come.
  std::size_t drain() {
    std::size_t bytes = 0;
    for (ssize_t got = 0; (got = ::recv(ends_[1], buffer_.data(), buffer_.size(), MSG_DONTWAIT)) > 0;)
      bytes += static_cast<std::size_t>(got);
    return bytes;
  }

private:
  std::array<int, 2> ends_{};
  std::array<char, 262144> buffer_{};
};

/// One flush of the real stream: gather, sendmsg to a local socket, and the queue is emptied. The kernel's copy is in
/// it, TCP is not; what the reader does is not counted.
void gather(benchmark::State& state) {
  using clock = std::chrono::steady_clock;
  const auto packet = sample();
  io_counters counters;
  io::io_loop home{0};
  const auto ends = std::make_unique<socket_pair>();
  const auto stream = std::make_shared<io::frame_stream>(io::descriptor{ends->sender()}, home, counters, nullptr);
  frame_queue queue;
  stream->set_source(&queue);
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i)
      queue.push(packet);
    const auto bytes = queue.bytes();
    const auto begin = clock::now();
    stream->flush();
    state.SetIterationTime(std::chrono::duration<double>(clock::now() - begin).count());
    if (!queue.empty() || ends->drain() != bytes)
      return state.SkipWithError("the socket did not take everything");
  }
  stream->close();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(gather)->Name("queue/gather_unix_socket")->Arg(1)->Arg(16)->Arg(64)->Arg(256)->UseManualTime();

} // namespace
} // namespace arauto::micro
