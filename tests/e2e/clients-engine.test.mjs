// Bare Engine.IO: engine.io-client of protocol 4 and of protocol 3 against the echo of the server of the suites.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Socket } from 'engine.io-client';
import open3 from 'engine.io-client-3';
import { ConformanceServer, describeProfile, once } from './support/conformance.mjs';
import { ways } from './support/libraries.mjs';
import { Inbox, within } from './support/wait.mjs';

const generations = {
  'engine.io-client 6': { args: [], make: (url, options) => new Socket(url, { autoUnref: true, ...options }) },
  'engine.io-client 3': { args: ['--eio3'], make: (url, options) => open3(url, options) },
};
const numbers = (count) => Array.from({ length: count }, (_, n) => n);
const bytes = (count) => Buffer.from(numbers(count).map((n) => n % 256));

for (const [name, { args, make }] of Object.entries(generations)) {
  function open(url, options) {
    const socket = make(url, options);
    socket.messages = new Inbox();
    socket.on('message', (message) => socket.messages.push(typeof message === 'string' ? message : Buffer.from(message)));
    socket.on('error', () => {});
    return socket;
  }

  for (const [way, transport] of Object.entries(ways)) {
    describeProfile('B', args, (world) => {
      async function connect(options = {}) {
        const socket = world.keep(open(world.url, { ...transport, ...options }));
        await once(socket, 'open');
        return socket;
      }

      it('text and binary come back, in order', async () => {
        const socket = await connect();
        const sent = [...numbers(40).map((n) => (n % 3 ? `ä€😀 ${n}` : bytes(n + 1))), '2probe', '4', 'b', '3:abc'];
        for (const message of sent) socket.send(message);
        assert.deepEqual(await socket.messages.take(sent.length), sent);
      });

      it('one by one, before and after an upgrade', async () => {
        const socket = await connect();
        for (const n of numbers(30)) {
          socket.send(`${n}`);
          assert.equal(await socket.messages.next(), `${n}`);
        }
        if (way === 'upgrade' && socket.transport.name !== 'websocket') await once(socket, 'upgrade');
        assert.equal(socket.transport.name, way === 'upgrade' ? 'websocket' : way);
        socket.send(bytes(3));
        assert.deepEqual(await socket.messages.next(), bytes(3));
      });

      it('messages that are sent all through an upgrade keep their order', async () => {
        const socket = await connect();
        let isUp = way !== 'upgrade' || socket.transport.name === 'websocket';
        socket.on('upgrade', () => (isUp = true));
        let sent = 0;
        while (!isUp || sent < 100) {
          socket.send(`${sent++}`);
          await new Promise(setImmediate);
        }
        assert.deepEqual(await socket.messages.take(sent), numbers(sent).map(String));
      });

      it('base64 where the client asks for it', async () => {
        const socket = await connect({ forceBase64: true });
        socket.send(bytes(300));
        assert.deepEqual(await socket.messages.next(), bytes(300));
      });

      it('large messages', async () => {
        const socket = await connect();
        for (const large of ['é'.repeat(450_000), bytes(700_000)]) {
          socket.send(large);
          const back = await socket.messages.next();
          assert.ok(typeof large === 'string' ? back === large : large.equals(back), `${back.length}`);
        }
      });

      it('closed by the server', async () => {
        const socket = await connect();
        const ended = once(socket, 'close');
        socket.send('__close__');
        assert.equal(await ended, 'transport close');
      });

      it('closed by itself', async () => {
        const socket = await connect();
        const ended = once(socket, 'close');
        socket.close();
        assert.equal(await ended, 'forced close');
      });
    }, { title: `${name}, ${way}` });

    describe(`${name}, ${way}: a server`, () => {
      it('that is alive keeps the connection, one that is silent is a ping timeout', async () => {
        const server = await ConformanceServer.start('B', '--ping-interval', '200', '--ping-timeout', '200', ...args);
        const socket = open(server.url, transport);
        try {
          const pongs = new Inbox();
          socket.on('pong', () => pongs.push('pong'));
          await pongs.take(3, 'heartbeats');
          const ended = once(socket, 'close');
          server.signal('SIGSTOP');
          assert.equal(await ended, 'ping timeout');
        } finally {
          server.signal('SIGCONT');
          socket.close();
          await server.stop();
        }
      });

      it('that dies ends the connection', async () => {
        const server = await ConformanceServer.start('B', ...args);
        const socket = open(server.url, transport);
        try {
          await within(new Promise((resolve) => socket.once('open', resolve)), 'open');
          const ended = once(socket, 'close');
          await server.end('SIGKILL');
          assert.match(await ended, /^transport (error|close)$/);
        } finally {
          socket.close();
          await server.stop();
        }
      });
    });
  }
}
