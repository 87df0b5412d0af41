"""What is measured: each scenario is a command line of the load generator and the columns that matter in it."""
import resource
from dataclasses import replace

from .scenario import Scenario, Target
from .scenarios_fan import COALESCE, ROUTER, SHIPPED, fan_scenarios

EXACT_CLIENTS = 1_000
EXACT_EVENTS, EXACT_EVENTS_QUICK = 10_000, 1_000
IDLE_CLIENTS, IDLE_CLIENTS_QUICK = 19_000, 4_000
CONNECT_CLIENTS, CONNECT_CLIENTS_QUICK = 10_000, 2_000
TIMER_CLIENTS, TIMER_CLIENTS_QUICK = 10_000, 2_000
PING_INTERVAL_MS, PING_TIMEOUT_MS = 2_500, 2_000
# By default.
HEARTBEAT_MS = 25_000
# One connection of so many answers no ping.
SILENT_EVERY = 10
TIMER_EVENTS_PER_S = 5
# Descriptors that a server needs for other things than these clients.
SPARE_DESCRIPTORS = 1_000
STORM_CLIENTS, STORM_CLIENTS_QUICK = 19_900, 2_000
STORM_EVENTS_PER_S = 2
# Descriptors that the load generator needs beside its clients; the server keeps 64 for itself.
STORM_SPARE_DESCRIPTORS = 100
SLOWEST_DELIVERY_S = 60e-6
LOG_PRODUCERS, LOG_UNANSWERED = 16, 1_024
# Half of what a producer has to be able to get accepted.
LOG_RATE = 25_000
LOG_WARMUP_S = 0.7


TRAFFIC_COLUMNS = ("cpu", "rate", "p50", "p99", "gather", "bound")


def _exact(name, inflight, quick):
  events = EXACT_EVENTS_QUICK if quick else EXACT_EVENTS
  deliveries = EXACT_CLIENTS * events
  return Scenario(name, f"{EXACT_CLIENTS:,} clients get exactly {events:,} events each, {inflight} in flight, 512 bytes",
                  ["--mode", "closed", "--conns", EXACT_CLIENTS, "--inflight", inflight, "--payload", 512,
                   "--events", events, "--drain", 20], TRAFFIC_COLUMNS,
                  timeout_s=180 + deliveries * SLOWEST_DELIVERY_S, deliveries=deliveries)


def _idle(name, clients, settle, columns, targets):
  allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
  if allowed != resource.RLIM_INFINITY:
    clients = max(1, min(clients, allowed - SPARE_DESCRIPTORS))
  return Scenario(name, f"{clients:,} connections, no events",
                  ["--mode", "idle", "--conns", clients, "--settle", settle], columns, is_compared=True, targets=targets)


def _idle_cpu(clients, interval_ms):
  """Each connection has one ping and one pong in the interval, which all servers have."""
  limit = ("--ping-interval", str(interval_ms))
  return Scenario("idle-cpu", f"{clients:,} connections, a ping every {interval_ms / 1000:g} s, no events",
                  ["--mode", "idle", "--conns", clients, "--settle", interval_ms / 1000 + 1],
                  ("idle_cpu",), is_compared=True, limit_arguments=limit, pings=clients,
                  targets=(Target("idle_cpu", COALESCE, at_most={ROUTER: 1.5, SHIPPED: 1.5}),))


def heartbeat_settings(interval_ms, timeout_ms):
  return {"WEBSOCKET_PING_INTERVAL": str(interval_ms), "WEBSOCKET_PING_TIMEOUT": str(timeout_ms)}


def _timers(name, what, clients, rounds, arguments, columns):
  return Scenario(name, f"{clients:,} clients, a ping every {PING_INTERVAL_MS} ms, {what}",
                  ["--conns", clients] + arguments, columns,
                  settings=heartbeat_settings(PING_INTERVAL_MS, PING_TIMEOUT_MS), pings=clients * rounds)


def _timers_quiet(clients, rounds):
  """Long enough for the last silent connection to be ended, a second late."""
  seconds = (PING_INTERVAL_MS * rounds + PING_TIMEOUT_MS) / 1000 + 1
  return _timers("timers", f"every {SILENT_EVERY}th never answers and is ended after {PING_TIMEOUT_MS} ms, no events",
                 clients, 1, ["--mode", "idle", "--silent-every", SILENT_EVERY, "--settle", seconds],
                 ("ping_p50", "ping_p99", "ping_max", "timeout_p50", "timeout_p99", "timeout_max"))


def _timers_fan(clients, rounds):
  seconds = PING_INTERVAL_MS * rounds / 1000
  return _timers("timers-fan", f"{TIMER_EVENTS_PER_S} events of 512 bytes a second to all of them", clients, rounds // 2,
                 ["--mode", "open", "--rate", TIMER_EVENTS_PER_S, "--payload", 512, "--warmup", 0, "--secs", seconds,
                  "--drain", 20],
                 ("ping_p50", "ping_p99", "ping_max", "rate", "p99", "bound"))


def storm(name, clients, warmup_s=3, rate=STORM_EVENTS_PER_S):
  allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
  if allowed != resource.RLIM_INFINITY:
    clients = max(1, min(clients, allowed - STORM_SPARE_DESCRIPTORS))
  return Scenario(name, f"{clients:,} clients with recovery, {rate} events of 512 bytes a second to all of them, "
                  "SIGTERM and a successor on the same data",
                  ["--mode", "storm", "--conns", clients, "--rate", rate, "--payload", 512, "--warmup", warmup_s,
                   "--settle", 1, "--drain", 20, "--patience", 60],
                  ("storm", "gap_p50", "gap_p99", "gap_max", "down", "start"), settings={"EVENT_LOG": "disk"},
                  is_storm=True)


LOGS = {log: {"EVENT_LOG": log} for log in ("disk", "memory", "off")}


def _log_fan(name, fan):
  return replace(fan, name=name, what=f"{fan.what}, with each event log", variants=LOGS, targets=(), is_compared=False,
                 columns=("cpu", "rate", "p50", "p99", "post_p50", "post_p99", "bound"))


def log_seconds(quick):
  return 2 if quick else 5


def _log_emit(name, what, arguments, quick):
  """Many producers, and one client for each, so that most of the work is to accept events."""
  return Scenario(name, f"{LOG_PRODUCERS} producers with an instance and a client each, 512 bytes, {what}",
                  ["--conns", LOG_PRODUCERS, "--mod", LOG_PRODUCERS, "--producers", LOG_PRODUCERS,
                   "--payload", 512, "--warmup", LOG_WARMUP_S, "--secs", log_seconds(quick), "--drain", 20] + arguments,
                  ("events", "cpu_event", "p50", "p99", "post_p50", "post_p99", "bound"),
                  instances=LOG_PRODUCERS, variants=LOGS)


def all_scenarios(quick):
  """By name, in the order in which they run."""
  idle_clients = IDLE_CLIENTS_QUICK if quick else IDLE_CLIENTS
  connect_clients = CONNECT_CLIENTS_QUICK if quick else CONNECT_CLIENTS
  timer_clients = TIMER_CLIENTS_QUICK if quick else TIMER_CLIENTS
  ping_rounds = 2 if quick else 8
  fans = fan_scenarios(quick)
  by_name = {scenario.name: scenario for scenario in fans}
  listed = fans + [
    _exact("exact1", 1, quick),
    _exact("exact64", 64, quick),
    _idle("idle", idle_clients, 2, ("user_bytes", "rss_bytes"), (
      Target("user_bytes", at_most={ROUTER: 1_500, SHIPPED: 1_500}),)),
    _idle_cpu(idle_clients, HEARTBEAT_MS),
    _idle("connect", connect_clients, 1, ("connect_cpu", "connects", "user_bytes"), (
      Target("connect_cpu", COALESCE, at_most={ROUTER: 1.5, SHIPPED: 1.7}),)),
    _timers_quiet(timer_clients, ping_rounds),
    _timers_fan(timer_clients, ping_rounds),
    _log_fan("log-fan1", by_name["fan1"]),
    _log_fan("log-fan64", by_name["fan64"]),
    _log_emit("log-emit", f"{LOG_UNANSWERED:,} requests unanswered", ["--mode", "sat", "--inflight", LOG_UNANSWERED],
              quick),
    replace(_log_emit("log-half", f"{LOG_RATE:,} events/s", ["--mode", "open", "--rate", LOG_RATE], quick),
            disk_rate=LOG_RATE),
    storm("storm", STORM_CLIENTS_QUICK if quick else STORM_CLIENTS),
  ]
  return {scenario.name: scenario for scenario in listed}
