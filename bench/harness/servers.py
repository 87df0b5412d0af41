"""The servers under test: each is a context manager that starts one process and stops it again."""
import http.client
import json
import os
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 15
LISTENING = re.compile(r"listening on (?:https?://127\.0\.0\.1:)?(\d+)\b.*\n")
PEERS_DIR = Path(__file__).resolve().parent.parent / "peers"


class BenchError(Exception):
  """Something did not work; the message says what, for a person."""


@dataclass(frozen=True)
class Places:
  """Where things are: the built binaries, and a directory for results and what peers need."""
  binaries: Path
  work: Path

  def binary(self, name):
    path = self.binaries / name
    if not path.is_file():
      raise BenchError(f"{path} is missing: build it first")
    return str(path)


class Server:
  """One server process on a port that the kernel chose, with a key and a directory of its own."""
  name = ""
  # The envelope as Evolution API would send it: these members reach the clients.
  body = ('{"event":"{event}","instance":"{inst}","data":{data},"server_url":"http://localhost:8080",'
          '"date_time":"2025-01-01T00:00:00.000Z","sender":"5511999999999@s.whatsapp.net","apikey":"{apikey}"}')
  metrics_path = None
  # What its clients ask for, as words for the load generator.
  client_arguments = ()
  is_secure = False
  stop_timeout_s = STOP_TIMEOUT_S

  def __init__(self, places, prefix=(), arguments=(), settings=None, instances=1):
    """`prefix` goes before the command (to pin it), `arguments` after it; `settings` are for its environment."""
    self.places = places
    self.prefix = list(prefix)
    self.arguments = list(arguments)
    self.settings = dict(settings or {})
    self.instances = instances
    self.key = secrets.token_hex(16)

  def command(self, scratch):
    raise NotImplementedError

  def environment(self):
    return {}

  def prepare(self):
    """Called when it listens."""

  def __enter__(self):
    self._scratch = tempfile.TemporaryDirectory(prefix="arauto-bench-")
    self._log = Path(self._scratch.name) / "log"
    try:
      self._start()
      self.prepare()
    except BaseException:
      self.__exit__()
      raise
    return self

  def _start(self):
    with open(self._log, "wb") as log:
      self._process = self._spawn(self.prefix + self.command(self._scratch.name) + self.arguments,
                                  env={**os.environ, **self.environment(), **self.settings}, stdout=log, stderr=log)
    self.pid = self._process.pid
    self.port = self._wait_for_port()

  def _spawn(self, command, **how):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, **how)

  def end(self):
    """Ends it by SIGTERM, which it has to obey with exit code 0."""
    self.check_alive()
    if not self._stop():
      raise BenchError(f"{self.name} did not stop:\n{self._said()}")
    if self._process.returncode != 0:
      raise BenchError(f"{self.name} ended with {self._process.returncode}:\n{self._said()}")

  def _stop(self):
    """Returns whether it ended by itself."""
    self._process.terminate()
    try:
      self._process.wait(self.stop_timeout_s)
      return True
    except subprocess.TimeoutExpired:
      print(f"{self.name} did not stop within {self.stop_timeout_s} s of SIGTERM: killed", file=sys.stderr)
      self._process.kill()
      self._process.wait()
      return False

  def __exit__(self, *_):
    process = getattr(self, "_process", None)
    if process and process.poll() is None:
      self._stop()
    self._scratch.cleanup()

  def check_alive(self):
    if self._process.poll() is not None:
      raise BenchError(f"{self.name} ended by itself ({self._process.returncode}):\n{self._said()}")

  def _wait_for_port(self):
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
      found = LISTENING.search(self._said())
      if found:
        return int(found[1])
      self.check_alive()
      time.sleep(0.02)
    raise BenchError(f"{self.name} does not listen after {START_TIMEOUT_S} s:\n{self._said()}")

  def _said(self):
    return self._log.read_text(errors="replace")[-4000:]


class Arauto(Server):
  """The router only: nothing is kept. What a scenario sets is set here."""
  name = "arauto router"
  body = ('{"event":"{event}","data":{data},"server_url":"http://localhost:8080",'
          '"date_time":"2025-01-01T00:00:00.000Z","sender":"5511999999999@s.whatsapp.net"}')
  metrics_path = "/metrics"

  def command(self, scratch):
    return [self.places.binary("arauto"), "--port", "0", "--data-dir", str(Path(scratch) / "data")]

  def environment(self):
    return {"SERVER_HOST": "127.0.0.1", "AUTHENTICATION_API_KEY": self.key, "IO_THREADS": "1", "EVENT_LOG": "off",
            "PROMETHEUS_METRICS": "true", "LOG_LEVEL": "ERROR,WARN", "DRAIN_SECONDS": "0"}

  def _connection(self):
    if not self.is_secure:
      return http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_TIMEOUT_S)
    trusting = ssl._create_unverified_context()  # It is our own certificate, a moment old.
    return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=START_TIMEOUT_S, context=trusting)

  def prepare(self):
    connection = self._connection()
    for number in range(self.instances):
      body = {"instanceName": f"inst{number}", "integration": "WHATSAPP-BAILEYS",
              "websocket": {"enabled": True, "events": []}}
      connection.request("POST", "/instance/create", json.dumps(body),
                         {"apikey": self.key, "Content-Type": "application/json"})
      answer = connection.getresponse()
      text = answer.read().decode(errors="replace")
      if answer.status != 201:
        raise BenchError(f"arauto refused to create an instance: {answer.status} {text[:2000]}")
    connection.close()


class ShippedArauto(Arauto):
  """As it is delivered: events are on the disk before anybody hears of them, and clients get offsets to come back with."""
  name = "arauto"
  client_arguments = ("--ws-path", "/socket.io/?EIO=4&transport=websocket&recovery=true")

  def environment(self):
    return {**super().environment(), "EVENT_LOG": "disk"}


class HeldArauto(Arauto):
  """With a listening socket that is held here, so that it can be restarted without a refused connect."""
  # The shell knows its process id, which the server keeps; the socket comes as standard input.
  _hand_over = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&0 </dev/null'

  def __enter__(self):
    self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    return super().__enter__()

  def __exit__(self, *_):
    super().__exit__()
    self._listener.close()

  def _spawn(self, command, **how):
    return subprocess.Popen(["sh", "-c", self._hand_over, "sh", *command], stdin=self._listener, **how)

  def restart(self):
    """Ends it by SIGTERM and starts the next on the same data. Returns the seconds that each took."""
    began = time.monotonic()
    self.end()
    ended = time.monotonic()
    self._start()
    return ended - began, time.monotonic() - ended


class LimitPlain(Server):
  name = "limit-plain"
  mode = "plain"

  def command(self, scratch):
    return [self.places.binary("limit"), "0", self.mode]


class LimitCoalesce(LimitPlain):
  name = "limit-coalesce"
  mode = "coalesce"


class Node(Server):
  name = "node"

  def command(self, scratch):
    return [shutil.which("node"), str(self.places.work / "node" / "server.mjs")]

  def environment(self):
    return {"PORT": "0", "API_KEY": self.key, "NODE_ENV": "production"}


PEERS = {"limit": [LimitPlain, LimitCoalesce], "node": [Node]}


def install_node_peer(places):
  """Puts the Node peer and its packages into the work directory. Returns whether it can run; says why if not."""
  for tool in ("node", "npm"):
    if not shutil.which(tool):
      print(f"peer node is left out: {tool} is not installed", file=sys.stderr)
      return False
  target = places.work / "node"
  installed_lock = target / "node_modules" / ".package-lock.json"
  lock = PEERS_DIR / "node" / "package-lock.json"
  copied_lock = target / lock.name
  is_current = installed_lock.exists() and copied_lock.exists() and copied_lock.read_bytes() == lock.read_bytes()
  target.mkdir(parents=True, exist_ok=True)
  for name in ("package.json", lock.name, "server.mjs"):
    shutil.copyfile(PEERS_DIR / "node" / name, target / name)
  if is_current:
    return True
  done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=target, text=True,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
  if done.returncode != 0:
    print(f"peer node is left out: npm ci failed\n{done.stdout[-2000:]}", file=sys.stderr)
    return False
  return True
