// Debian's python3-socketio, unmodified, against the server of the suites.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { ConformanceServer, describeProfile } from './support/conformance.mjs';
import { missingPython, PythonSession } from './support/python-client.mjs';

const numbers = (count) => Array.from({ length: count }, (_, n) => n);
const bytes = (count) => Buffer.from(numbers(count).map((n) => n % 256));

for (const [way, transports] of [['polling', ['polling']], ['websocket', ['websocket']], ['upgrade', null]]) {
  describeProfile('B', [], (world) => {
    const hearSome = ['message-back', 'question', 'answer', 'all-msg', 'binary', 'burst', 'big'];
    const start = (plan, url = world.url) => world.keep(new PythonSession(url, { transports, hear: hearSome, ...plan }));
    async function run(plan) {
      const session = start(plan);
      await session.ends();
      return session;
    }
    const digest = (content) => ({ length: content.length, sha256: createHash('sha256').update(content).digest('hex') });
    const hex = (count) => ({ bytes: bytes(count).toString('hex') });

    it('namespaces, acks, events and binary both ways', async () => {
      const messages = [['ä€😀', 1, null, { deep: [true] }], [hex(5)], [{ a: hex(300), b: ['c', hex(1)] }, 'x']];
      for (const namespace of ['/', '/custom', '/dyn-17']) {
        const session = await run({
          namespace,
          steps: [
            ...messages.flatMap((x) => [['emit', 'message', x], ['await', 'message-back']]),
            ...messages.map((x) => ['call', 'message-with-ack', x]),
            ['emit', 'server-ask', messages[2]], ['await', 'answer'],
          ],
        });
        const events = session.lines.filter(({ event }) => event);
        assert.deepEqual(events.map(({ event, args }) => [event, ...args]), [
          ...messages.map((x) => ['message-back', ...x]), ['question', ...messages[2]], ['answer', ...messages[2]],
        ]);
        assert.deepEqual(session.all('answer'), messages.map((x) => (x.length === 1 ? x[0] : x)));
        assert.equal(session.all('transport')[0], way === 'upgrade' ? 'websocket' : way);
      }
    });

    it('the right token is let in, others are not', async () => {
      const token = (value) => ({ namespace: '/auth', auth: { token: value } });
      assert.equal((await run(token('secret'))).all('connected').length, 1);
      assert.deepEqual((await run(token('wrong'))).all('refused'), [{ message: 'not authorized', data: { code: 'E_AUTH', retry: false } }]);
      assert.deepEqual((await run({ namespace: '/plainerr' })).all('refused'), [{ message: 'nope' }]);
      assert.deepEqual((await run({ namespace: '/unknown' })).all('refused'), [{ message: 'Invalid namespace' }]);
    });

    it('a burst, and large messages', async () => {
      const most = way === 'polling' ? 700_000 : 900_000;
      // This client takes no more than 16 packets in one payload.
      const burst = way === 'polling' ? 15 : 200;
      const session = await run({
        steps: [
          ['emit', 'burst', [burst]], ...numbers(burst).map(() => ['await', 'burst']),
          ['emit', 'big', [900_000]], ['await', 'big'], ['emit', 'send-binary', [900_000]], ['await', 'binary'],
          ['call', 'message-with-ack', [{ text: 900_000 }]], ['call', 'message-with-ack', [{ zeros: most }]],
        ],
      });
      const args = (name) => session.lines.filter(({ event }) => event === name).map((line) => line.args[0]);
      assert.deepEqual(args('burst'), numbers(burst));
      assert.deepEqual(args('big'), [digest('x'.repeat(900_000))]);
      assert.deepEqual(args('binary'), [digest(bytes(900_000))]);
      assert.deepEqual(session.all('answer'), [digest('x'.repeat(900_000)), digest(Buffer.alloc(most))]);
    });

    it('disconnected by the server, and by itself', async () => {
      assert.equal((await run({ steps: [['emit', 'disconnect-me', [false]], ['await-loss']] })).all('disconnected').length, 1);
      assert.equal((await run({ steps: [['disconnect'], ['await-loss']] })).all('disconnected').length, 1);
    });

    it('comes back to the same port', async () => {
      const server = await ConformanceServer.start('B');
      try {
        const session = start({ reconnection: true, steps: [['await-loss'], ['await-return'], ['call', 'message-with-ack', ['again']]] }, server.url);
        await session.reaches(0);
        await server.end('SIGKILL');
        await session.reaches(1);
        await server.restart();
        await session.ends();
        assert.deepEqual(session.all('answer'), ['again']);
      } finally {
        await server.stop();
      }
    });
  }, { title: `python3-socketio, ${way}`, skip: missingPython });
}
