// What the test suite of socket.io-client asks of a server: events, acks, binary, handshakes, retries, volatile packets.
// How connections come, go and come back is in conformance-c-connection.test.mjs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { io } from 'socket.io-client';
import { describeProfile, once } from './support/conformance.mjs';
import { Inbox, within } from './support/wait.mjs';

const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const bytesOf = (text) => Uint8Array.from(Buffer.from(text));

for (const [way, transport] of Object.entries({ 'polling, then upgrade': {}, 'websocket only': { transports: ['websocket'] }, 'polling only': { transports: ['polling'] } })) {
  describeProfile('C', [], (world) => {
    const open = (nsp = '/', options = {}) =>
      world.keep(io(`${world.url}${nsp}`, { forceNew: true, autoUnref: true, reconnectionDelay: 20, ...transport, ...options }));
    const connect = async (nsp, options) => {
      const socket = open(nsp, options);
      await once(socket, 'connect');
      return socket;
    };
    /** Emits, and gives the next `answer`. */
    const exchange = (socket, answer, ...args) => {
      const arrived = once(socket, answer);
      socket.emit(...args);
      return arrived;
    };

    describe(`${way}: events`, () => {
      it('one goes, one comes', async () => void (await exchange(await connect(), 'hi', 'hi')));

      it('those emitted before the connection is there arrive', async () => {
        const socket = open();
        assert.equal(socket.connected, false);
        await exchange(socket, 'hi', 'hi');
      });

      it('those before and after the connection keep their order', async () => {
        const socket = open();
        const answers = new Inbox();
        for (let i = 0; i < 10; ++i) socket.emit('echo', i, (x) => answers.push(x));
        await once(socket, 'connect');
        for (let i = 10; i < 20; ++i) socket.emit('echo', i, (x) => answers.push(x));
        assert.deepEqual(await answers.take(20), Array.from({ length: 20 }, (_, i) => i));
      });

      it('false is an argument', async () => assert.equal(await exchange(await connect(), 'false', 'false'), false));

      it('text of several bytes per character', async () => {
        const socket = await connect();
        const texts = new Inbox();
        socket.on('takeUtf8', (text) => texts.push(text));
        socket.emit('getUtf8');
        assert.deepEqual(await texts.take(5), ['てすと', 'Я Б Г Д Ж Й', 'Ä ä Ü ü ß', 'utf8 — string', 'utf8 — string']);
        assert.equal(await socket.emitWithAck('echo', '\ud800x'.toWellFormed?.() ?? '\ufffdx'), '\ufffdx');
      });

      it('dates are texts', async () => {
        const socket = await connect();
        assert.match(await exchange(socket, 'takeDate', 'getDate'), isoDate);
        assert.match((await exchange(socket, 'takeDateObj', 'getDateObj')).date, isoDate);
        assert.ok(Math.abs(Date.parse(await exchange(socket, 'takeDate', 'getDate')) - Date.now()) < 60_000);
      });

      it('listeners for all names hear every event, and what goes out', async () => {
        const socket = await connect();
        const heard = new Inbox();
        socket.onAny((name) => heard.push(`in ${name}`));
        socket.onAnyOutgoing((name) => heard.push(`out ${name}`));
        await exchange(socket, 'hi', 'hi');
        await exchange(socket, 'false', 'false');
        assert.deepEqual(heard.all, ['out hi', 'in hi', 'out false', 'in false']);
      });

      for (const name of ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']) {
        it(`"${name}" cannot be emitted, and nothing is sent`, async () => {
          const socket = await connect();
          assert.throws(() => socket.emit(name), /is a reserved event name/);
          await exchange(socket, 'hi', 'hi');
        });
      }

      it('the flag of compression changes nothing that can be seen', async () => {
        const socket = await connect();
        for (const flag of [true, false]) assert.equal(await socket.compress(flag).emitWithAck('echo', 'x'.repeat(5000)), 'x'.repeat(5000));
      });
    });

    describe(`${way}: acks`, () => {
      it('of the client', async () => {
        const socket = await connect();
        const gotIt = once(socket, 'got it');
        socket.on('ack', (answer) => answer(5, { test: true }));
        socket.emit('ack');
        await gotIt;
      });

      it('of the server', async () => {
        const socket = await connect();
        assert.match(await new Promise((resolve) => socket.emit('getAckDate', { test: true }, resolve)), isoDate);
        for (const value of [false, null, 0, '', [], { a: [1] }]) assert.deepEqual(await socket.emitWithAck('echo', value), value);
      });

      it('with binary', async () => {
        const socket = await connect();
        assert.deepEqual(await socket.emitWithAck('echo', Buffer.from([1, 2, 3])), Buffer.from([1, 2, 3]));
      });

      it('in time: no error', async () => {
        const socket = await connect();
        const [error, value] = await new Promise((resolve) => socket.timeout(5000).emit('echo', 42, (...all) => resolve(all)));
        assert.deepEqual([error, value], [null, 42]);
        assert.equal(await socket.timeout(5000).emitWithAck('echo', 43), 43);
      });

      it('that never comes: an error', async () => {
        const socket = await connect();
        const error = await new Promise((resolve) => socket.timeout(20).emit('unknown', resolve));
        assert.equal(error.message, 'operation has timed out');
        await assert.rejects(socket.timeout(20).emitWithAck('unknown'), /operation has timed out/);
      });

      it('that never comes, by the option ackTimeout', async () => {
        const socket = await connect('/', { ackTimeout: 20 });
        await assert.rejects(socket.emitWithAck('unknown'), /operation has timed out/);
      });

      it('when not connected: an error after the time', async () => {
        const socket = open('/', { autoConnect: false });
        await assert.rejects(socket.timeout(20).emitWithAck('echo', 1), /operation has timed out/);
      });

      it('whose connection ends first: an error where a time was set', async () => {
        const socket = await connect();
        const pending = socket.timeout(60_000).emitWithAck('unknown');
        socket.disconnect();
        await assert.rejects(pending, /socket has been disconnected/);
      });
    });

    describe(`${way}: retries`, () => {
      const sentNames = (socket) => {
        const names = [];
        socket.io.engine.on('packetCreate', ({ type, data }) => type === 'message' && names.push(data));
        return names;
      };

      it('packets go one after the other', async () => {
        const socket = await connect('/', { retries: 10, ackTimeout: 5000 });
        const sent = sentNames(socket);
        const answers = await Promise.all([1, 2, 3].map((x) => socket.emitWithAck('echo', x)));
        assert.deepEqual(answers, [1, 2, 3]);
        assert.deepEqual(sent, ['20["echo",1]', '21["echo",2]', '22["echo",3]']);
      });

      it('a packet without an answer is sent again, then given up, and the next one goes', async () => {
        const socket = await connect('/', { retries: 3, ackTimeout: 50 });
        const sent = sentNames(socket);
        const lost = assert.rejects(socket.emitWithAck('unknown', 1), /operation has timed out/);
        const next = socket.emitWithAck('echo', 2);
        await lost;
        assert.equal(await next, 2);
        assert.deepEqual(sent, [0, 1, 2, 3].map((id) => `2${id}["unknown",1]`).concat('24["echo",2]'));
      });

      it('packets emitted before the connection is there go as well', async () => {
        const socket = open('/', { retries: 2, ackTimeout: 5000, autoConnect: false });
        const answers = Promise.all([1, 2].map((x) => socket.emitWithAck('echo', x)));
        socket.connect();
        assert.deepEqual(await within(answers, 'answers'), [1, 2]);
      });
    });

    describe(`${way}: volatile`, () => {
      it('dropped when there is no connection yet', async () => {
        const socket = open();
        let answered = false;
        socket.volatile.emit('getId', () => (answered = true));
        await once(socket, 'connect');
        await exchange(socket, 'hi', 'hi');
        assert.equal(answered, false);
      });

      it('sent when there is', async () => {
        const socket = await connect();
        await exchange(socket, 'hi', 'hi');
        const sent = new Promise((resolve) => {
          const attempt = () => {
            if (!socket.io.engine.transport.writable) return setImmediate(attempt);
            socket.volatile.emit('getId', resolve);
          };
          attempt();
        });
        assert.equal(await within(sent, 'answer to a volatile event'), socket.id);
      });
    });

    describe(`${way}: binary`, () => {
      it('the server sends bytes', async () => {
        const socket = await connect();
        assert.deepEqual(await exchange(socket, 'doge', 'doge'), Buffer.from('asdfasdf'));
        assert.deepEqual(await exchange(socket, 'takebin', 'getbin'), Buffer.from('asdfasdf'));
      });

      const kinds = { Buffer: (text) => Buffer.from(text), Uint8Array: bytesOf, ArrayBuffer: (text) => bytesOf(text).buffer };
      for (const [kind, make] of Object.entries(kinds)) {
        it(`${kind}: alone, in an object, in order with text`, async () => {
          const socket = await connect();
          await exchange(socket, 'buffack', 'buffa', make('howdy'));
          await exchange(socket, 'back', 'blob', make('hello world'));
          const parcel = { hello: 'lol', message: make('howdy'), goodbye: 'gotcha' };
          await exchange(socket, 'jsonbuff-ack', 'jsonbuff', parcel);
          await exchange(socket, 'jsonblob-ack', 'jsonblob', parcel);
          socket.emit('abuff1', make('howdy'));
          await exchange(socket, 'abuff2-ack', 'abuff2', 'please arrive second');
          socket.emit('blob1', make('first'));
          socket.emit('blob2', 'second');
          await exchange(socket, 'blob3-ack', 'blob3', make('third'));
          assert.deepEqual(await socket.emitWithAck('echo', { deep: [make('x')] }), { deep: [Buffer.from('x')] });
        });
      }
    });

    describe(`${way}: handshake`, () => {
      it('has every member that an application may ask for', async () => {
        const socket = await connect('/', { query: { e: 'f' }, auth: { a: 'b' }, extraHeaders: { 'x-mine': 'yes' } });
        const handshake = await socket.emitWithAck('getHandshake');
        assert.deepEqual(Object.keys(handshake).sort(), ['address', 'auth', 'headers', 'issued', 'query', 'secure', 'time', 'url', 'xdomain']);
        assert.equal(handshake.headers['x-mine'], 'yes');
        assert.match(handshake.address, /127\.0\.0\.1$/);
        assert.equal(handshake.secure, false);
        assert.equal(handshake.xdomain, false);
        assert.ok(Math.abs(handshake.issued - Date.now()) < 60_000, String(handshake.issued));
        assert.ok(Math.abs(Date.parse(handshake.time) - handshake.issued) < 1000, handshake.time);
        assert.match(handshake.url, /^\/socket\.io\/\?.*e=f/);
        assert.deepEqual(handshake.auth, { a: 'b' });
      });

      const inUrl = (nsp, text) => ({ nsp: `${nsp}${text}` });
      const queries = {
        'an object': (nsp) => ({ nsp, query: { b: 'c', d: '&=Sb' } }),
        'the URL': (nsp) => inUrl(nsp, '?b=c&d=%26%3DSb'),
      };
      for (const [what, make] of Object.entries(queries)) {
        it(`the query of ${what}, in the main namespace`, async () => {
          const { nsp, query } = make('/');
          const socket = await connect(nsp, query ? { query } : {});
          const { query: got } = await socket.emitWithAck('getHandshake');
          assert.equal(got.b, 'c');
          assert.equal(got.d, '&=Sb');
          for (const value of Object.values(got)) assert.equal(typeof value, 'string');
        });

        it(`the query of ${what}, in another namespace`, async () => {
          const { nsp, query } = make('/abc');
          const { query: got } = await once(open(nsp, query ? { query } : {}), 'handshake');
          assert.equal(got.b, 'c');
          assert.equal(got.d, '&=Sb');
        });
      }

      it('auth as an object, as a function, and none', async () => {
        for (const auth of [{ a: 'b', c: 1 }, (give) => give({ a: 'b', c: 1 })]) {
          assert.deepEqual((await once(open('/abc', { auth }), 'handshake')).auth, { a: 'b', c: 1 });
        }
        assert.deepEqual((await once(open('/abc'), 'handshake')).auth, {});
      });

      it('a later session on the same connection has the query of the connection and its own auth', async () => {
        const first = await connect('/', { query: { b: 'c' }, auth: { n: 1 } });
        const second = world.keep(first.io.socket('/abc', { auth: { n: 2 } }));
        const { query, auth } = await once(second, 'handshake');
        assert.equal(query.b, 'c');
        assert.deepEqual(auth, { n: 2 });
      });
    });

    describe(`${way}: refusals`, () => {
      it('by the main namespace, because of the query', async () => {
        const socket = open('/', { query: { fail: 'true' } });
        const error = await once(socket, 'connect_error');
        assert.equal(error.message, 'Auth failed (main namespace)');
        assert.equal(error.data, undefined);
        assert.equal(socket.active, false);
      });

      it('an empty query member refuses nobody', () => connect('/', { query: { fail: '' } }));

      it('by another namespace', async () => {
        const socket = open('/no');
        assert.equal((await once(socket, 'connect_error')).message, 'Auth failed (custom namespace)');
        assert.equal(socket.connected, false);
      });

      it('unknown namespaces', async () => {
        assert.equal((await once(open('/doesnotexist'), 'connect_error')).message, 'Invalid namespace');
      });

      it('the main namespace refuses, another one on the same connection does not', async () => {
        const main = open('/', { query: { fail: 'true' } });
        const other = world.keep(main.io.socket('/foo'));
        await Promise.all([once(main, 'connect_error'), once(other, 'connect')]);
        assert.equal(await other.emitWithAck('getId'), other.id);
      });

      it('a refused session may try again', async () => {
        const socket = open('/', { query: { fail: 'true' } });
        await once(socket, 'connect_error');
        socket.io.engine.close();
        socket.io.opts.query = {};
        socket.connect();
        await once(socket, 'connect');
      });
    });
  });
}
