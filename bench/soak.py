#!/usr/bin/env python3
"""Keeps a server busy for minutes, with clients that come and go, and fails when it grows or loses an event."""
import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # The source tree stays clean.

from harness import loadgen
from harness.servers import BenchError, Places, ShippedArauto
from harness.slope import trend_of

ROOT = Path(__file__).resolve().parent.parent
INSTANCES, PRODUCERS = 50, 8
# Those that stay, and get everything that is said on their instance.
RESIDENTS = 500
CHURN_PER_S = 200
# A log that is full after a minute or so: from then on it gives up as much as it takes.
LOG_BYTES = 32 << 20
CALIBRATION_S = 4.0
SETTLE_S = 3.0
RSS_GROWTH_MAX = 0.03
DESCRIPTORS_PER_HOUR_MAX = 2.0
WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"
POLLING = "/socket.io/?EIO=4&transport=polling"


def churn(server, count, number):
  """So many clients come, are in their namespace for a moment, and go; every fourth time they poll."""
  words = loadgen.command(server)
  words[words.index("--ws-path") + 1] = POLLING if number % 4 == 3 else WEBSOCKET
  words += ["--polling"] if number % 4 == 3 else []
  words += ["--mode", "idle", "--conns", count, "--mod", INSTANCES, "--conn-concurrency", 32, "--settle", 0.2]
  done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120)
  if done.returncode not in (0, 1):
    raise BenchError(f"loadgen failed: {done.stderr.strip()}")
  return json.loads(done.stdout)


def memory_kib(pid):
  """Resident, and of that what is the process's own and was written."""
  fields = {}
  with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
    for line in lines:
      name, _, value = line.partition(":")
      if value.endswith("kB\n"):
        fields[name] = int(value.split()[0])
  return fields["Rss"], fields["Private_Dirty"]


def descriptors(pid, residents):
  """Once those who left are gone, as far as that is soon."""
  count = lambda: len(os.listdir(f"/proc/{pid}/fd"))
  deadline = time.monotonic() + SETTLE_S
  least = count()
  while time.monotonic() < deadline and (now := count()) > residents:
    least = min(least, now)
    time.sleep(0.02)
  return min(least, count())


def half_rate(server):
  """Events per second that are half of what it takes with the residents."""
  code, result = loadgen.run(server, ["--mode", "sat", "--conns", RESIDENTS, "--mod", INSTANCES, "--producers",
                                      PRODUCERS, "--inflight", 64, "--secs", CALIBRATION_S], spin=False)
  if code:
    raise BenchError(f"the calibration failed: {loadgen.faults_of(result)}")
  return result["events_acked_per_s"] / 2


class Soak:
  """One run against one server."""

  def __init__(self, server, minutes, rate, out):
    self.server, self.seconds, self.rate, self.out = server, minutes * 60, rate, out
    self.samples = []
    self.churned = 0
    self.faults = []

  def run(self):
    words = loadgen.command(self.server) + [
      "--pid", self.server.pid, "--mode", "open", "--conns", RESIDENTS, "--mod", INSTANCES, "--producers", PRODUCERS,
      "--rate", round(self.rate), "--warmup", 1, "--secs", self.seconds, "--drain", 20]
    with tempfile.TemporaryFile("w+") as said:
      with subprocess.Popen([str(word) for word in words], stdout=said, stderr=subprocess.PIPE, text=True) as load:
        try:
          self._keep_coming(load)
          complaints = load.communicate(timeout=120)[1]
        finally:
          load.kill()  # Without effect when it has ended.
      said.seek(0)
      text = said.read()
    if load.returncode not in (0, 1):
      raise BenchError(f"loadgen failed: {complaints.strip()}")
    return self._note("residents", json.loads(text))

  def _keep_coming(self, load):
    began, number = time.monotonic(), 0
    base = None
    while load.poll() is None:
      at = time.monotonic() - began
      due = int(at * CHURN_PER_S) - self.churned
      if due < CHURN_PER_S // 2:
        time.sleep(0.05)
        continue
      due = min(due, 4 * CHURN_PER_S)
      self._note("churn", churn(self.server, due, number))
      self.churned += due
      number += 1
      if load.poll() is not None or at > self.seconds:
        continue  # The residents are leaving.
      open_now = descriptors(self.server.pid, base or 0)
      base = open_now if base is None else base
      self._keep(at, open_now)

  def _keep(self, at, open_now):
    rss, dirty = memory_kib(self.server.pid)
    self.samples.append((at, rss, dirty, open_now))
    self.out.write(json.dumps({"at_s": round(at, 1), "rss_kib": rss, "private_dirty_kib": dirty,
                               "descriptors": open_now, "churned": self.churned}) + "\n")
    self.out.flush()

  def _note(self, who, result):
    if faults := loadgen.faults_of(result):
      self.faults.append(f"{who}: {faults}")
    return result


def judge(samples):
  """Lines for a person, and whether all is flat. `samples`: seconds, RSS, private dirty, descriptors."""
  lines, is_flat = [], True
  for name, column, unit in (("RSS", 1, "KiB"), ("private dirty", 2, "KiB"), ("descriptors", 3, "")):
    trend = trend_of([(sample[0], sample[column]) for sample in samples])
    if trend is None:
      return ["too few samples to tell anything: let it run longer"], False
    most = DESCRIPTORS_PER_HOUR_MAX if column == 3 else trend.median * RSS_GROWTH_MAX
    is_fine = trend.is_flat(most)
    is_flat = is_flat and is_fine
    lines.append(f"{'flat ' if is_fine else 'GROWS'}  {name:14} {trend.per_hour:+10.1f} ± {trend.spread_per_hour:.1f} {unit}/h"
                 f" (at most {most:.1f}), median {trend.median:.0f} {unit}, {trend.samples} samples")
  return lines, is_flat


def check():
  """The verdict on figures that are known."""
  def series(growth_kib, growth_descriptors):
    random.seed(7)
    return [(t, 60_000 + random.gauss(0, 300) + growth_kib * t, 40_000 + random.gauss(0, 300) + growth_kib * t,
             530 + int(growth_descriptors * t)) for t in range(0, 900, 2)]
  cases = (("steady", series(0, 0), True), ("100 bytes per connection", series(CHURN_PER_S * 100 / 1024, 0), False),
           ("a descriptor a minute", series(0, 1 / 60), False), ("too short", series(0, 0)[:10], False))
  failed = [title for title, samples, expected in cases if judge(samples)[1] != expected]
  warm = [(t, 20_000 + min(t, 200) * 200, 20_000 + min(t, 200) * 200, 530) for t in range(0, 900, 2)]
  if not judge(warm)[1]:
    failed.append("growth in the warm-up only")
  print("the verdict is wrong on: " + ", ".join(failed) if failed else "the verdict is right on all known figures")
  return not failed


def parse():
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("minutes", nargs="?", type=float, default=60)
  parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin", help="where the binaries are")
  parser.add_argument("--rate", type=float, help="events per second; by default half of what the server takes")
  parser.add_argument("--check", action="store_true", help="only checks the verdict on known figures")
  return parser.parse_args()


def main():
  signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
  asked = parse()
  if asked.check:
    return 0 if check() else 1
  work = ROOT / "build/bench"
  work.mkdir(parents=True, exist_ok=True)
  settings = {"EVENT_LOG_MAX_BYTES": str(LOG_BYTES)}
  with ShippedArauto(Places(asked.bin.resolve(), work), instances=INSTANCES, settings=settings) as server, \
       open(work / "soak.jsonl", "w", encoding="ascii") as out:
    rate = asked.rate or half_rate(server)
    print(f"{asked.minutes:g} minutes: {rate:.0f} events/s to {RESIDENTS} clients that stay, {CHURN_PER_S} clients/s come and go",
          flush=True)
    soak = Soak(server, asked.minutes, rate, out)
    result = soak.run()
    server.check_alive()
  lines, is_flat = judge(soak.samples)
  print(f"{result['deliveries_total']} deliveries, {soak.churned} clients came and went; samples in {work / 'soak.jsonl'}")
  print("\n".join(lines))
  for fault in soak.faults[:20]:
    print(f"FAULT  {fault}")
  return 0 if is_flat and not soak.faults else 1


if __name__ == "__main__":
  try:
    sys.exit(main())
  except BenchError as error:
    sys.exit(f"soak: {error}")
