#!/usr/bin/env python3
"""Measures arauto and its peers, alternately, and prints medians. See README.md beside it."""
import argparse
import datetime
import fcntl
import json
import resource
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.dont_write_bytecode = True  # The source tree stays clean.

from harness import disk, growth, load, loadgen, plot, smoke, storm, table, verdict
from harness.scenarios import LOG_WARMUP_S, all_scenarios, log_seconds
from harness.servers import PEERS, Arauto, BenchError, LimitPlain, Places, ShippedArauto, install_node_peer
from harness.variants import another_arauto, held, secured, with_settings

ROOT = Path(__file__).resolve().parent.parent
RUNS, RUNS_QUICK = 3, 1
REPEATS_WHEN_DISTURBED = 2
# No scenario of servers and clients, but asked for like one.
GROWTH = "growth"


class Bench:
  """One call of this program: measures, and keeps what it found."""

  def __init__(self, places, servers, is_quick):
    self.places = places
    self.is_quick = is_quick
    self.servers = servers
    self.all_scenarios = all_scenarios(is_quick)
    self.results = {}
    self.verdicts = []
    self.started = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    self.server_pin, self.loadgen_pin = loadgen.pins()
    self.failures = []

  def measure(self, scenario, runs):
    """All servers take turns, so that a slow minute of the machine hits them alike."""
    if scenario.half_of:
      scenario = self._with_half_rate(scenario)
    servers = self._takers(scenario)
    results = {server.name: [] for server in servers}
    if scenario.disk_rate:
      results[disk.NAME] = []
    for repetition in range(runs):
      for server in servers:
        try:
          result = self._measure_undisturbed(scenario, server)
        except BenchError as error:
          self._fail(f"{scenario.name} {server.name}: {error}")
          continue
        self._keep(scenario, server.name, repetition, result)
        if not result["faults"]:
          results[server.name].append(result)
      if scenario.disk_rate:
        alone = disk.run(scenario.disk_rate, LOG_WARMUP_S, log_seconds(self.is_quick))
        self._keep(scenario, disk.NAME, repetition, alone)
        results[disk.NAME].append(alone)
    self.verdicts += verdict.judge(scenario, results)
    self.results[scenario.name] = results
    return table.format_scenario(scenario, results, self._subjects(servers))

  def _takers(self, scenario):
    """Who takes part: what has settings or variants is arauto's own."""
    own = [server for server in self.servers if issubclass(server, Arauto)]
    routers = [server for server in own if not issubclass(server, ShippedArauto)]
    if scenario.variants:
      return [with_settings(server, title, x) for server in routers for title, x in scenario.variants.items()]
    if scenario.is_own:
      return own if scenario.is_compared else routers
    if scenario.settings:
      return routers
    if scenario.is_secure:
      return [secured(server) for server in self.servers if issubclass(server, (Arauto, LimitPlain))]
    return self.servers if scenario.is_compared else [x for x in self.servers if not issubclass(x, ShippedArauto)]

  @staticmethod
  def _subjects(servers):
    """Whose figures are shown in units of the others'."""
    own = [server.name for server in servers if issubclass(server, Arauto)]
    return own if len(own) < len(servers) else own[:1]

  def _with_half_rate(self, scenario):
    """Half of what the slowest build of ours delivers, the same for all."""
    own = [server for server in self.servers if issubclass(server, Arauto)] or [Arauto]
    peak_of = self.all_scenarios[scenario.half_of]
    known = self.results.get(peak_of.name, {})
    peaks = [table.median("rate", known.get(server.name) or [self._measure_undisturbed(peak_of, server)])
             for server in own]
    clients = scenario.arguments[scenario.arguments.index("--conns") + 1]
    rate = max(1, round(min(peaks) / clients / 2))
    return replace(scenario, what=f"{scenario.what}: {rate:,} events/s", arguments=scenario.arguments + ["--rate", rate],
                   disk_rate=rate if scenario.has_disk else 0)

  def _measure_undisturbed(self, scenario, server):
    """Repeats a disturbed run; when all are, the least disturbed one is taken and marked."""
    attempts = []
    for _ in range(1 + REPEATS_WHEN_DISTURBED):
      result = self._measure_once(scenario, server)
      attempts.append(result)
      if result["faults"]:
        self._fail(f"{scenario.name} {server.name}: {result['faults']}")
        return result
      if not result["disturbed"]:
        return result
    return min(attempts, key=loadgen.disturbance)

  def _measure_once(self, scenario, server_class):
    loadgen.wait_for_quiet()
    started = time.monotonic()
    run, fault_names = (storm.run, storm.FAULTS) if scenario.is_storm else (loadgen.run, loadgen.FAULTS)
    if scenario.is_storm:
      server_class = held(server_class)
    arguments = scenario.limit_arguments if issubclass(server_class, LimitPlain) else ()
    with server_class(self.places, [] if scenario.is_unpinned else self.server_pin, arguments, settings=scenario.settings,
                      instances=scenario.instances) as server:
      arguments = scenario.arguments + ["--label", f"{server.name}/{scenario.name}"]
      code, result = run(server, arguments, self.loadgen_pin, scenario.timeout_s)
      server.check_alive()
    faults = loadgen.faults_of(result, fault_names)
    if not faults and scenario.deliveries not in (None, result["deliveries_total"]):
      faults = f"{result['deliveries_total']} deliveries instead of {scenario.deliveries}"
    if not faults and scenario.pings and result["pings"] < scenario.pings:
      faults = f"{result['pings']} pings instead of {scenario.pings} or more"
    result["faults"] = faults or (f"exit code {code}" if code else "")
    result["disturbed"] = loadgen.disturbance(result) > loadgen.DISTURBED_ABOVE
    print(f"      {scenario.name} {server.name}: {time.monotonic() - started:.1f} s"
          f"{', disturbed' if result['disturbed'] else ''}", file=sys.stderr, flush=True)
    return result

  def _keep(self, scenario, server, repetition, result):
    line = {"started": self.started, "scenario": scenario.name, "server": server, "repetition": repetition}
    with open(self.places.work / "results.jsonl", "a", encoding="utf-8") as file:
      file.write(json.dumps({**line, **result}) + "\n")

  def _fail(self, message):
    self.failures.append(message)
    print(f"FAIL  {message}", file=sys.stderr, flush=True)


def parse_arguments():
  names = list(all_scenarios(quick=False)) + [GROWTH]
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("scenarios", nargs="*", metavar="scenario", help=f"of {', '.join(names)}; all by default")
  parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin", help="where the binaries are")
  parser.add_argument("--work", type=Path, default=ROOT / "build/bench", help="where results and peers go")
  parser.add_argument("--peers", default="limit", help="of node,limit; none: arauto alone")
  parser.add_argument("--against", type=Path, metavar="PROGRAM", help="another build of arauto, measured as a peer")
  parser.add_argument("--peers-only", action="store_true", help="measure the peers without arauto")
  parser.add_argument("--quick", action="store_true", help="shorter, once: a look, not a result")
  parser.add_argument("--runs", type=int, help=f"measurements of each, {RUNS} by default")
  parser.add_argument("--smoke", action="store_true", help="a few seconds that check the harness itself")
  parser.add_argument("--load", type=Path, metavar="PROGRAM",
                      help="many clients at a build of arauto under a sanitizer: no loss, no report; no measurement")
  chosen = parser.parse_args()
  unknown = [name for name in chosen.scenarios if name not in names]
  chosen.peers = [name for name in chosen.peers.split(",") if name not in ("", "none")]
  unknown += [name for name in chosen.peers if name not in PEERS]
  if unknown:
    parser.error(f"unknown: {', '.join(unknown)}")
  for option in ("against", "load"):
    program = getattr(chosen, option)
    if program and not program.is_file():
      parser.error(f"--{option}: {program} is not a program")
  if chosen.runs is not None and chosen.runs < 1:
    parser.error("--runs must be at least 1")
  return chosen


def chosen_servers(chosen, places):
  servers = [] if chosen.peers_only else [ShippedArauto, Arauto]
  for peer in chosen.peers:
    if peer != "node" or install_node_peer(places):
      servers += PEERS[peer]
  if chosen.against:
    servers.append(another_arauto(chosen.against.resolve()))
  if Arauto in servers:
    places.binary("arauto")
  if not servers:
    raise BenchError("nothing is left to measure")
  return servers


def run_bench(chosen, places):
  places.work.mkdir(parents=True, exist_ok=True)
  bench = Bench(places, chosen_servers(chosen, places), chosen.quick)
  with open(Path(tempfile.gettempdir()) / "arauto-bench.lock", "a", encoding="ascii") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)  # Two benches at once would measure each other.
    for name in chosen.scenarios or [*bench.all_scenarios, GROWTH]:
      if name == GROWTH:
        plot.write_curves(places.work / "growth.svg", growth.run(places, chosen.quick))
        continue
      print(bench.measure(bench.all_scenarios[name], chosen.runs or (RUNS_QUICK if chosen.quick else RUNS)) + "\n",
            flush=True)
  if bench.verdicts:
    print("asked for\n" + verdict.format_verdicts(bench.verdicts) + "\n")
    plot.write_verdicts(places.work / "verdicts.svg", bench.verdicts)
  print(f"every run: {places.work / 'results.jsonl'}; plots beside it")
  if bench.failures:
    print(f"{len(bench.failures)} measurements failed:", *bench.failures, sep="\n  ")
  return not bench.failures


def main():
  chosen = parse_arguments()
  signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: terminated"))  # So that servers are stopped, too.
  places = Places(chosen.bin.resolve(), chosen.work.resolve())
  hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
  resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))  # The servers inherit it.
  try:
    if chosen.smoke:
      passed = smoke.run(places)
    elif chosen.load:
      passed = load.run(places, chosen.load.resolve())
    else:
      passed = run_bench(chosen, places)
  except BenchError as error:
    sys.exit(f"bench: {error}")
  sys.exit(0 if passed else 1)


if __name__ == "__main__":
  main()
