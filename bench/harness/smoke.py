"""A short run with few connections: nothing may be lost, and every fault that is put in must be seen."""
import os
import signal
import socket
import threading
import time
from types import SimpleNamespace

from . import loadgen, storm
from .scenarios import heartbeat_settings
from .servers import Arauto, BenchError, HeldArauto, LimitCoalesce, LimitPlain
from .variants import secured

CLIENTS, EVENTS = 50, 200
# Long where nothing may go wrong (the machine may be busy), short where the load generator shall notice that it waits
# in vain.
PATIENCE_S, PATIENCE_IN_VAIN_S = 10, 1
# Heartbeats: short, so that a few seconds see many of them; every fifth connection answers none.
PING_MS, PONG_MS, SILENT_EVERY = 300, 500, 5
STALL_S = 1.0
# The longest time that socket.io-client waits before its first attempt.
FIRST_WAIT_MAX_S = 1.5
# What the server's clock of whole milliseconds may take from an interval, and some more.
EARLY_MS = 3


def run(places):
  """Returns whether all checks passed; prints one line for each."""
  checks = [
    ("limit-plain delivers everything", lambda: _delivers(LimitPlain(places), inflight=1)),
    ("limit-coalesce delivers everything", lambda: _delivers(LimitCoalesce(places), inflight=16)),
    ("a dropped event is seen as lost", lambda: _sees(places, "lost", "--drop-every", 977)),
    ("a repeated event is seen as duplicate", lambda: _sees(places, "duplicate", "--repeat-every", 977)),
    ("swapped events are seen as out of order", lambda: _sees(places, "out_of_order", "--swap-every", 977)),
    ("limit delivers everything over TLS", lambda: _delivers(secured(LimitCoalesce)(places), inflight=16)),
    ("limit pings all", lambda: _pings(LimitPlain(places, arguments=["--ping-interval", str(PING_MS)]))),
    ("a refused POST is seen", lambda: _sees_refused_post(places)),
    ("silent connections that are kept are seen", lambda: _sees_kept_silent(places)),
    ("refused connections are seen", lambda: _sees_refused_connections(places)),
  ]
  if (places.binaries / "arauto").is_file():
    checks.append(("arauto delivers everything, one at a time", lambda: _delivers(Arauto(places), inflight=1)))
    checks.append(("arauto delivers everything, 16 in flight", lambda: _delivers(Arauto(places), inflight=16)))
    polling = ("--polling", "--ws-path", "/socket.io/?EIO=4&transport=polling")
    checks.append(("arauto delivers everything to those who poll", lambda: _delivers_to(Arauto(places), CLIENTS, *polling)))
    checks.append(("arauto filters", lambda: _delivers_to(Arauto(places), CLIENTS // 2, "--filtered-every", 2)))
    checks.append(("events that should be filtered out are seen",
                   lambda: _sees_stray(places, "--filtered-every", 2, "--filter", "events=")))
    checks.append(("arauto does not wait for slow readers",
                   lambda: _delivers_to(Arauto(places), CLIENTS * 4 // 5, "--slow-every", 5, "--slow-rate", 200)))
    checks.append(("arauto delivers everything over TLS", lambda: _delivers(secured(Arauto)(places), inflight=16)))
    checks.append(("arauto pings all and ends the silent", lambda: _keeps_time(places)))
    checks.append(("late pings are seen", lambda: _sees_late_pings(places)))
    checks.append(("all come back to arauto's successor", lambda: _comes_back(places)))
    checks.append(("sessions that cannot be resumed are seen", lambda: _sees_forgotten_sessions(places)))
    checks.append(("refused connects of those who come back are seen", lambda: _sees_refused_returns(places)))
  else:
    print(f"skip  arauto is not in {places.binaries}")
  return all([_passes(title, check) for title, check in checks])


def _passes(title, check):
  try:
    check()
  except BenchError as error:
    print(f"FAIL  {title}: {error}", flush=True)
    return False
  print(f"ok    {title}", flush=True)
  return True


def _traffic(inflight, patience):
  return ["--mode", "closed", "--conns", CLIENTS, "--inflight", inflight, "--events", EVENTS, "--settle", 0,
          "--drain", patience]


def _delivers(server, inflight):
  with server:
    code, result = loadgen.run(server, _traffic(inflight, PATIENCE_S), spin=False)
    server.check_alive()
  _require(code == 0 and not loadgen.faults_of(result), loadgen.faults_of(result) or f"exit code {code}")
  _require(result["deliveries_total"] == CLIENTS * EVENTS, f"{result['deliveries_total']} deliveries")
  if server.metrics_path:
    _require(result.get("server_deliveries") == CLIENTS * EVENTS,
             f"the server counted {result.get('server_deliveries')} deliveries")
    _require(result["deliveries_per_sendmsg"] > 0, "no sendmsg was counted")


def _delivers_to(server, receivers, *arguments):
  with server:
    code, result = loadgen.run(server, _traffic(16, PATIENCE_S) + list(arguments), spin=False)
    server.check_alive()
  _require(code == 0 and not loadgen.faults_of(result), loadgen.faults_of(result) or f"exit code {code}")
  _require(result["deliveries_total"] == receivers * EVENTS, f"{result['deliveries_total']} deliveries")


def _sees_stray(places, *arguments):
  with Arauto(places) as server:
    _require_seen("stray", *loadgen.run(server, _traffic(4, PATIENCE_IN_VAIN_S) + list(arguments), spin=False))


def _sees(places, counter, *fault):
  """More than one event in flight, since a swapped one waits for the next."""
  with LimitPlain(places, arguments=[str(word) for word in fault]) as server:
    _require_seen(counter, *loadgen.run(server, _traffic(4, PATIENCE_IN_VAIN_S), spin=False))


def _sees_refused_post(places):
  with LimitPlain(places) as server:
    arguments = _traffic(1, PATIENCE_IN_VAIN_S) + ["--path", "/nowhere"]
    _require_seen("post_errors", *loadgen.run(server, arguments, spin=False))


def _sees_refused_connections(places):
  with socket.create_server(("127.0.0.1", 0)) as unused:
    port = unused.getsockname()[1]
  nobody = SimpleNamespace(name="nobody", places=places, port=port, pid=0, key="", body=LimitPlain.body,
                           metrics_path=None, client_arguments=(), is_secure=False)
  _require_seen("conn_failed", *loadgen.run(nobody, ["--mode", "idle", "--conns", 3, "--settle", 0], spin=False))


def _timers(seconds, silent_every):
  return ["--mode", "idle", "--conns", CLIENTS, "--silent-every", silent_every, "--settle", seconds]


def _timed(places):
  return Arauto(places, settings=heartbeat_settings(PING_MS, PONG_MS))


def _keeps_time(places):
  """How late they are says nothing here: the machine may be busy. So long a rest ends all the same."""
  with _timed(places) as server:
    code, result = loadgen.run(server, _timers(5, SILENT_EVERY), spin=False)
    server.check_alive()
  _require(code == 0 and not loadgen.faults_of(result), loadgen.faults_of(result) or f"exit code {code}")
  _require(result["timeouts"] == CLIENTS // SILENT_EVERY, f"{result['timeouts']} timeouts")
  _require(result["pings"] >= 2 * CLIENTS, f"{result['pings']} pings")
  _require(result["ping_early_ms"] <= EARLY_MS, f"a ping came {result['ping_early_ms']} ms too early")


def _pings(server):
  with server:
    code, result = loadgen.run(server, _timers(2, 0), spin=False)
  _require(code == 0 and not loadgen.faults_of(result), loadgen.faults_of(result) or f"exit code {code}")
  _require(result["pings"] >= 2 * CLIENTS, f"{result['pings']} pings")


def _sees_late_pings(places):
  """The server stands still for longer than an interval."""
  with _timed(places) as server:
    stall = threading.Timer(1.5, os.kill, (server.pid, signal.SIGSTOP))
    go_on = threading.Timer(1.5 + STALL_S, os.kill, (server.pid, signal.SIGCONT))
    stall.start()
    go_on.start()
    try:
      _, result = loadgen.run(server, _timers(4, 0), spin=False)
    finally:
      stall.join()
      go_on.join()
  late_ms = STALL_S * 1000 - PING_MS
  _require(result["ping_late_ms"]["max"] >= late_ms, f"the latest ping was {result['ping_late_ms']['max']} ms late")


def _sees_kept_silent(places):
  """A server without heartbeat."""
  with LimitPlain(places) as server:
    _require_seen("silent_kept", *loadgen.run(server, _timers(0, SILENT_EVERY), spin=False))


def _storm(patience):
  return ["--mode", "storm", "--conns", CLIENTS, "--rate", 20, "--warmup", 0.5, "--settle", 0.5, "--drain", patience,
          "--patience", 20]


def _comes_back(places):
  with HeldArauto(places, settings={"EVENT_LOG": "disk"}) as server:
    code, result = storm.run(server, _storm(PATIENCE_S))
    server.check_alive()
  faults = loadgen.faults_of(result, storm.FAULTS)
  _require(code == 0 and not faults, faults or f"exit code {code}")
  _require(result["closed"] == CLIENTS, f"{result['closed']} clients were closed")
  _require(result["deliveries_total"] == CLIENTS * result["posted_total"], f"{result['deliveries_total']} deliveries")


def _sees_forgotten_sessions(places):
  """With a log that ends with its process."""
  with HeldArauto(places, settings={"EVENT_LOG": "memory"}) as server:
    _require_seen("not_resumed", *storm.run(server, _storm(PATIENCE_IN_VAIN_S)))


class _LetsGo(HeldArauto):
  """Nobody listens for a while, so long that some client tries in between."""

  def _start(self):
    if hasattr(self, "_process"):
      self._listener.close()
      time.sleep(FIRST_WAIT_MAX_S)
      self._listener = socket.create_server(("127.0.0.1", self.port))
    super()._start()


def _sees_refused_returns(places):
  with _LetsGo(places, settings={"EVENT_LOG": "disk"}) as server:
    _require_seen("refused_connects", *storm.run(server, _storm(PATIENCE_S)))


def _require_seen(counter, code, result):
  _require(code == 1, f"exit code {code}")
  names = storm.FAULTS if result["mode"] == "storm" else loadgen.FAULTS
  _require(result[counter] > 0, f"{counter}=0, but {loadgen.faults_of(result, names) or 'no fault'}")


def _require(condition, otherwise):
  if not condition:
    raise BenchError(otherwise)
