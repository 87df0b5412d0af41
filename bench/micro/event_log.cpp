#include "actors/memory_event_store.hpp"
#include "app/store/event_store.hpp"
#include "bench/micro/samples.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <vector>

/// Appending to the event log, as many events at once as the argument says. Where the files are decides what a sync
/// costs, so they are in memory (/dev/shm) where there is such a place: this is the store without its disk.
namespace arauto::micro {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t now_ms = 1795348281000;

/// A directory that goes with its owner.
class scratch {
public:
  scratch() {
    auto path = (base() / "arauto-micro-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr)
      throw std::runtime_error{"no directory could be made in " + base().string()};
    path_ = path;
  }
  ~scratch() {
    std::error_code ignored; // Left-over files of a benchmark are no failure of it.
    fs::remove_all(path_, ignored);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  static fs::path base() { return fs::is_directory("/dev/shm") ? fs::path{"/dev/shm"} : fs::temp_directory_path(); }
  const fs::path& path() const noexcept { return path_; }

private:
  fs::path path_;
};

void append_to(event_store& store, benchmark::State& state) {
  std::vector<boost::intrusive_ptr<event>> made;
  std::vector<event_ptr> events;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    made.push_back(boost::const_pointer_cast<event>(event_at(0, data_bytes)));
    events.push_back(made.back());
  }
  for (auto _ : state) {
    auto last = store.last();
    for (auto& x : made)
      x->sequence = ++last;
    store.append(events, {}, now_ms);
    while (store.purge(now_ms))
      ;
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void append_disk(benchmark::State& state) {
  const scratch place;
  const app::data_directory data{place.path()};
  app::event_store_settings settings;
  settings.bytes_max = 268435456;
  app::disk_event_store store{data, settings};
  append_to(store, state);
  state.SetLabel(scratch::base().string());
}
BENCHMARK(append_disk)->Name("log/append/disk")->Arg(1)->Arg(64)->Arg(1024)->UseRealTime();

void append_memory(benchmark::State& state) {
  memory_event_store store{std::chrono::hours{24}, 67108864};
  append_to(store, state);
}
BENCHMARK(append_memory)->Name("log/append/memory")->Arg(1)->Arg(64)->Arg(1024);

} // namespace
} // namespace arauto::micro
