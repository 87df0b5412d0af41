// Engine.IO on the wire, as the official suite of the protocol looks at it, on its own path and below Socket.IO. What
// the suite of the Socket.IO protocol adds is in conformance-a-socketio.test.mjs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { describeProfile, duration } from './support/conformance.mjs';
import { EngineSocket, PollingSession } from './support/engineio.mjs';
import { request } from './support/http.mjs';
import { patience } from './support/wait.mjs';

const pingInterval = 300;
const pingTimeout = 200;
const maxPayload = 1_000_000;

/** A slow build may be late by so many milliseconds; the real one by none. */
const allowance = (patience - 1) * 100;
/** A client's clock may have begun after the server's by so much, and so things come early. */
const early = 40;

/** Both sub-protocols: what is below Socket.IO must be the same on its path. */
function describeEngine(path, world) {
  const keep = (x) => world.keep(x);
  const at = (query) => request(world.url, 'GET', `${path}?${query}`);
  const polling = () => PollingSession.open(world.url, path);
  const webSocket = async () => keep(await EngineSocket.open(world.url, path));
  const attempt = (query) => keep(new EngineSocket(world.url, path, query));

  function assertOpen(open, upgrades) {
    assert.deepEqual(Object.keys(open).sort(), ['maxPayload', 'pingInterval', 'pingTimeout', 'sid', 'upgrades']);
    assert.ok(typeof open.sid === 'string' && open.sid.length > 0, open.sid);
    assert.deepEqual({ ...open, sid: '' }, { sid: '', upgrades, pingInterval, pingTimeout, maxPayload });
  }

  describe(`${path}: handshake`, () => {
    it('polling: the open packet has exactly its five members', async () => {
      const session = await polling();
      assertOpen(session.open, ['websocket']);
      assert.match(session.headers['content-type'], /^text\/plain; ?charset=utf-8$/i);
      assert.equal(session.headers['access-control-allow-origin'], '*');
    });

    it('websocket: the open packet has exactly its five members', async () => assertOpen((await webSocket()).handshake, []));

    const wrong = { 'no EIO': 'transport=', 'EIO=abc': 'EIO=abc&transport=' };
    for (const [what, query] of Object.entries(wrong)) {
      it(`polling: ${what} is 400`, async () => assert.equal((await at(`${query}polling`)).status, 400));
      it(`websocket: ${what} is refused`, async () => {
        await attempt(Object.fromEntries(new URLSearchParams(`${query}websocket`))).end();
      });
    }
    for (const query of ['EIO=4', 'EIO=4&transport=abc']) {
      it(`polling: ${query} is 400`, async () => assert.equal((await at(query)).status, 400));
      it(`websocket: ${query} is refused`, async () => {
        const { opened } = await attempt(Object.fromEntries(new URLSearchParams(query))).end();
        assert.equal(opened, false);
      });
    }
    for (const method of ['POST', 'PUT']) {
      it(`polling: ${method} without a session is 400`, async () => {
        assert.equal((await request(world.url, method, `${path}?EIO=4&transport=polling`)).status, 400);
      });
    }
  });

  describe(`${path}: heartbeat`, () => {
    it('polling: three pings in a row, each answered', async () => {
      const session = await polling();
      for (let i = 0; i < 3; ++i) {
        const took = await duration(session.gets('2'));
        assert.ok(took > pingInterval - early, `ping after ${took} ms`);
        await session.puts('3');
      }
    });

    it('websocket: three pings in a row, each answered', async () => {
      const socket = await webSocket();
      for (let i = 0; i < 3; ++i) {
        const took = await duration(socket.gets('2'));
        assert.ok(took > pingInterval - early, `ping after ${took} ms`);
        socket.send('3');
      }
    });

    // The one thing to wait for here is time itself. A single try in three may be spoilt by a busy machine.
    it('polling: without a pong the session is gone exactly when interval and timeout have passed', async () => {
      const statuses = [];
      while (!statuses.includes(400) && statuses.length < 3) {
        const session = await polling();
        await pass(pingInterval + pingTimeout + allowance);
        statuses.push((await session.get()).status);
      }
      assert.equal(statuses.at(-1), 400, 'three sessions in a row outlived their timeout');
    });

    it('polling: timers are not rounded to a coarse tick', async () => {
      const attempts = [];
      while (!attempts.some((excess) => excess < 5 * patience) && attempts.length < 3) attempts.push(await excessLateness());
      assert.ok(attempts.at(-1) < 5 * patience, `sessions end so many ms later than timers of this process: ${attempts}`);
    });

    /** How much later than due sessions end, compared with how late this busy machine makes everybody: medians, in ms. */
    async function excessLateness() {
      const median = (numbers) => numbers.sort((x, y) => x - y)[numbers.length / 2];
      const due = pingInterval + pingTimeout;
      const lateness = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
        await pass(7 * i);
        const session = await polling();
        const since = performance.now();
        const own = duration(pass(due), since);
        await session.gets('2');
        await session.gets('1');
        return { server: performance.now() - since - due, own: (await own) - due };
      }));
      return median(lateness.map((x) => x.server)) - median(lateness.map((x) => x.own));
    }

    it('polling: the held GET gets the ping in time, the next one the close in time', async () => {
      const session = await polling();
      const since = performance.now();
      await session.gets('2');
      const ping = performance.now() - since;
      await session.gets('1');
      const close = performance.now() - since;
      assert.ok(ping > pingInterval - early, `ping after ${ping} ms`);
      assert.ok(close > pingInterval + pingTimeout - early, `close after ${close} ms`);
      await session.assertGone();
    });

    it('websocket: without a pong it is closed when interval and timeout have passed, not before', async () => {
      const socket = await webSocket();
      const took = await duration(socket.end());
      assert.ok(took > pingInterval + pingTimeout - early, `closed after ${took} ms`);
      assert.deepEqual(socket.frames.all.slice(1), ['2']);
    });
  });

  describe(`${path}: close`, () => {
    it('polling: "1" ends the session, and the held GET gets "6"', async () => {
      const session = await polling();
      const held = session.get();
      await session.puts('1');
      assert.equal((await held).text, '6');
      await session.assertGone();
    });

    it('websocket: "1" ends the connection', async () => {
      const socket = await webSocket();
      socket.send('1');
      await socket.end();
    });
  });

  describe(`${path}: upgrade`, () => {
    async function upgraded() {
      const session = await polling();
      const socket = keep(session.webSocket());
      await socket.opens();
      socket.send('2probe');
      await socket.gets('3probe');
      return { session, socket };
    }

    it('the probe is answered, a GET after it ends with "6", and the websocket goes on', async () => {
      const { session, socket } = await upgraded();
      await session.gets('6');
      socket.send('5');
      await socket.gets('2');
      socket.send('3');
      await socket.gets('2');
    });

    it('a GET that is held when the probe comes ends with "6"', async () => {
      const session = await polling();
      const held = session.get();
      const socket = keep(session.webSocket());
      await socket.opens();
      socket.send('2probe');
      assert.equal((await held).text, '6');
      await socket.gets('3probe');
    });

    it('after it polling is 400, and the websocket keeps working', async () => {
      const { session, socket } = await upgraded();
      socket.send('5');
      await session.assertGone();
      assert.equal((await session.post('3')).status, 400);
      await socket.gets('2');
    });

    it('after it a second websocket for the session is closed, and the first keeps working', async () => {
      const { session, socket } = await upgraded();
      socket.send('5');
      await keep(session.webSocket()).end();
      await socket.gets('2');
    });
  });
}

function describeMessages(world) {
  const polling = () => PollingSession.open(world.url);
  const webSocket = async () => world.keep(await EngineSocket.open(world.url));

  describe('/engine.io/: messages', () => {
    it('polling: one text', async () => {
      const session = await polling();
      await session.puts('4hello');
      await session.gets('4hello');
    });

    it('polling: several texts in one payload', async () => {
      const session = await polling();
      await session.puts('4test1', '4test2', '4test3');
      await session.gets('4test1', '4test2', '4test3');
    });

    it('polling: text and binary', async () => {
      const session = await polling();
      await session.puts('4hello', 'bAQIDBA==');
      await session.gets('4hello', 'bAQIDBA==');
    });

    it('polling: text of several bytes per character, and an empty message', async () => {
      const session = await polling();
      await session.puts('4€ 中文 😀', '4');
      await session.gets('4€ 中文 😀', '4');
    });

    it('polling: "abc" ends the session', async () => {
      const session = await polling();
      const { status } = await session.post('abc');
      assert.ok(status === 200 || status === 400, String(status));
      await session.assertGone();
    });

    it('polling: a second GET ends the session', async () => {
      const session = await polling();
      const answers = await Promise.all([session.get(), session.get()]);
      const statuses = answers.map((answer) => answer.status).sort();
      assert.equal(statuses[0], 200);
      assert.ok(statuses[1] === 400 || statuses[1] === 500, `second GET: ${statuses[1]}`);
      assert.equal(answers.find((answer) => answer.status === 200).text, '1');
      await session.assertGone();
    });

    it('websocket: text', async () => {
      const socket = await webSocket();
      socket.send('4hello', '4€ 中文 😀', '4');
      await socket.gets('4hello', '4€ 中文 😀', '4');
    });

    it('websocket: binary', async () => {
      const socket = await webSocket();
      socket.send(Buffer.from([1, 2, 3, 4]), Buffer.alloc(0));
      await socket.gets(Buffer.from([1, 2, 3, 4]), Buffer.alloc(0));
    });

    it('websocket: "abc" ends the connection', async () => {
      const socket = await webSocket();
      socket.send('abc');
      await socket.end();
    });

    it('messages before, during and right behind the upgrade keep their order', async () => {
      const session = await polling();
      await session.puts('4one', '4two');
      const socket = world.keep(session.webSocket());
      await socket.opens();
      socket.send('2probe');
      await socket.gets('3probe');
      await session.gets('4one', '4two');
      await session.puts('4three');
      // In one write, so that they share a TCP segment.
      socket.socket._socket.cork();
      socket.send('5', '4four', Buffer.from([5]), '4six');
      socket.socket._socket.uncork();
      await socket.gets('4three', '4four', Buffer.from([5]), '4six');
    });

    it('"__close__" makes the server end the session', async () => {
      const session = await polling();
      const held = session.get();
      await session.puts('4__close__');
      assert.equal((await held).text, '1');
      await session.assertGone();
      const socket = await webSocket();
      socket.send('4__close__');
      assert.deepEqual(await socket.end(), { opened: true, code: 1005 });
    });

    it('a payload of exactly the limit passes, one byte more is 413', async () => {
      const session = await polling();
      const text = `4${'x'.repeat(maxPayload - 1)}`;
      await session.puts(text);
      assert.equal((await session.get()).text, text);
      assert.equal((await session.post(`${text}x`)).status, 413);
    });
  });
}

describeProfile('A', [], (world) => {
  for (const path of ['/engine.io/', '/socket.io/']) describeEngine(path, world);
  describeMessages(world);
});
