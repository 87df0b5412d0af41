"""A restart under many clients: the server ends and its successor begins while the load generator runs."""
import json
import os
import resource
import select
import subprocess
import time

from . import loadgen
from .servers import BenchError

FAULTS = ("never_back", "not_resumed", "refused_connects", "sent_away", "conn_closed", "never_accepted", "lost",
          "duplicate", "out_of_order", "stray")


def run(server, arguments, prefix=(), timeout_s=180):
  """One storm against a started server that can be restarted. Returns (exit code, result)."""
  words = loadgen.command(server, prefix) + [str(word) for word in arguments]
  with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
    try:
      said = _first_line(process, timeout_s)
      if said != "ready\n":
        raise BenchError(f"loadgen did not get ready against {server.name}: {said}{process.communicate()[1].strip()}")
      watch = _Watch([process.pid, server.pid])
      down_s, start_s = server.restart()
      text, complaints = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
      raise BenchError(f"loadgen did not end within {timeout_s:.0f} s against {server.name}") from error
    finally:
      process.kill()  # Without effect when it has ended.
  if process.returncode not in (0, 1):
    raise BenchError(f"loadgen failed against {server.name}: {complaints.strip()}")
  result = json.loads(text)
  result["restart_ms"] = {"down": round(down_s * 1000), "start": round(start_s * 1000)}
  result["storm_s"] = round(result["all_caught_up_at_ns"] / 1e9 - watch.began, 3)
  result["foreign_cpu"], result["steal"] = watch.foreign_share(server.pid), 0.0
  return process.returncode, result


def _first_line(process, timeout_s):
  ready, _, _ = select.select([process.stdout], [], [], timeout_s)
  return process.stdout.readline() if ready else ""


class _Watch:
  """How much of the processors goes to others from now on."""

  def __init__(self, pids):
    self.began = time.monotonic()  # The clock of the load generator, too.
    self._busy = loadgen.busy_seconds()
    self._own = _ended_seconds() + sum(map(_process_seconds, pids))  # Of the children, once they have ended, too.

  def foreign_share(self, successor):
    """The processes that were there have ended; only the successor runs."""
    own = _ended_seconds() + _process_seconds(successor) - self._own
    others = loadgen.busy_seconds() - self._busy - own
    return round(max(0.0, others / (time.monotonic() - self.began)), 3)


def _ended_seconds():
  """Of children that have ended."""
  used = resource.getrusage(resource.RUSAGE_CHILDREN)
  return used.ru_utime + used.ru_stime


def _process_seconds(pid):
  # proc(5): utime and stime are members 14 and 15; the name before them may hold blanks.
  with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
    members = stat.read().rpartition(")")[2].split()
  return (int(members[11]) + int(members[12])) / os.sysconf("SC_CLK_TCK")
