// Three generations of socket.io-client against the server of the suites. Others: clients-python, clients-engine; all of
// them against the product: clients-product.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConformanceServer, describeProfile } from './support/conformance.mjs';
import { libraries, LibraryClient, ways } from './support/libraries.mjs';
import { within } from './support/wait.mjs';

const numbers = (count) => Array.from({ length: count }, (_, n) => n);
const bytes = (count) => Buffer.from(numbers(count).map((n) => n % 256));
const hear = ['auth', 'message-back', 'question', 'answer', 'room-msg', 'broadcast-msg', 'all-msg', 'binary', 'burst', 'big'];

const describeWith = (title, args, tests) => describeProfile('B', args, tests, { title });

for (const [name, library] of Object.entries(libraries)) {
  const args = library.eio === 3 ? ['--eio3'] : [];

  for (const [way, transport] of Object.entries(ways)) {
    describeWith(`${name}, ${way}`, args, (world) => {
      const open = (nsp = '/', options = {}) => world.keep(new LibraryClient(library, world.url, nsp, { hear, ...transport, ...options }));
      const join = async (nsp, options) => {
        const client = await open(nsp, options).connected();
        assert.equal((await client.next())[0], 'auth');
        return client;
      };
      const reason = (client) => client.disconnects.next('disconnect');

      it('namespaces: main, custom, dynamic', async () => {
        for (const nsp of ['/', '/custom', '/dyn-17']) {
          const client = await join(nsp);
          assert.deepEqual(await client.ask('message-with-ack', nsp), [nsp]);
          const { id } = (await client.ask('get-state'))[0];
          assert.equal(client.socket.id, id);
        }
      });

      it('the right token is let in', async () => {
        const client = await open('/auth', { auth: { token: 'secret' } }).connected();
        assert.deepEqual(await client.next(), ['auth', { token: 'secret' }]);
      });

      const refusals = {
        'a wrong token, with data': ['/auth', { auth: { token: 'wrong' } }, { message: 'not authorized', data: { code: 'E_AUTH', retry: false } }, { code: 'E_AUTH', retry: false }],
        'no token, with data': ['/auth', {}, { message: 'not authorized', data: { code: 'E_AUTH', retry: false } }, { code: 'E_AUTH', retry: false }],
        'without data': ['/plainerr', {}, { message: 'nope', data: undefined }, 'nope'],
        'an unknown namespace': ['/unknown', {}, { message: 'Invalid namespace', data: undefined }, { message: 'Invalid namespace' }],
      };
      for (const [what, [nsp, options, expected, payload]] of Object.entries(refusals)) {
        it(`refused: ${what}`, async () => {
          const outcome = await open(nsp, options).refused();
          if (library.eio === 3) assert.deepEqual(outcome.payload, payload);
          else assert.deepEqual({ message: outcome.message, data: outcome.data }, expected);
        });
      }

      it('events, text and binary, come back as they were, in order', async () => {
        const client = await join();
        const sent = [[], ['ä€😀', 1, null, { deep: [true] }], [bytes(5)], [{ a: bytes(300), b: ['c', bytes(1)] }, 'x'], ['last']];
        for (const message of sent) client.socket.emit('message', ...message);
        for (const message of sent) assert.deepEqual(await client.next(), ['message-back', ...message]);
      });

      it('acks both ways, text and binary', async () => {
        const client = await join('/custom');
        for (const message of [['x', { y: 1 }], [bytes(4), 'x'], []]) {
          assert.deepEqual(await client.ask('message-with-ack', ...message), message);
        }
        client.socket.on('question', (...all) => all.pop()(...all));
        for (const message of [['x', { y: 1 }], [{ z: bytes(4) }]]) {
          client.socket.emit('server-ask', ...message);
          assert.equal((await client.next())[0], 'question');
          assert.deepEqual(await client.next(), ['answer', ...message]);
        }
      });

      it('a room, and everybody else', async () => {
        const [a, b] = [await join('/dyn-1'), await join('/dyn-1')];
        assert.deepEqual(await a.ask('join', 'r'), ['joined']);
        b.socket.emit('to-room', 'r', 'for a', bytes(2));
        assert.deepEqual(await a.next(), ['room-msg', 'for a', bytes(2)]);
        a.socket.emit('broadcast', 'for b');
        assert.deepEqual(await b.next(), ['broadcast-msg', 'for b']);
      });

      it('a burst in order', async () => {
        const client = await join();
        client.socket.emit('burst', 500);
        assert.deepEqual((await client.events.take(500)).map(({ args: [n] }) => n), numbers(500));
      });

      it('large messages: 900 kB each way, text and binary', async () => {
        const client = await join();
        client.socket.emit('big', 900_000);
        const [, text] = await client.next();
        assert.ok(text === 'x'.repeat(900_000), `${text.length}`);
        client.socket.emit('send-binary', 900_000);
        const [, binary] = await client.next();
        assert.ok(bytes(900_000).equals(binary), `${binary.length}`);
        // What a poller posts is base64, which has to stay below the limit of a million.
        const most = client.transport === 'polling' ? 700_000 : 900_000;
        for (const large of ['y'.repeat(900_000), bytes(most)]) {
          client.socket.emit('message', large);
          const [, back] = await client.next();
          assert.ok(typeof large === 'string' ? back === large : large.equals(back), `${back.length}`);
        }
      });

      it(`ends up on ${way === 'upgrade' ? 'websocket' : way}`, async () => {
        const client = await join();
        if (way === 'upgrade' && client.transport !== 'websocket') {
          await within(new Promise((resolve) => client.socket.io.engine.once('upgrade', resolve)), 'upgrade');
        }
        assert.deepEqual(await client.ask('message-with-ack', 1), [1]);
        assert.equal(client.transport, way === 'upgrade' ? 'websocket' : way);
      });

      it('disconnected by the server', async () => {
        for (const whole of [false, true]) {
          const client = await join();
          client.socket.emit('disconnect-me', whole);
          assert.equal(await reason(client), 'io server disconnect');
          client.close();
        }
      });

      it('the server closes the engine: a loss, after which the client comes back', async () => {
        const client = await join();
        client.socket.emit('close-engine');
        assert.equal(await reason(client), 'transport close');
        await client.back();
      });

      it('disconnected by itself, while another session of the connection stays', async () => {
        const client = await join();
        client.socket.disconnect();
        assert.equal(await reason(client), 'io client disconnect');
      });
    });
  }

  describe(`${name}: a server that is away`, () => {
    for (const [way, transport] of Object.entries(ways)) {
      it(`${way}: the client comes back to the same port`, async () => {
        const server = await ConformanceServer.start('B', ...args);
        const client = new LibraryClient(library, server.url, '/custom', { hear, ...transport });
        try {
          await client.connected();
          await server.end('SIGKILL');
          assert.match(await client.disconnects.next(), way === 'polling' ? /^transport error$/ : /^transport (close|error)$/);
          await server.restart();
          await client.back();
          assert.deepEqual(await client.ask('message-with-ack', 'again'), ['again']);
        } finally {
          client.close();
          await server.stop();
        }
      });

      it(`${way}: one that is silent is a ping timeout`, async () => {
        const server = await ConformanceServer.start('B', '--ping-interval', '200', '--ping-timeout', '200', ...args);
        const client = new LibraryClient(library, server.url, '/', { hear, ...transport });
        try {
          await client.connected();
          if (way === 'upgrade' && client.transport === 'polling') {
            await within(new Promise((resolve) => client.socket.io.engine.once('upgrade', resolve)), 'upgrade');
          }
          server.signal('SIGSTOP');
          assert.equal(await client.disconnects.next(), 'ping timeout');
        } finally {
          client.close();
          server.signal('SIGCONT');
          await server.stop();
        }
      });
    }
  });
}

describeWith('all generations in one room', ['--eio3'], (world) => {
  it('everybody gets what anybody says, binary too', async () => {
    const all = Object.values(libraries).flatMap((library) =>
      Object.values(ways).map((transport) => world.keep(new LibraryClient(library, world.url, '/dyn-5', { hear: ['all-msg'], ...transport }))));
    for (const client of all) await client.connected();
    all.forEach((client, from) => client.socket.emit('all', from, bytes(from)));
    for (const client of all) {
      const got = (await client.events.take(all.length)).map(({ args: [from, binary] }) => [from, binary]).sort(([a], [b]) => a - b);
      assert.deepEqual(got, all.map((_, from) => [from, bytes(from)]));
    }
  });
});
