"""A session of python3-socketio that follows a list of steps; prints what happens to it as JSON lines.

Arguments: URL, and a JSON object {namespace, auth, transports, reconnection, hear, steps}. `hear` are names of events. A
step is a list: ["emit", name, args], ["call", name, args] (with an ack), ["await", name] (an event that has come or
comes), ["disconnect"], ["await-loss"], ["await-return"]. Bytes stand in JSON as {"bytes": hex}; {"text": n} in a step
is a text of n letters, {"zeros": n} as many bytes. What is long is printed as {"length", "sha256"}.
"""

import asyncio
import hashlib
import json
import sys

import socketio


LONG = 1000


def plain(value):
    """As JSON can say it."""
    if isinstance(value, (bytes, str)) and len(value) > LONG:
        content = value if isinstance(value, bytes) else value.encode()
        return {"length": len(value), "sha256": hashlib.sha256(content).hexdigest()}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, (list, tuple)):
        return [plain(x) for x in value]
    if isinstance(value, dict):
        return {name: plain(x) for name, x in value.items()}
    return value


def real(value):
    """What `plain` was made of."""
    if isinstance(value, list):
        return [real(x) for x in value]
    if isinstance(value, dict):
        if set(value) == {"bytes"}:
            return bytes.fromhex(value["bytes"])
        if set(value) == {"text"}:
            return "x" * value["text"]
        if set(value) == {"zeros"}:
            return bytes(value["zeros"])
        return {name: real(x) for name, x in value.items()}
    return value


def say(**line):
    print(json.dumps({name: plain(value) for name, value in line.items()}), flush=True)


class Session:
    def __init__(self, url, plan):
        self.url = url
        self.plan = plan
        self.namespace = plan["namespace"]
        self.client = socketio.AsyncClient(
            reconnection=plan.get("reconnection", False), reconnection_delay=0.05, reconnection_delay_max=0.1, randomization_factor=0
        )
        self.arrived = {}
        self.is_refused = False
        self.first_outcome = asyncio.Event()
        self.returns = asyncio.Semaphore(0)
        self.losses = asyncio.Semaphore(0)
        self.client.on("connect", self.on_connect, namespace=self.namespace)
        self.client.on("connect_error", self.on_refusal, namespace=self.namespace)
        self.client.on("disconnect", self.on_loss, namespace=self.namespace)
        for name in plan.get("hear", []):
            self.arrived[name] = asyncio.Semaphore(0)
            self.client.on(name, self.handler(name), namespace=self.namespace)

    def on_connect(self):
        say(connected=self.client.get_sid(self.namespace))
        if self.first_outcome.is_set():
            self.returns.release()
        self.first_outcome.set()

    def on_refusal(self, error):
        say(refused=error)
        # A later one is an attempt to come back that failed.
        if not self.first_outcome.is_set():
            self.is_refused = True
            self.first_outcome.set()

    def on_loss(self):
        say(disconnected=True)
        self.losses.release()

    def handler(self, name):
        def hear(*args):
            say(event=name, args=args)
            self.arrived[name].release()
            return args

        return hear

    async def do(self, what, *rest):
        if what == "emit":
            await self.client.emit(rest[0], tuple(real(rest[1])), namespace=self.namespace)
        elif what == "call":
            say(answer=await self.client.call(rest[0], tuple(real(rest[1])), namespace=self.namespace, timeout=20))
        elif what == "await":
            await self.arrived[rest[0]].acquire()
        elif what == "await-loss":
            await self.losses.acquire()
        elif what == "await-return":
            await self.returns.acquire()
        elif what == "disconnect":
            await self.client.disconnect()
        else:
            raise ValueError(what)

    async def run(self):
        # Without waiting: that would take its full time for a refusal, too.
        await self.client.connect(
            self.url, namespaces=[self.namespace], auth=self.plan.get("auth"), transports=self.plan.get("transports"), wait=False
        )
        await self.first_outcome.wait()
        if self.is_refused:
            await self.client.disconnect()
            say(done=True)
            return
        say(transport=self.client.transport())
        for number, step in enumerate(self.plan["steps"]):
            say(step=number)
            await self.do(*step)
        await self.client.disconnect()
        say(done=True)


async def main():
    await Session(sys.argv[1], json.loads(sys.argv[2])).run()


asyncio.run(main())
