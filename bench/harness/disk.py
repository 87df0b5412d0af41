"""The disk alone, as a peer of the event log: what any log would pay that syncs before it answers."""
import os
import tempfile
import time

NAME = "disk alone"
# What the log keeps of an event of 512 bytes, about.
EVENT_BYTES = 750
BLOCK_BYTES = 4 << 20


def run(rate, warmup_s, seconds):
  """Events that come evenly, appended to a file, each on the disk before the next sync begins with all that came meanwhile."""
  with tempfile.TemporaryFile() as file:
    waits = _write(file.fileno(), rate, warmup_s, warmup_s + seconds)
  waits.sort()
  nothing = {"p50": None, "p99": None, "p99.9": None}
  return {"label": f"{NAME}/{rate}", "events_acked_per_s": len(waits) / seconds, "cpu_us_per_event": None,
          "lat_us": nothing, "post_us": {"p50": _quantile(waits, .5), "p99": _quantile(waits, .99)},
          "server_busy": None, "foreign_cpu": 0.0, "steal": 0.0, "faults": "", "disturbed": False}


def _write(file, rate, from_s, until_s):
  """Microseconds that each event of the window waited for its sync."""
  block = os.urandom(BLOCK_BYTES)
  waits, done, place = [], 0, 0
  began = time.monotonic()
  while (at := time.monotonic() - began) < until_s:
    due = int(at * rate)
    if due == done:
      time.sleep((done + 1) / rate - at)
      continue
    size = min((due - done) * EVENT_BYTES, len(block))
    os.pwrite(file, block[:size], place)
    os.fdatasync(file)
    place += size
    synced = time.monotonic() - began
    waits += [(synced - event / rate) * 1e6 for event in range(done, due) if event / rate >= from_s]
    done = due
  return waits


def _quantile(values, share):
  return values[min(int(len(values) * share), len(values) - 1)]
