"""Scenarios of events and those who get them, as shipped and as a router only, beside the bare server."""
from .disk import NAME as DISK
from .scenario import Scenario, Target

SHIPPED, ROUTER = "arauto", "arauto router"
PLAIN, COALESCE, NODE = "limit-plain", "limit-coalesce", "node"
CLIENTS, MANY_CLIENTS = 1_000, 10_000
ROUTED_INSTANCES, ROUTED_PRODUCERS, ROUTED_UNANSWERED = 1_000, 16, 1_024
GLOBAL_INSTANCES = 100
WARMUP_S = 0.7

FAN_COLUMNS = ("cpu", "rate", "p50", "p99", "p999", "gather", "bound")


def fan_scenarios(quick):
  """In the order in which they run: a scenario with an offered rate comes behind the one whose half that is."""
  seconds = 1 if quick else 3
  many_seconds = 2 if quick else 6
  return [
    _fan("fan1", CLIENTS, 1, 512, seconds, (
      Target("cpu", PLAIN, at_most={ROUTER: 1.10, SHIPPED: 1.2}),)),
    _fan("fan64", CLIENTS, 64, 512, seconds, (
      Target("rate", COALESCE, at_least={ROUTER: 0.75, SHIPPED: 0.65}),
      Target("rate", NODE, at_least={SHIPPED: 30}),
      Target("gather", at_least={ROUTER: 16, SHIPPED: 16}))),
    _fan("fan1-10k", MANY_CLIENTS, 1, 512, many_seconds),
    _fan("fan64-10k", MANY_CLIENTS, 64, 512, many_seconds, (
      Target("rate", COALESCE, at_least={ROUTER: 0.75, SHIPPED: 0.65}),
      Target("gather", at_least={ROUTER: 16, SHIPPED: 16}))),
    _fan("burst", CLIENTS, 1_024, 128, seconds, (
      Target("rate", COALESCE, at_least={ROUTER: 0.5, SHIPPED: 0.45}),)),
    _half("half", CLIENTS, "fan64", seconds),
    _half("half-10k", MANY_CLIENTS, "fan64-10k", many_seconds),
    _routed(seconds),
    _global(seconds),
    _polling("polling1", 1, seconds),
    _polling("polling64", 64, seconds),
    _filtered(seconds),
    _slow(seconds),
    _threads(seconds),
    _tls(seconds),
  ]


def _traffic(mode, clients, payload, seconds, *more):
  return ["--mode", mode, "--conns", clients, "--payload", payload, "--warmup", WARMUP_S, "--secs", seconds,
          "--drain", 20, *more]


def _fan(name, clients, inflight, payload, seconds, targets=()):
  return Scenario(name, f"{clients:,} clients, {inflight:,} in flight, {payload} bytes, {seconds} s",
                  _traffic("closed", clients, payload, seconds, "--inflight", inflight), FAN_COLUMNS,
                  is_compared=True, targets=targets)


def _half(name, clients, peak_of, seconds):
  return Scenario(name, f"{clients:,} clients, 512 bytes, half the rate of {peak_of}, {seconds} s",
                  _traffic("open", clients, 512, seconds), ("p99", "p50", "p999", "cpu", "rate", "bound"),
                  is_compared=True, half_of=peak_of, has_disk=True,
                  targets=(Target("p99", COALESCE, at_most={ROUTER: 1.25, SHIPPED: 1.5},
                                  plus={SHIPPED: (DISK, "post_p99")}),))


def _routed(seconds):
  return Scenario("routed", f"{ROUTED_INSTANCES:,} instances with a client each, {ROUTED_PRODUCERS} producers with "
                  f"{ROUTED_UNANSWERED:,} requests unanswered, 512 bytes, {seconds} s",
                  _traffic("sat", ROUTED_INSTANCES, 512, seconds, "--mod", ROUTED_INSTANCES, "--producers",
                           ROUTED_PRODUCERS, "--inflight", ROUTED_UNANSWERED),
                  ("cpu_event", "events", "p50", "p99", "post_p50", "gather", "bound"),
                  instances=ROUTED_INSTANCES, is_compared=True,
                  targets=(Target("cpu_event", COALESCE, at_most={ROUTER: 1.35, SHIPPED: 2}),))


def _global(seconds):
  return Scenario("global", f"{CLIENTS:,} clients with the global key, {GLOBAL_INSTANCES} instances, 64 in flight, "
                  f"512 bytes, {seconds} s",
                  _traffic("closed", CLIENTS, 512, seconds, "--mod", GLOBAL_INSTANCES, "--ns", "main", "--inflight", 64,
                           "--producers", ROUTED_PRODUCERS), FAN_COLUMNS,
                  instances=GLOBAL_INSTANCES, is_compared=True, is_own=True)


def _polling(name, inflight, seconds):
  """Each answer carries what has come since the last one; the client asks again at once."""
  path = "/socket.io/?EIO=4&transport=polling"
  return Scenario(name, f"{CLIENTS:,} clients that poll, {inflight} in flight, 512 bytes, {seconds} s",
                  _traffic("closed", CLIENTS, 512, seconds, "--inflight", inflight, "--polling", "--ws-path", path),
                  FAN_COLUMNS, is_own=True)


def _filtered(seconds):
  return Scenario("filtered", f"{CLIENTS:,} clients, every other one filters all events out, 64 in flight, 512 bytes, "
                  f"{seconds} s", _traffic("closed", CLIENTS, 512, seconds, "--inflight", 64, "--filtered-every", 2),
                  FAN_COLUMNS, is_compared=True, is_own=True)


def _slow(seconds):
  """Who reads 4 KB/s gets further and further behind: the router ends them, with a log they read from it."""
  return Scenario("slow", f"{CLIENTS:,} clients, every hundredth reads 4 KB/s, 512 bytes, half the rate of fan64, "
                  f"{seconds} s", _traffic("open", CLIENTS, 512, seconds, "--slow-every", 100),
                  ("p99", "p50", "p999", "cpu", "rate", "slow_closed", "bound"), is_compared=True, is_own=True,
                  half_of="fan64")


def _tls(seconds):
  return Scenario("tls", f"{CLIENTS:,} clients, 64 in flight, 512 bytes, TLS 1.3, {seconds} s",
                  _traffic("closed", CLIENTS, 512, seconds, "--inflight", 64), ("cpu", "rate", "p50", "p99", "bound"),
                  is_compared=True, is_secure=True, targets=(Target("rate", COALESCE, at_least={ROUTER: 0.75}),))


def _threads(seconds):
  variants = {f"{count} I/O thread{'s' if count > 1 else ''}": {"IO_THREADS": str(count)} for count in (1, 2)}
  one, two = (f"{ROUTER} {title}" for title in variants)
  return Scenario("threads", f"{CLIENTS:,} clients, 64 in flight, 512 bytes, both processors, {seconds} s",
                  _traffic("closed", CLIENTS, 512, seconds, "--inflight", 64), FAN_COLUMNS, variants=variants,
                  is_unpinned=True, targets=(Target("cpu", one, at_most={two: 1.15}),))
