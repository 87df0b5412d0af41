"""Turns results into a table: medians, spread, and ratios to each peer."""
import statistics
from dataclasses import dataclass
from typing import Callable

# Share of its processor from which a process was what the run waited for.
BUSY_FROM = 0.93


@dataclass(frozen=True)
class Column:
  title: str
  value: Callable
  # Digits after the point; None: a word.
  digits: int | None = 0
  has_spread: bool = True


def bound_of(result):
  """What held a run back: who of the two had no time left, or that both waited for each other or for the next event."""
  if result["server_busy"] is None:
    return None
  if result["server_busy"] >= BUSY_FROM:
    return "server"
  return "loadgen" if result["loadgen_busy"] >= BUSY_FROM else "load"


COLUMNS = {
  "cpu": Column("CPU µs/delivery", lambda r: r["cpu_us_per_delivery"], 3),
  "rate": Column("deliveries/s", lambda r: r["deliveries_per_s"]),
  "p50": Column("p50 µs", lambda r: r["lat_us"]["p50"]),
  "p99": Column("p99 µs", lambda r: r["lat_us"]["p99"]),
  "p999": Column("p99.9 µs", lambda r: r["lat_us"].get("p99.9")),
  "events": Column("events/s", lambda r: r["events_acked_per_s"]),
  "cpu_event": Column("CPU µs/event", lambda r: r["cpu_us_per_event"], 2),
  "post_p50": Column("answer p50 µs", lambda r: r["post_us"]["p50"]),
  "post_p99": Column("p99 µs", lambda r: r["post_us"]["p99"]),
  "gather": Column("deliv./sendmsg", lambda r: r.get("deliveries_per_sendmsg"), 2, has_spread=False),
  "busy": Column("server busy", lambda r: r["server_busy"], 2, has_spread=False),
  "bound": Column("bound by", bound_of, None),
  "slow_closed": Column("slow closed", lambda r: r["slow_closed"]),
  "idle_cpu": Column("CPU µs/s/conn", lambda r: r["idle_cpu_us_per_conn_s"], 3),
  "user_bytes": Column("user bytes/conn", lambda r: r["user_bytes_per_conn"]),
  "rss_bytes": Column("RSS bytes/conn", lambda r: r["bytes_per_conn"]),
  "connect_cpu": Column("CPU µs/connect", lambda r: r["server_cpu_us_per_connect"], 1),
  "connects": Column("connects/s", lambda r: r["connects_per_s"]),
  "ping_p50": Column("ping late p50 ms", lambda r: r["ping_late_ms"]["p50"], 2),
  "ping_p99": Column("p99 ms", lambda r: r["ping_late_ms"]["p99"], 2),
  "ping_max": Column("worst ms", lambda r: r["ping_late_ms"]["max"], 2),
  "timeout_p50": Column("timeout late p50 ms", lambda r: r["timeout_late_ms"]["p50"], 2),
  "timeout_p99": Column("p99 ms", lambda r: r["timeout_late_ms"]["p99"], 2),
  "timeout_max": Column("worst ms", lambda r: r["timeout_late_ms"]["max"], 2),
  "storm": Column("all caught up s", lambda r: r["storm_s"], 2),
  "gap_p50": Column("gap p50 ms", lambda r: r["gap_ms"]["p50"]),
  "gap_p99": Column("p99 ms", lambda r: r["gap_ms"]["p99"]),
  "gap_max": Column("worst ms", lambda r: r["gap_ms"]["max"]),
  "down": Column("end ms", lambda r: r["restart_ms"]["down"]),
  "start": Column("start ms", lambda r: r["restart_ms"]["start"]),
}


def format_scenario(scenario, results_by_server, subjects):
  """The table of one scenario. Peers also show what each subject's cost and rate are in units of theirs."""
  columns = [COLUMNS[name] for name in scenario.columns]
  main = columns[0]
  subjects = [name for name in subjects if results_by_server.get(name) and len(results_by_server) > 1]
  has_rate = "rate" in scenario.columns
  header = ["server", "runs"] + [column.title for column in columns]
  for name in subjects:
    header += [f"{name}: cost ×", "rate ×"] if has_rate else [f"{name}: cost ×"]
  rows = [header]
  for server, results in results_by_server.items():
    if not results:
      rows.append([server, "none"] + [""] * (len(header) - 2))
      continue
    row = [server, _count(results)] + [_cell(column, results) for column in columns]
    for name in subjects:
      row.append(_ratio(main, results_by_server[name], results, is_self=server == name))
      if has_rate:
        row.append(_rate_ratio(results_by_server[name], results, is_self=server == name))
    rows.append(row)
  return f"{scenario.name}: {scenario.what}\n" + align(rows)


def median(column_name, results):
  """Of what the runs have in a column; None when they have nothing there."""
  values = _values(COLUMNS[column_name], results)
  return statistics.median(values) if values else None


def align(rows):
  """Lines of text, the first column to the left."""
  widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
  lines = []
  for row in rows:
    cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
    lines.append("  " + "  ".join(cells).rstrip())
  return "\n".join(lines)


def _count(results):
  """Number of runs; the star says that some were disturbed from outside."""
  return f"{len(results)}{'*' if any(result['disturbed'] for result in results) else ''}"


def _values(column, results):
  return [value for value in map(column.value, results) if value is not None]


def _cell(column, results):
  values = _values(column, results)
  if not values:
    return "–"
  if column.digits is None:
    return statistics.mode(values)
  middle = statistics.median(values)
  text = f"{middle:,.{column.digits}f}"
  if not column.has_spread or len(values) < 2 or middle == 0:
    return text
  spread = max(abs(value - middle) for value in values) / abs(middle)
  return f"{text} ±{spread:.0%}"


def _ratio(column, ours, theirs, is_self):
  our_values, their_values = _values(column, ours), _values(column, theirs)
  if is_self or not our_values or not their_values or not statistics.median(their_values):
    return ""
  return f"{statistics.median(our_values) / statistics.median(their_values):.2f}"


def _rate_ratio(ours, theirs, is_self):
  """A star where a disturbed run is among them: it says what was left of the processor, not what the server can do."""
  if not is_self and any(result["disturbed"] for result in ours + theirs):
    return "*"
  return _ratio(COLUMNS["rate"], ours, theirs, is_self)
