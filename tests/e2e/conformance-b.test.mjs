// Socket.IO between the official client and an application that uses everything: rooms, acks, binary, middlewares.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client } from './support/client.mjs';
import { describeProfile } from './support/conformance.mjs';
import { PollingSession } from './support/engineio.mjs';
import { deadline, eventually, within } from './support/wait.mjs';

const numbers = (count) => Array.from({ length: count }, (_, n) => n);
const bytes = (count) => Buffer.from(numbers(count).map((n) => n % 256));
let rooms = 0;
const newRoom = () => `room, "${++rooms}" ñ`;

const ways = { websocket: { transports: ['websocket'] }, polling: { transports: ['polling'] }, upgrade: { transports: ['polling', 'websocket'] } };

for (const [way, transport] of Object.entries(ways)) {
  describeProfile('B', [], (world) => {
    /** A session whose `auth` event has come. */
    async function join(nsp = '/', options = {}) {
      const client = await world.keep(Client.open(world.url, nsp, { ...transport, ...options })).connected();
      assert.equal((await client.next()).name, 'auth');
      return client;
    }
    const joinAll = (count, nsp) => Promise.all(numbers(count).map(() => join(nsp)));
    const ask = (client, ...args) => client.socket.timeout(deadline).emitWithAck(...args);
    const heard = async (client) => {
      const { name, args } = await client.next();
      return [name, ...args];
    };
    /** What has come that nobody has read, once everything that was under way is here. */
    async function unread(client) {
      await ask(client, 'message-with-ack');
      return client.events.unread.map(({ name, args }) => [name, ...args]);
    }
    const enter = (client, room) => ask(client, 'join', room);

    describe(`${way}: rooms`, () => {
      it('everybody in the room gets the message, the sender too, nobody else', async () => {
        const [a, b, c] = await joinAll(3);
        const room = newRoom();
        assert.equal(await enter(a, room), 'joined');
        assert.equal(await enter(b, room), 'joined');
        a.socket.emit('to-room', room, 1, { two: [2] });
        for (const client of [a, b]) assert.deepEqual(await heard(client), ['room-msg', 1, { two: [2] }]);
        assert.deepEqual(await unread(c), []);
      });

      it('one who sends into a room need not be in it', async () => {
        const [a, b] = await joinAll(2);
        a.socket.emit('to-room', b.socket.id, 'x');
        assert.deepEqual(await heard(b), ['room-msg', 'x']);
        assert.deepEqual(await unread(a), []);
      });

      it('who has left gets nothing; who joined twice gets it once', async () => {
        const [a, b] = await joinAll(2);
        const room = newRoom();
        await enter(a, room);
        await enter(b, room);
        await enter(b, room);
        assert.equal(await ask(a, 'leave', room), 'left');
        b.socket.emit('to-room', room, 'x');
        assert.deepEqual(await heard(b), ['room-msg', 'x']);
        assert.deepEqual(await unread(b), []);
        assert.deepEqual(await unread(a), []);
      });

      it('except: members of the other room are left out', async () => {
        const [a, b, c] = await joinAll(3);
        const [room, other] = [newRoom(), newRoom()];
        for (const client of [a, b, c]) await enter(client, room);
        await enter(b, other);
        c.socket.emit('to-room-except', room, other, 7);
        for (const client of [a, c]) assert.deepEqual(await heard(client), ['room-msg', 7]);
        assert.deepEqual(await unread(b), []);
      });

      it('every session is in the room of its own id', async () => {
        const a = await join();
        assert.deepEqual(await ask(a, 'get-rooms'), [a.socket.id]);
        const room = newRoom();
        await enter(a, room);
        assert.deepEqual((await ask(a, 'get-rooms')).sort(), [a.socket.id, room].sort());
      });

      it('rooms of the same name in two namespaces are two rooms', async () => {
        const [a, b] = [await join(), await join('/custom')];
        const room = newRoom();
        await enter(a, room);
        await enter(b, room);
        a.socket.emit('to-room', room, 1);
        assert.deepEqual(await heard(a), ['room-msg', 1]);
        assert.deepEqual(await unread(b), []);
      });

      it('one that disconnects is out of its rooms', async () => {
        const [a, b] = await joinAll(2);
        const room = newRoom();
        await enter(a, room);
        await enter(b, room);
        b.close();
        await eventually('the room has one member', async () => {
          const [timedOut, answers] = await new Promise((resolve) => {
            a.socket.off('room-question').on('room-question', (_, answer) => answer('a'));
            a.socket.emit('ask-room', room, 100, (...all) => resolve(all));
          });
          return !timedOut && answers.length === 1;
        });
      });
    });

    describe(`${way}: broadcasts`, () => {
      it('to all others', async () => {
        const [a, b, c] = await joinAll(3, '/dyn-1');
        a.socket.emit('broadcast', 'x', bytes(3));
        for (const client of [b, c]) assert.deepEqual(await heard(client), ['broadcast-msg', 'x', bytes(3)]);
        assert.deepEqual(await unread(a), []);
      });

      it('to everybody', async () => {
        const clients = await joinAll(3, '/dyn-2');
        clients[0].socket.emit('all', { deep: bytes(2) }, 4);
        for (const client of clients) assert.deepEqual(await heard(client), ['all-msg', { deep: bytes(2) }, 4]);
      });

      it('dynamic namespaces are apart from each other', async () => {
        const [a, b] = [await join('/dyn-3'), await join('/dyn-33')];
        a.socket.emit('all', 1);
        assert.deepEqual(await heard(a), ['all-msg', 1]);
        assert.deepEqual(await unread(b), []);
      });

      it('of several senders: each keeps its order', async () => {
        const clients = await joinAll(3, '/dyn-4');
        clients.forEach(({ socket }, from) => numbers(50).forEach((n) => socket.emit('all', from, n)));
        for (const client of clients) {
          const got = (await client.take(150)).map(({ args }) => args);
          for (const from of numbers(3)) assert.deepEqual(got.filter((x) => x[0] === from).map((x) => x[1]), numbers(50));
        }
      });
    });

    describe(`${way}: acks`, () => {
      it('of the server: the arguments come back', async () => {
        const client = await join();
        const answer = await new Promise((resolve) => client.socket.emit('message-with-ack', 1, '2', { 3: [false, null] }, (...all) => resolve(all)));
        assert.deepEqual(answer, [1, '2', { 3: [false, null] }]);
      });

      it('of the server, binary', async () => {
        assert.deepEqual(await ask(await join(), 'message-with-ack', { b: bytes(5) }), { b: bytes(5) });
      });

      it('of the server, for many questions at once', async () => {
        const client = await join();
        assert.deepEqual(await Promise.all(numbers(100).map((n) => ask(client, 'message-with-ack', n))), numbers(100));
      });

      for (const [what, values] of Object.entries({ text: ['é', { x: 1 }], binary: [bytes(4), { deep: bytes(1) }], nothing: [] })) {
        it(`of the client: ${what}`, async () => {
          const client = await join();
          client.socket.on('question', (...args) => args.pop()(...args, ...args));
          client.socket.emit('server-ask', ...values);
          const [name, ...question] = await heard(client);
          assert.deepEqual([name, ...question.slice(0, -1)], ['question', ...values]);
          assert.deepEqual(await heard(client), ['answer', ...values, ...values]);
        });
      }

      it('of a room: all answers', async () => {
        const clients = await joinAll(3);
        const room = newRoom();
        for (const [i, client] of clients.entries()) {
          await enter(client, room);
          client.socket.on('room-question', (question, answer) => answer(`${question}${i}`));
        }
        assert.deepEqual(await askRoom(clients[0], room, deadline), [false, ['?0', '?1', '?2']]);
      });

      it('of a room: those that came in time', async () => {
        const [a, b] = await joinAll(2);
        const room = newRoom();
        await enter(a, room);
        await enter(b, room);
        b.socket.on('room-question', (_, answer) => answer('b'));
        assert.deepEqual(await askRoom(a, room, 300), [true, ['b']]);
      });

      it('of an empty room: none, at once', async () => {
        assert.deepEqual(await askRoom(await join(), newRoom(), 60_000), [false, []]);
      });

      const askRoom = (client, room, ms) =>
        within(new Promise((resolve) => client.socket.emit('ask-room', room, ms, (timedOut, answers) => resolve([timedOut, answers.sort()]))), 'the answers of the room');
    });

    describe(`${way}: events`, () => {
      const messages = {
        'no argument': [],
        'every kind of JSON': [0, -1.5, 'ü"\\\u2028', true, null, [], {}, { a: { b: [1, 'c'] } }],
        'text that looks like a packet': ['4\x1e42["x"]', '{"_placeholder":true,"num":0}'],
        'one attachment': [bytes(300)],
        'no bytes at all': [Buffer.alloc(0)],
        'attachments between text, deep down': ['a', bytes(1), { deep: [{ x: bytes(2) }, 'b', bytes(3)] }, 'c'],
        'ten attachments': numbers(10).map(bytes),
      };
      for (const [what, args] of Object.entries(messages)) {
        it(`come back as they were: ${what}`, async () => {
          for (const nsp of ['/', '/custom']) {
            const client = await join(nsp);
            client.socket.emit('message', ...args);
            assert.deepEqual(await heard(client), ['message-back', ...args]);
          }
        });
      }

      it('text and binary in turn keep their order', async () => {
        const client = await join();
        const sent = numbers(60).map((n) => (n % 2 ? bytes(n) : `text ${n}`));
        for (const message of sent) client.socket.emit('message', message);
        assert.deepEqual((await client.take(60)).map(({ args }) => args[0]), sent);
      });

      for (const count of [0, 1, 256, 100_000]) {
        it(`${count} bytes of the server`, async () => {
          const client = await join();
          client.socket.emit('send-binary', count);
          const [, got] = await heard(client);
          assert.ok(bytes(count).equals(got), `${got.length} bytes`);
        });
      }

      it('a burst comes in order', async () => {
        const client = await join();
        client.socket.emit('burst', 1000);
        assert.deepEqual((await client.take(1000)).map(({ name, args }) => [name, ...args]), numbers(1000).map((n) => ['burst', n]));
      });

      it('a large text of the server', async () => {
        const client = await join();
        client.socket.emit('big', 3_000_000);
        const [name, text] = await heard(client);
        assert.equal(name, 'big');
        assert.ok(text === 'x'.repeat(3_000_000), `${text.length} characters`);
      });

      it('large messages of the client, text and binary', async () => {
        const client = await join();
        for (const large of ['é'.repeat(450_000), bytes(700_000)]) {
          client.socket.emit('message', large);
          const [, got] = await heard(client);
          assert.ok(typeof large === 'string' ? got === large : large.equals(got), `${got.length}`);
        }
      });

      it('that nobody listens for are ignored', async () => {
        const client = await join();
        client.socket.emit('never heard of', 1);
        assert.deepEqual(await unread(client), []);
      });

      it('volatile ones come in order, none twice', async () => {
        const client = await join();
        for (const n of numbers(200)) client.socket.emit('volatile-ping', n);
        await ask(client, 'message-with-ack');
        const got = client.events.unread.map(({ name, args }) => [name, ...args]);
        assert.ok(got.every(([name, n], i) => name === 'volatile-pong' && (i === 0 || n > got[i - 1][1])), JSON.stringify(got));
        await eventually('a volatile event gets through', async () => {
          client.socket.emit('volatile-ping', 'again', bytes(2));
          await ask(client, 'message-with-ack');
          const last = client.events.all.at(-1);
          return last.args[0] === 'again' && bytes(2).equals(last.args[1]);
        });
      });
    });

    describe(`${way}: sessions`, () => {
      for (const nsp of ['/', '/custom', '/dyn-5']) {
        it(`${nsp} gives back what was in the CONNECT`, async () => {
          for (const auth of [{}, { token: 'x', deep: { list: [1, null] } }]) {
            const client = await world.keep(Client.open(world.url, nsp, { ...transport, auth })).connected();
            assert.deepEqual(await heard(client), ['auth', auth]);
          }
        });
      }

      for (const nsp of ['/unknown', '/dyn-', '/dyn-x', '/dyn-1x', '/custom/', '/Custom']) {
        it(`${nsp} is an invalid namespace`, async () => {
          const error = await world.keep(Client.open(world.url, nsp, transport)).refused();
          assert.equal(error.message, 'Invalid namespace');
          assert.equal(error.data, undefined);
        });
      }

      it('a middleware lets in by a token', async () => {
        const client = await join('/auth', { auth: { token: 'secret' } });
        assert.equal(await ask(client, 'message-with-ack', 5), 5);
      });

      it('a middleware refuses with data, and the connection stays', async () => {
        const other = await join();
        for (const auth of [{}, { token: 'wrong' }, { token: ['secret'] }]) {
          const refused = new Client(other.manager, '/auth', auth);
          const error = await refused.refused();
          assert.equal(error.message, 'not authorized');
          assert.deepEqual(error.data, { code: 'E_AUTH', retry: false });
          refused.socket.disconnect();
        }
        assert.equal(await ask(other, 'message-with-ack', 5), 5);
      });

      it('a middleware refuses without data', async () => {
        const error = await world.keep(Client.open(world.url, '/plainerr', transport)).refused();
        assert.equal(error.message, 'nope');
        assert.equal(error.data, undefined);
      });

      it('get-handshake: the query of the first request and the auth of the CONNECT', async () => {
        const client = await join('/custom', { query: { x: 'ä &=', EIO: 'mine' }, auth: { a: 1 } });
        const { query, auth } = await ask(client, 'get-handshake');
        assert.equal(query.x, 'ä &=');
        assert.equal(query.EIO, '4');
        assert.equal(query.transport, way === 'websocket' ? 'websocket' : 'polling');
        assert.deepEqual(auth, { a: 1 });
      });

      it('get-state: the id that the client has, and the data set', async () => {
        const client = await join();
        assert.deepEqual(await ask(client, 'get-state'), { id: client.socket.id, recovered: false, data: {} });
        await ask(client, 'set-data', 'k', { deep: [1] });
        await ask(client, 'set-data', 'l', 'x');
        assert.deepEqual((await ask(client, 'get-state')).data, { k: { deep: [1] }, l: 'x' });
      });

      it('ids differ from the id of the connection and from each other', async () => {
        const first = await join();
        const second = await new Client(first.manager, '/custom', {}).connected();
        const ids = new Set([first.socket.id, second.socket.id, first.manager.engine.id]);
        assert.equal(ids.size, 3);
      });
    });

    describe(`${way}: disconnects`, () => {
      it('by the server: one namespace, and the others stay', async () => {
        const first = await join();
        const second = await new Client(first.manager, '/custom', {}).connected();
        first.socket.emit('disconnect-me', false);
        assert.equal(await first.disconnects.next(), 'io server disconnect');
        assert.equal(await ask(second, 'message-with-ack', 1), 1);
        first.socket.connect();
        await first.connected();
        assert.equal(await ask(first, 'message-with-ack', 2), 2);
      });

      it('by the server: the whole connection', async () => {
        const first = await join();
        const second = await new Client(first.manager, '/custom', {}).connected();
        first.socket.emit('disconnect-me', true);
        assert.equal(await first.disconnects.next(), 'io server disconnect');
        assert.equal(await second.disconnects.next(), 'io server disconnect');
        await eventually('the connection is closed', () => first.manager._readyState === 'closed');
      });

      it('by the server: the engine only', async () => {
        const first = await join();
        const second = await new Client(first.manager, '/custom', {}).connected();
        first.socket.emit('close-engine');
        for (const client of [first, second]) assert.equal(await client.disconnects.next(), 'transport close');
      });

      it('by the client: one namespace, and it may come back', async () => {
        const first = await join();
        const second = await new Client(first.manager, '/custom', {}).connected();
        const room = newRoom();
        await enter(first, room);
        first.socket.disconnect();
        assert.equal(await first.disconnects.next(), 'io client disconnect');
        assert.equal(await ask(second, 'message-with-ack', 1), 1);
        const before = first.socket.id;
        first.socket.connect();
        await first.connected();
        assert.notEqual(first.socket.id, before);
        assert.deepEqual(await ask(first, 'get-rooms'), [first.socket.id]);
      });
    });
  });
}

// What one thread has answered to somebody else, it has answered to the poller before.
describeProfile('B', ['--io-threads', '1'], (world) => {
  it('a volatile event for a poller without a held GET is dropped, an ordinary one waits', async () => {
    const other = await world.keep(Client.open(world.url, '/', ways.websocket)).connected();
    const session = await PollingSession.open(world.url, '/socket.io/');
    await session.puts('40');
    let text = '';
    while (!text.includes('"auth"')) text += (await session.get()).text;
    await session.puts('42["volatile-ping",1]', '42["message",2]');
    await other.socket.timeout(deadline).emitWithAck('message-with-ack');
    await session.gets('42["message-back",2]');
  });
});
