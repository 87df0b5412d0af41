"""A client as python3-socketio makes it; prints what happens to it as JSON lines.

Arguments: URL, namespace, key, and where the key goes: "header", "query" or "auth".
"""

import asyncio
import json
import sys

import socketio


def say(**line):
    print(json.dumps(line), flush=True)


async def main(url, namespace, key, place):
    client = socketio.AsyncClient(reconnection=False)
    client.on("connect", lambda: say(connected=True), namespace=namespace)
    client.on("*", lambda name, *args: say(event=name, args=args), namespace=namespace)
    await client.connect(
        f"{url}?apikey={key}" if place == "query" else url,
        headers={"apikey": key} if place == "header" else {},
        auth={"apikey": key} if place == "auth" else None,
        namespaces=[namespace],
    )
    say(transport=client.transport())
    await client.wait()
    say(ended=True)


asyncio.run(main(*sys.argv[1:]))
