"""Listens where NOTIFY_SOCKET points, as systemd does. Prints `listening`, then each datagram as a JSON text on one line.

The address is the first argument: a path, or @ and a name in the abstract namespace.
"""
import json
import socket
import sys

address = sys.argv[1]
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind("\0" + address[1:] if address.startswith("@") else address)
print("listening", flush=True)
while True:
  print(json.dumps(listener.recv(4096).decode()), flush=True)
