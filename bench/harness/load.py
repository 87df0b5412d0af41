"""Many clients at a build that reports itself what is wrong with it (a sanitizer): nothing may be lost, and it has to
end by SIGTERM with 0, which it does not after a report."""
import resource
import time

from . import loadgen, storm
from .servers import Arauto, BenchError, HeldArauto, ShippedArauto
from .variants import of_program, secured

CLIENTS = 5_000
# Of each check; those who read slowly or from the log get fewer.
EVENTS, EVENTS_SLOW = 200, 50
SLOW_EVERY = 50
# Two threads hand connections over to each other, which one cannot do wrong.
SETTINGS = {"IO_THREADS": "2"}
# Such a build is some ten times slower, and may share the machine: long, so that only what hangs is ended.
PATIENCE_S = 120
# Descriptors that the load generator needs beside its clients.
SPARE_DESCRIPTORS = 200


def run(places, program):
  """Returns whether all checks passed; prints one line for each."""
  allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
  if allowed != resource.RLIM_INFINITY and allowed < CLIENTS + SPARE_DESCRIPTORS:
    raise BenchError(f"{CLIENTS} clients need a descriptor limit of {CLIENTS + SPARE_DESCRIPTORS}, it is {allowed}: "
                     "raise it (ulimit -n)")

  def build(server_class, **settings):
    server = of_program(server_class, program)(places, settings={**SETTINGS, **settings})
    server.stop_timeout_s = PATIENCE_S
    return server

  polling = ("--polling", "--ws-path", "/socket.io/?EIO=4&transport=polling")
  slow = ("--slow-every", SLOW_EVERY, "--slow-rate", 1000)
  checks = [
    ("as shipped, 64 in flight", lambda: _delivers(build(ShippedArauto), _traffic(64))),
    ("as shipped, one at a time", lambda: _delivers(build(ShippedArauto), _traffic(1, EVENTS_SLOW))),
    ("router only, 64 in flight", lambda: _delivers(build(Arauto), _traffic(64))),
    ("router only, clients that poll", lambda: _delivers(build(Arauto), _traffic(16, EVENTS_SLOW) + [*polling])),
    ("router only, TLS", lambda: _delivers(build(secured(Arauto)), _traffic(64, EVENTS_SLOW))),
    ("as shipped, slow readers among them",
     lambda: _delivers(build(ShippedArauto), _traffic(16) + [*slow], CLIENTS - CLIENTS // SLOW_EVERY)),
    ("all come back to a successor", lambda: _comes_back(build(HeldArauto, EVENT_LOG="sqlite"))),
  ]
  return all([_passes(title, check) for title, check in checks])


def _passes(title, check):
  began = time.monotonic()
  try:
    said = check()
  except BenchError as error:
    print(f"FAIL  {title}: {error}", flush=True)
    return False
  print(f"ok    {CLIENTS:,} clients, {title}: {said}, {time.monotonic() - began:.0f} s", flush=True)
  return True


def _traffic(inflight, events=EVENTS):
  return ["--mode", "closed", "--conns", CLIENTS, "--connect-timeout", PATIENCE_S, "--inflight", inflight,
          "--events", events, "--drain", PATIENCE_S]


def _delivers(server, arguments, receivers=CLIENTS):
  with server:
    code, result = loadgen.run(server, arguments, timeout_s=4 * PATIENCE_S, spin=False)
    server.end()
  _require_sound(code, loadgen.faults_of(result))
  expected = receivers * arguments[arguments.index("--events") + 1]
  if result["deliveries_total"] != expected:
    raise BenchError(f"{result['deliveries_total']} deliveries instead of {expected}")
  return f"{expected:,} deliveries"


def _comes_back(server):
  arguments = ["--mode", "storm", "--conns", CLIENTS, "--connect-timeout", PATIENCE_S, "--rate", 1, "--warmup", 1,
               "--settle", 1, "--drain", PATIENCE_S, "--patience", PATIENCE_S]
  with server:
    code, result = storm.run(server, arguments, timeout_s=4 * PATIENCE_S)
    server.end()
  _require_sound(code, loadgen.faults_of(result, storm.FAULTS))
  if result["deliveries_total"] != CLIENTS * result["posted_total"]:
    raise BenchError(f"{result['deliveries_total']} deliveries instead of {CLIENTS * result['posted_total']}")
  return f"{result['deliveries_total']:,} deliveries, all caught up after {result['storm_s']:.0f} s"


def _require_sound(code, faults):
  if code != 0 or faults:
    raise BenchError(faults or f"exit code {code}")
