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


def dispatch():
    """Each operation by a few sessions, and again when all are in."""
    every = b"".join(bytes([who, 0, who % 6, who, 1, who % 4, who, 4, who % 3, who % 2]) for who in range(12))
    for operation in range(7):
        for who in range(3):
            keep("dispatch", bytes([who, operation, 1, 0]) * 3)
            keep("dispatch", every + bytes([who, operation, 1, 0]) * 3 + every)


def text(content):
    return bytes([len(content)]) + content


def servers(lines):
    """Each case as its clients would act it out, and the ways into every part of a server."""
    for case in cases(lines):
        acts, opened = b"", set()
        for line in case:
            if line.get("dir") != "c2s":
                continue
            who = line["conn"] % 4
            if line["conn"] not in opened:
                opened.add(line["conn"])
                acts += bytes([0, who])
            said = raw_of(line).replace(b"/engine.io/", b"/socket.io/").replace(b"/custom", b"/shop")
            for name, value in line.get("vars", {}).items():
                if name.startswith("sid"):
                    said = said.replace(value.encode(), b"$S")
            if line["kind"] == "ws-frame":
                opcode = {1: 0, 2: 1, 9: 4, 8: 5}.get(line["opcode"], 0)
                said = b'40/shop,{"apikey":"$K"}' if said == b"40" else said
                acts += bytes([2, who, opcode]) + text(said[:125])
            else:
                while said:
                    acts += bytes([1, who]) + text(said[:255])
                    said = said[255:]
            acts += bytes([7, who]) * 3
        keep("server", acts)
    wait, join = bytes([7, 0]) * 6, text(b'40/shop,{"apikey":"$K"}')
    websocket = bytes([0, 0, 6, 0, 0]) + wait + bytes([2, 0, 0]) + join + wait
    bodies = (b"", b'{"event":"call","data":{"a":1}}', b'[{"event":"call","data":1}]', b'{"websocket":{"enabled":true,"events":[]}}',
              b'{"event":"messages.upsert","instance":"shop","data":{}}', b'{"instanceName":"new","integration":"EVOLUTION"}')
    for method in range(6):
        for path in range(20):
            body = bodies[(method + path) % len(bodies)]
            keep("server", websocket + bytes([0, 1, 5, 1, method, path]) + text(body) + wait)
    for path in range(3):
        polling = bytes([0, 1, 5, 1, 0, 0, 0]) + wait + bytes([0, 2, 6, 2, path]) + wait
        keep("server", polling + bytes([2, 2, 0]) + text(b"2probe") + wait + bytes([2, 2, 0]) + text(b"5") + wait)
    for said in (b'42/shop,["hello",1]', b'42/shop,7["hello",{"a":[]}]', b'451-/shop,["x",{"_placeholder":true,"num":0}]',
                 b"41/shop,", b"2", b"3", b"1", b"40", b'40,{"apikey":"$K"}', b"b", b"6", b"\xff"):
        keep("server", websocket + bytes([2, 0, 0]) + text(said) + wait + bytes([2, 0, 1]) + text(b"\1\2\3") + wait)


def settings():
    text = (source / ".env.example").read_text()
    rows = [x.lstrip("# ") for x in text.splitlines() if x.startswith("#") and "=" in x]
    for at, row in enumerate(rows):
        keep("settings", row)
        keep("settings", "\n".join(rows[at : at + 10]))
    for text in ('A="b\\nc" # d', "export A='b\nc'", "A=`b`", "A: b", "\ufeffSERVER_TYPE=https\r\n", 'A="b', "A=b#c"):
        keep("settings", text)


shutil.rmtree(out, ignore_errors=True)
recorded = list(lines_of("protocol"))
protocol(recorded)
packets_of_cases(recorded)
websockets(recorded)
servers(recorded)
evolution(lines_of("evolution"))
connections()
dispatch()
settings()
