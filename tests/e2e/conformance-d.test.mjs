// What the test suite of engine.io-client asks of a server: transports, binary types, cookies, limits, upgrades.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fetch, NodeWebSocket, NodeXHR, Socket } from 'engine.io-client';
import { ConformanceServer, describeProfile, once } from './support/conformance.mjs';
import { request } from './support/http.mjs';
import { Inbox, within } from './support/wait.mjs';

const maxPayload = 100;
const ways = {
  polling: { transports: [NodeXHR] },
  'polling by fetch': { transports: [Fetch] },
  websocket: { transports: [NodeWebSocket] },
  'polling, then upgrade': { transports: [NodeXHR, NodeWebSocket] },
};
/** One that never opens. */
class BrokenWebSocket extends NodeWebSocket {
  doOpen() {
    queueMicrotask(() => this.onError('broken'));
  }
}
const utf8 = 'пойду спать всем спокойной ночи';

describeProfile('D', [], (world) => {
  /** A connection; `messages` holds what came, the greeting `hi` included. */
  function open(options = {}, url = world.url) {
    const socket = world.keep(new Socket(url, { autoUnref: true, ...options }));
    socket.messages = new Inbox();
    socket.on('message', (message) => socket.messages.push(message));
    return socket;
  }
  async function greeted(options) {
    const socket = open(options);
    assert.equal(await socket.messages.next(), 'hi');
    return socket;
  }
  const upgraded = async (socket) => socket.transport.name === 'websocket' || (await once(socket, 'upgrade'));
  /** Why a connection ended. */
  const reason = (socket) => once(socket, 'close');
  const echo = async (socket, message) => {
    socket.send(message);
    return await socket.messages.next();
  };

  for (const [way, options] of Object.entries(ways)) {
    describe(way, () => {
      it('opens: handshake, open, hi', async () => {
        const socket = open(options);
        const handshake = await once(socket, 'handshake');
        const upgrades = way === 'websocket' ? [] : ['websocket'];
        assert.deepEqual({ ...handshake, sid: '' }, { sid: '', upgrades, pingInterval: 500, pingTimeout: 20000, maxPayload });
        assert.equal(socket.id, handshake.sid);
        assert.equal(await socket.messages.next(), 'hi');
      });

      it('text: of several bytes per character, emoji, and text that looks like a payload', async () => {
        const socket = await greeted(options);
        assert.equal(await echo(socket, 'give utf8'), utf8);
        for (const text of [utf8, '\u{1F600}-\u{1F64F}-\uFB00', 'b', 'bAQID', '2probe', '\u2028']) assert.equal(await echo(socket, text), text);
      });

      it('binary', async () => {
        const socket = await greeted(options);
        assert.deepEqual(Buffer.from(await echo(socket, 'give binary')), Buffer.from([0, 1, 2, 3, 4]));
        for (const bytes of [Buffer.from([5, 6, 255]), Buffer.alloc(0), Buffer.alloc(70, 7)]) {
          assert.deepEqual(Buffer.from(await echo(socket, bytes)), bytes);
        }
        for (const view of [new Int8Array([1, 2, 3]), new DataView(new ArrayBuffer(4)), new Uint8Array([9, 8]).buffer]) {
          const expected = ArrayBuffer.isView(view) ? view.buffer : view;
          assert.deepEqual(Buffer.from(await echo(socket, view)), Buffer.from(expected));
        }
      });

      it('binary as an ArrayBuffer', async () => {
        const socket = open(options);
        socket.binaryType = 'arraybuffer';
        await socket.messages.next();
        const bytes = await echo(socket, new Uint8Array([1, 2, 3]));
        assert.ok(bytes instanceof ArrayBuffer, String(bytes));
        assert.deepEqual(new Uint8Array(bytes), new Uint8Array([1, 2, 3]));
      });

      it('forceBase64', async () => {
        const socket = await greeted({ ...options, forceBase64: true });
        assert.deepEqual(Buffer.from(await echo(socket, Buffer.from([5, 6, 255]))), Buffer.from([5, 6, 255]));
      });

      it('text and binary in turn keep their order', async () => {
        const socket = await greeted(options);
        const sent = Array.from({ length: 60 }, (_, i) => (i % 3 ? `text ${i}` : Buffer.from([i, i, i])));
        for (const message of sent) socket.send(message);
        const got = await socket.messages.take(60);
        assert.deepEqual(got.map((x) => (typeof x === 'string' ? x : Buffer.from(x))), sent);
      });

      it('pings come, and the connection stays', async () => {
        const socket = await greeted(options);
        const pings = new Inbox();
        socket.on('ping', () => pings.push(performance.now()));
        const [first, second, third] = await pings.take(3, 'pings');
        for (const gap of [second - first, third - second]) assert.ok(gap > 400, `${gap} ms between pings`);
        assert.equal(await echo(socket, 'x'), 'x');
      });

      it('close() after what was sent: everything goes out first', async () => {
        const socket = await greeted(options);
        let drained = false;
        socket.on('drain', () => (drained = true));
        for (let i = 0; i < 10; ++i) socket.send(`last words ${i}`);
        const ended = reason(socket);
        socket.close();
        assert.equal(await ended, 'forced close');
        assert.ok(drained);
        assert.equal(socket.writeBuffer.length, 0);
        assert.equal(socket.readyState, 'closed');
      });

      it('close() before it is open', async () => {
        const socket = open(options);
        const ended = reason(socket);
        socket.close();
        assert.equal(await ended, 'forced close');
        assert.deepEqual(socket.messages.all, []);
      });

      it('deny: the handshake fails', async () => {
        const socket = open({ ...options, query: { deny: 1 } });
        const [error, ended] = await Promise.all([once(socket, 'error'), reason(socket)]);
        assert.equal(error.type, 'TransportError');
        assert.equal(ended, 'transport error');
        if (way === 'polling' || way === 'polling by fetch') assert.equal(error.description, 403);
      });

      it('a path that is not served fails', async () => {
        const socket = open({ ...options, path: '/elsewhere' });
        assert.equal((await once(socket, 'error')).type, 'TransportError');
      });

      it('a server that goes away ends the connection', async () => {
        const server = await ConformanceServer.start('D');
        try {
          const socket = open(options, server.url);
          await socket.messages.next();
          const ended = reason(socket);
          await server.end('SIGKILL');
          assert.match(await ended, /^transport (close|error)$/);
        } finally {
          await server.stop();
        }
      });
    });
  }

  describe('upgrade', () => {
    it('takes place, and messages keep their order meanwhile', async () => {
      const socket = open();
      assert.equal(socket.transport.name, 'polling');
      await once(socket, 'open');
      const expected = [];
      let done = false;
      const up = upgraded(socket).then(() => (done = true));
      while (!done) {
        expected.push(String(expected.length));
        socket.send(expected.at(-1));
        await new Promise(setImmediate);
      }
      await up;
      for (let i = 0; i < 10; ++i) expected.push(`after ${i}`), socket.send(expected.at(-1));
      assert.deepEqual(await socket.messages.take(expected.length + 1), ['hi', ...expected]);
      assert.equal(socket.transport.name, 'websocket');
    });

    it('close() while upgrading waits for it, and sends all that was buffered', async () => {
      const socket = open();
      let didUpgrade = false;
      socket.on('upgrade', () => (didUpgrade = true));
      await once(socket, 'upgrading');
      socket.send('buffered');
      const ended = reason(socket);
      socket.close();
      assert.equal(await ended, 'forced close');
      assert.ok(didUpgrade);
      assert.equal(socket.writeBuffer.length, 0);
    });

    it('close() while upgrading, and the upgrade fails: closed all the same', async () => {
      const socket = open();
      const failed = once(socket, 'upgradeError');
      await once(socket, 'upgrading').then((transport) => {
        socket.close();
        transport.onError('upgrade error');
      });
      await failed;
      await within(new Promise((resolve) => (socket.readyState === 'closed' ? resolve() : socket.on('close', resolve))), 'close');
    });

    it('a failed upgrade leaves polling alone', async () => {
      const socket = open({ transports: [NodeXHR, BrokenWebSocket] });
      await once(socket, 'upgradeError');
      assert.equal(await socket.messages.next(), 'hi');
      assert.equal(await echo(socket, 'x'), 'x');
      assert.equal(socket.transport.name, 'polling');
    });

    it('upgrade: false stays with polling', async () => {
      const socket = await greeted({ upgrade: false });
      for (let i = 0; i < 3; ++i) await once(socket, 'ping');
      assert.equal(socket.transport.name, 'polling');
    });

    it('rememberUpgrade: the next connection begins with it', async () => {
      const first = open({ rememberUpgrade: true });
      assert.equal(first.transport.name, 'polling');
      await upgraded(first);
      const second = open({ rememberUpgrade: true });
      assert.equal(second.transport.name, 'websocket');
      assert.equal(await second.messages.next(), 'hi');
      assert.equal(open().transport.name, 'polling');
    });

    it('tryAllTransports: the second is taken where the first fails', async () => {
      const socket = open({ transports: [BrokenWebSocket, NodeXHR], tryAllTransports: true });
      assert.equal(await socket.messages.next(), 'hi');
      assert.equal(socket.transport.name, 'polling');
    });
  });

  describe('the limit of the handshake', () => {
    for (const options of [ways.polling, ways['polling by fetch']]) {
      it('POSTs are split at it, and the answers keep their order', async () => {
        const socket = await greeted(options);
        const { transport } = socket;
        const posts = [];
        const write = transport.doWrite.bind(transport);
        transport.doWrite = (data, done) => {
          posts.push(Buffer.byteLength(data));
          write(data, done);
        };
        const sent = Array.from({ length: 12 }, (_, i) => `${i}`.padEnd(20, i % 2 ? '€' : 'x'));
        for (const text of sent) socket.send(text);
        assert.deepEqual(await socket.messages.take(12), sent);
        assert.ok(posts.length > 3, `${posts.length} POSTs`);
        assert.ok(posts.every((size) => size <= maxPayload), String(posts));
      });
    }

    it('polling: a larger message ends the connection', async () => {
      const socket = await greeted(ways.polling);
      const [error, ended] = [once(socket, 'error'), reason(socket)];
      socket.send('x'.repeat(maxPayload));
      assert.equal((await error).description, 413);
      assert.equal(await ended, 'transport error');
    });

    it('polling: a message that just fits passes', async () => {
      const text = 'x'.repeat(maxPayload - 1);
      assert.equal(await echo(await greeted(ways.polling), text), text);
    });

    it('websocket: a larger message ends the connection, one that just fits passes', async () => {
      const socket = await greeted(ways.websocket);
      const fits = 'x'.repeat(maxPayload - 1);
      assert.equal(await echo(socket, fits), fits);
      const ended = new Promise((resolve) => socket.on('close', (why, details) => resolve([why, details.context.code])));
      socket.send(`${fits}x`);
      assert.deepEqual(await within(ended, 'close'), ['transport close', 1009]);
    });
  });

  describe('header fields', () => {
    const sentWith = async (options) => JSON.parse(await echo(await greeted(options), 'sendHeaders'));

    for (const way of ['polling', 'polling by fetch']) {
      it(`${way}: withCredentials sends back the cookies that live`, async () => {
        assert.equal((await sentWith({ ...ways[way], withCredentials: true })).cookie, '1=1; 2=2');
        assert.equal((await sentWith(ways[way])).cookie, undefined);
      });

      it(`${way}: extraHeaders go along`, async () => {
        const headers = await sentWith({ ...ways[way], extraHeaders: { 'X-Custom': 'yes', Authorization: 'Bearer x' } });
        assert.equal(headers['x-custom'], 'yes');
        assert.equal(headers.authorization, 'Bearer x');
      });
    }

    it('there are none on a websocket', async () => assert.deepEqual(await sentWith({ ...ways.websocket, extraHeaders: { 'X-Custom': 'yes' } }), {}));

    it('four cookies come with the handshake, none with anything else', async () => {
      const answer = await request(world.url, 'GET', '/engine.io/?EIO=4&transport=polling');
      const cookies = answer.headers['set-cookie'];
      assert.deepEqual(cookies.slice(0, 3), ['1=1; Max-Age=86400', '2=2; Path=/; HttpOnly; Secure; SameSite=Strict', '3=3; Max-Age=0']);
      assert.match(cookies[3], /^4=4; Expires=\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
      assert.equal(cookies.length, 4);
      const { sid } = JSON.parse(answer.text.slice(1));
      assert.equal((await request(world.url, 'GET', `/engine.io/?EIO=4&transport=polling&sid=${sid}`)).headers['set-cookie'], undefined);
    });

    it('four cookies come with the 101', async () => {
      const socket = open(ways.websocket);
      const [response] = await within(new Promise((resolve) => socket.transport.ws.once('upgrade', (...all) => resolve(all))), 'the 101');
      assert.equal(response.headers['set-cookie'].length, 4);
      assert.equal(await socket.messages.next(), 'hi');
    });

    it('the offer of compression does no harm', async () => {
      const socket = await greeted({ ...ways.websocket, perMessageDeflate: { threshold: 0 } });
      assert.equal(await echo(socket, 'x'.repeat(90)), 'x'.repeat(90));
    });
  });
});
