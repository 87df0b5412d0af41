"""Holds a listening socket and hands it to one process after another, as systemd does for a unit with a socket.

Prints `holding PORT`. Each line of standard input is a JSON object with `command`, `env` and `cwd`: that program is
started with the socket as descriptor 3 (LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES), which prints `started PID`. What it
writes goes to standard output; its end prints `ended CODE`, negative for a signal. It does not outlive this process.
"""
import json
import socket
import subprocess
import sys
import threading

listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
turn = threading.Lock()
# The shell knows its process id, which the program keeps; the socket comes to it as standard input.
HAND_OVER = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=front exec "$@" 3<&0 </dev/null'


def tell(line):
  with turn:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def start(what):
  command = ["setpriv", "--pdeathsig", "KILL", "sh", "-c", HAND_OVER, "sh", *what["command"]]
  child = subprocess.Popen(command, env=what["env"], cwd=what["cwd"], stdin=listener)
  tell(f"started {child.pid}")
  threading.Thread(target=lambda: tell(f"ended {child.wait()}"), daemon=True).start()


tell(f"holding {listener.getsockname()[1]}")
for line in sys.stdin:
  start(json.loads(line))
