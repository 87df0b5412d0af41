#include "bench/loadgen/report.hpp"

#include "bench/loadgen/json_object.hpp"

namespace arauto::loadgen {

namespace {

double ratio(double part, double whole) noexcept {
  return whole > 0 ? part / whole : 0;
}
double to_double(std::uint64_t count) noexcept {
  return static_cast<double>(count);
}
double growth(std::uint64_t from, std::uint64_t to) noexcept {
  return to_double(to) - to_double(from);
}

void add_quantile(json_object& out, std::string_view name, const histogram& x, double share) {
  out.add(name, x.quantile(share) / 1000, 1);
}

void add_connecting(json_object& out, const run_state& run, const measurements& found) {
  const auto& count = run.count;
  const auto subscribed = to_double(count.subscribed);
  const auto& before = found.memory_before;
  const auto& connected = found.memory_connected;
  out.add("conns", count.subscribed);
  out.add("conn_failed", count.refused);
  out.add("conn_closed", count.closed);
  out.add("connect_s", found.connect_seconds, 3);
  out.add("connects_per_s", ratio(subscribed, found.connect_seconds), 0);
  out.add("server_cpu_us_per_connect", ratio(found.connecting.server() * 1e6, subscribed), 1);
  const auto idle_cpu = found.settling.server() - found.connecting.server();
  out.add("idle_cpu_us_per_conn_s", ratio(idle_cpu * 1e6, subscribed * run.opts.settle_s), 3);
  out.add("rss_before", before.resident);
  out.add("rss_after", connected.resident);
  out.add("rss_end", found.memory_after.resident);
  out.add("bytes_per_conn", ratio(growth(before.resident, connected.resident), subscribed), 0);
  out.add("user_bytes_before", before.unshared);
  out.add("user_bytes_after", connected.unshared);
  out.add("user_bytes_end", found.memory_after.unshared);
  out.add("user_bytes_per_conn", ratio(growth(before.unshared, connected.unshared), subscribed), 0);
}

void add_traffic(json_object& out, const run_state& run, const measurements& found) {
  const auto& count = run.count;
  const auto& window = count.window;
  const auto seconds = found.window.cpu.seconds;
  out.add("payload", run.opts.payload_bytes);
  out.add("inflight", run.opts.inflight);
  out.add("seconds", seconds, 3);
  out.add("posted_total", count.posted);
  out.add("deliveries_total", count.deliveries);
  out.add("events_acked_per_s", ratio(to_double(window.answered), seconds), 0);
  out.add("deliveries", window.deliveries);
  out.add("deliveries_per_s", ratio(to_double(window.deliveries), seconds), 0);
  out.add("frame_bytes", ratio(to_double(window.frame_bytes), to_double(window.deliveries)), 0);

  auto latency = json_object{};
  add_quantile(latency, "p50", window.latency_ns, .5);
  add_quantile(latency, "p90", window.latency_ns, .9);
  add_quantile(latency, "p99", window.latency_ns, .99);
  add_quantile(latency, "p99.9", window.latency_ns, .999);
  latency.add("max", to_double(window.latency_ns.max()) / 1000, 1);
  out.add("lat_us", latency);

  auto answer = json_object{};
  add_quantile(answer, "p50", window.answer_ns, .5);
  add_quantile(answer, "p99", window.answer_ns, .99);
  answer.add("max", to_double(window.answer_ns.max()) / 1000, 1);
  out.add("post_us", answer);
}

void add_faults(json_object& out, const tally& count) {
  out.add("lost", count.lost());
  out.add("duplicate", count.duplicates);
  out.add("out_of_order", count.reordered);
  out.add("gaps", count.gaps);
  out.add("stray", count.stray);
  out.add("slow_closed", count.slow_closed);
  out.add("slow_deliveries", count.slow_deliveries);
  out.add("other_frames", count.other_frames);
  out.add("post_errors", count.post_errors);
  out.add("producer_reconnects", count.producer_reconnects);
  out.add("silent_kept", count.heartbeats.silent_kept());
}

json_object lateness_ms(const histogram& x) {
  auto out = json_object{};
  out.add("p50", x.quantile(.5) / 1e6, 2);
  out.add("p99", x.quantile(.99) / 1e6, 2);
  out.add("max", to_double(x.max()) / 1e6, 2);
  return out;
}

void add_heartbeats(json_object& out, const heartbeat_tally& count) {
  out.add("pings", count.pings);
  out.add("ping_late_ms", lateness_ms(count.ping_late_ns));
  out.add("ping_early_ms", to_seconds(count.ping_early) * 1000, 2);
  out.add("timeouts", count.timeouts);
  out.add("timeout_late_ms", lateness_ms(count.timeout_late_ns));
}

void add_cost(json_object& out, const run_state& run, const measurements& found) {
  const auto& window = run.count.window;
  const auto& cpu = found.window.cpu;
  auto server = json_object{};
  server.add("user", cpu.server_user, 2);
  server.add("sys", cpu.server_system, 2);
  server.add("sched", cpu.server_run, 4);
  out.add("server_cpu_s", server);
  out.add("server_busy", ratio(cpu.server(), cpu.seconds), 3);
  out.add("cpu_us_per_delivery", ratio(cpu.server() * 1e6, to_double(window.deliveries)), 3);
  out.add("cpu_us_per_event", ratio(cpu.server() * 1e6, to_double(window.answered)), 3);
  out.add("loadgen_busy", found.window.own_busy_share, 3);
  out.add("frames_per_recv", ratio(to_double(window.deliveries), to_double(window.reads)), 2);
  if (const auto& counted = found.counted_by_server) {
    out.add("server_sendmsg_calls", counted->sendmsg_calls, 0);
    out.add("server_deliveries", counted->deliveries, 0);
    out.add("deliveries_per_sendmsg", ratio(counted->deliveries, counted->sendmsg_calls), 2);
  }
  // Without traffic, others may disturb while connections come and settle.
  const auto& watched = cpu.seconds > 0 ? cpu : found.settling;
  out.add("foreign_cpu", watched.foreign_share, 3);
  out.add("steal", watched.stolen_share, 3);
}

} // namespace

std::string to_json(const run_state& run, const measurements& found) {
  auto out = json_object{};
  out.add("label", run.opts.label);
  out.add("mode", name_of(run.opts.mode));
  add_connecting(out, run, found);
  add_traffic(out, run, found);
  add_faults(out, run.count);
  add_heartbeats(out, run.count.heartbeats);
  add_cost(out, run, found);
  out.add("clean", run.is_clean());
  return out.str();
}

} // namespace arauto::loadgen
