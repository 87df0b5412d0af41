"""Calls the load generator."""
import json
import os
import shutil
import subprocess
import sys
import time

from .servers import BenchError

# Share of a processor that others may take before a measurement counts as disturbed.
DISTURBED_ABOVE = 0.08
FAULTS = ("lost", "duplicate", "out_of_order", "stray", "conn_failed", "conn_closed", "post_errors", "silent_kept")


def pins():
  """Command prefixes that keep server and load generator on one processor each; empty where that is impossible."""
  cores = sorted(os.sched_getaffinity(0))
  if len(cores) < 2 or not shutil.which("taskset"):
    print("server and load generator share processors: figures are worth little", file=sys.stderr)
    return [], []
  return ["taskset", "-c", str(cores[0])], ["taskset", "-c", str(cores[1])]


def wait_for_quiet(seconds_max=5.0):
  """Gives other work on the machine a chance to end."""
  deadline = time.monotonic() + seconds_max
  while time.monotonic() < deadline:
    before = busy_seconds()
    time.sleep(0.4)
    if busy_seconds() - before < 0.06:
      return


def command(server, prefix=()):
  """The words that begin every call of it."""
  words = [server.places.binary("loadgen"), "--port", server.port, "--apikey", server.key,
           "--header", "apikey: " + server.key, "--body", server.body, *server.client_arguments]
  words += ["--tls"] if server.is_secure else []
  return [str(word) for word in [*prefix, *words]]


def run(server, arguments, prefix=(), timeout_s=180, spin=True):
  """One run against a started server. Returns (exit code, result); the result lacks what the server does not tell."""
  words = command(server, prefix) + ["--pid", str(server.pid)] + (["--spin"] if spin else [])
  if server.metrics_path:
    words += ["--metrics-path", server.metrics_path]
  try:
    done = subprocess.run(words + [str(word) for word in arguments], capture_output=True, text=True, timeout=timeout_s)
  except subprocess.TimeoutExpired as error:
    raise BenchError(f"loadgen did not end within {timeout_s:.0f} s against {server.name}") from error
  if done.returncode not in (0, 1):
    raise BenchError(f"loadgen failed against {server.name}: {done.stderr.strip()}")
  return done.returncode, json.loads(done.stdout)


def faults_of(result, names=FAULTS):
  """What went wrong, as text; empty when nothing did."""
  return ", ".join(f"{name}={result[name]}" for name in names if result[name])


def disturbance(result):
  return result["foreign_cpu"] + result["steal"]


def busy_seconds():
  """Of all processors, since the machine began."""
  # proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
  with open("/proc/stat", encoding="ascii") as stat:
    ticks = [int(word) for word in stat.readline().split()[1:9]]
  return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
