"""How cost grows as the work grows: sessions without sockets, one thing varied at a time."""
import json
import subprocess
from dataclasses import dataclass

from .servers import BenchError
from .table import align

SESSIONS = 10_000


@dataclass(frozen=True)
class Curve:
  name: str
  # What the points are numbers of.
  of: str
  points: tuple
  # The arguments for one point.
  arguments: object
  # What is read of the result, and its unit.
  value: str
  unit: str


def _events(deliveries, receivers):
  """As many events as bring so many deliveries, ten at least."""
  return max(10, deliveries // receivers)


def curves(quick):
  deliveries = 200_000 if quick else 10_000_000
  shrink = 10 if quick else 1
  return [
    Curve("clients", "clients of one instance", (100, 1_000, 10_000, 19_900, 100_000 // shrink),
          lambda n: ["--clients", n, "--events", _events(deliveries, n)], "delivery_ns", "ns per delivery"),
    Curve("instances", f"instances that share {SESSIONS:,} clients", (1, 10, 100, 1_000, 10_000 // shrink),
          lambda n: ["--clients", SESSIONS, "--instances", n, "--events", max(n, _events(deliveries, SESSIONS // n))],
          "event_us", "µs per event"),
    Curve("namespaces", "namespaces of a connection, 100,000 sessions in all", (1, 10, 100, 1_000),
          lambda n: ["--clients", 100_000 // n, "--instances", 1_000, "--namespaces", n, "--events", 1_000],
          "delivery_ns", "ns per delivery"),
    Curve("payload", "bytes of data, 1,000 clients", (64, 512, 4_096, 65_536, 1 << 20),
          lambda n: ["--clients", 1_000, "--payload", n, "--events", 100], "delivery_ns", "ns per delivery"),
    Curve("join", "neighbours in the namespace", (100, 1_000, 10_000, 100_000 // shrink),
          lambda n: ["--clients", n, "--events", 0], "join_us", "µs per join"),
    Curve("leave", "neighbours in the namespace", (100, 1_000, 10_000, 100_000 // shrink),
          lambda n: ["--clients", n, "--events", 0], "leave_us", "µs per leave"),
  ]


def run(places, quick):
  """Measures all curves, keeps the points in growth.jsonl and prints a table. Returns [(curve, [(x, value)])]."""
  places.work.mkdir(parents=True, exist_ok=True)
  measured = []
  rows = [["growth", "", "x: value"]]
  with open(places.work / "growth.jsonl", "a", encoding="utf-8") as file:
    for curve in curves(quick):
      points = [(x, _measure(places, curve.arguments(x))) for x in sorted(set(curve.points))]
      values = [(x, result[curve.value]) for x, result in points]
      for x, value in values:
        file.write(json.dumps({"curve": curve.name, "of": curve.of, "x": x, "value": value, "unit": curve.unit}) + "\n")
      measured.append((curve, values))
      rows.append([curve.name, curve.unit, ", ".join(f"{x:,}: {value:,.1f}" for x, value in values)])
  print(align(rows))
  return measured


def _measure(places, arguments):
  done = subprocess.run([places.binary("sessions"), *map(str, arguments)], capture_output=True, text=True)
  if done.returncode != 0:
    raise BenchError(f"sessions {' '.join(map(str, arguments))} failed: {done.stderr.strip()}")
  return json.loads(done.stdout)
