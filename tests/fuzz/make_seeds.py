#!/usr/bin/env python3
"""Makes seeds for the fuzz targets of what was recorded: make_seeds.py <source directory> <where to put them>

A file for each, named by its content, in a folder for each target. What was there before goes.
"""
import base64
import hashlib
import json
import pathlib
import shutil
import sys

source, out = map(pathlib.Path, sys.argv[1:])
kept = set()
SIZE_MAX = 4096


def keep(target, content):
    if isinstance(content, str):
        content = content.encode()
    if not content or len(content) > SIZE_MAX:
        return
    name = hashlib.sha1(content).hexdigest()[:16]
    if (target, name) not in kept:
        kept.add((target, name))
        (out / target).mkdir(parents=True, exist_ok=True)
        (out / target / name).write_bytes(content)


def lines_of(folder):
    for path in sorted((source / "tests/golden" / folder).glob("*.jsonl")):
        for line in path.read_text().split("\n")[:-1]:
            yield json.loads(line)


def raw_of(line):
    return base64.b64decode(line["raw_b64"]) if "raw_b64" in line else line.get("raw", "").encode()


def body_of(message):
    return message.partition(b"\r\n\r\n")[2]


def cases(lines):
    """The lines of each case of each file."""
    found = []
    for line in lines:
        if line["kind"] == "case":
            found.append([])
        elif line["kind"] != "file":
            found[-1].append(line)
    return found


def protocol(lines):
    for line in lines:
        raw = raw_of(line)
        if line["kind"].startswith("http-"):
            if line["dir"] == "c2s":
                keep("http_head", raw)
                target = raw.split(b" ", 2)[1:2] or [b""]
                keep("http_values", target[0].partition(b"?")[2])
                keep("http_values", target[0])
            body = body_of(raw)
            for form in (0, 1, 4, 9):  # Version 4, 3 as text, JSONP, 3 as bytes.
                keep("engineio_payload", bytes([form]) + body)
            keep("http_values", body)
            messages = body.split(b"\x1e")
        elif line["kind"] == "ws-frame":
            messages = [raw]
        else:
            continue
        for message in messages:
            keep("json", message.lstrip(b"0123456789:-/abcdefghijklmnopqrstuvwxyz,"))
            keep("socketio_packet", message.removeprefix(b"4"))


def packets_of_cases(lines):
    """What the client of a case sent, one message behind the other."""
    for case in cases(lines):
        said = [
            raw_of(x).removeprefix(b"4") if x["opcode"] == 1 else b"b" + raw_of(x)
            for x in case
            if x["kind"] == "ws-frame" and x["dir"] == "c2s" and x["opcode"] in (1, 2)
        ]
        keep("socketio_packet", b"\x1e".join(x for x in said if b"\x1e" not in x))


def frame(opcode, payload, is_last=True, mask=b"\x01\x02\x03\x04"):
    """As clients send it."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0xFE, size >> 8, size & 255])
    head = bytes([opcode | (0x80 if is_last else 0)]) + length
    return head + mask + bytes(x ^ mask[i % 4] for i, x in enumerate(payload))


def websockets(lines):
    for case in cases(lines):
        stream = b""
        for line in case:
            if line["kind"] != "ws-frame" or line["dir"] != "c2s":
                continue
            opcode, payload = line["opcode"], raw_of(line)
            if opcode == 8:
                code = line.get("close_code")
                payload = b"" if code is None else code.to_bytes(2, "big") + line.get("close_reason", "").encode()
            stream += frame(opcode, payload)
            keep("websocket", frame(opcode, payload))
            if opcode < 8:
                half = len(payload) // 2
                keep("websocket", frame(opcode, payload[:half], False) + frame(9, b"ping") + frame(0, payload[half:]))
        keep("websocket", stream)
    for opcode in range(16):
        keep("websocket", frame(opcode, b"\xc3\xa9"))
    keep("websocket", frame(10, b"") + frame(2, b"x" * 200) + frame(1, b"4") + frame(8, b"\x03\xe8bye"))


def evolution(lines):
    for line in lines:
        for value in line.values():
            if isinstance(value, (dict, list)):
                keep("json", json.dumps(value, ensure_ascii=False))


def connections():
    """Short lives of an Engine.IO connection: openings, and each event alone and after a probe."""
    for opening in (b"\0\0", b"\1\0", b"\0\1", b"\1\1"):
        keep("engineio_connection", opening)
        for event in range(8):
            for argument in range(7):
                step = bytes([0, event, argument, 0, 0])
                keep("engineio_connection", opening + step)
                keep("engineio_connection", opening + bytes([0, 4, 1, 0, 2, 0, 0]) + step + bytes([1, 0, 5, 0, 0]))


shutil.rmtree(out, ignore_errors=True)
recorded = list(lines_of("protocol"))
protocol(recorded)
packets_of_cases(recorded)
websockets(recorded)
evolution(lines_of("evolution"))
connections()
