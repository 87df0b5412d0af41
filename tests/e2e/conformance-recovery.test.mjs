// Connection state recovery as npm socket.io has it (`--recovery`), with the real client over every transport. What the
// product does instead is in recovery.test.mjs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client } from './support/client.mjs';
import { describeProfile } from './support/conformance.mjs';
import { isReference } from './support/conformance-server.mjs';
import { deadline } from './support/wait.mjs';

const ways = { websocket: ['websocket'], polling: ['polling'], upgrade: ['polling', 'websocket'] };

for (const [way, transports] of Object.entries(ways)) {
  describeProfile('B', ['--recovery', '--io-threads', '2'], (world) => {
    async function join(nsp = '/', options = {}) {
      const client = await world.keep(Client.open(world.url, nsp, { transports, ...options })).connected();
      assert.equal((await client.next()).name, 'auth');
      return client;
    }
    const ask = (client, ...args) => client.socket.timeout(deadline).emitWithAck(...args);
    /** The server closes the connection; the session is kept. */
    async function cut(client) {
      client.socket.emit('close-engine');
      await client.disconnects.next('a closed connection');
    }
    async function comeBack(client) {
      client.socket.connect();
      await client.connected();
    }
    /** Names and arguments of all events so far, without offsets; `last` is sent behind them. */
    async function heard(client, last) {
      await ask(client, 'message-with-ack', last);
      return client.events.unread.map(({ name, args }) => [name, ...args.slice(0, -1)]);
    }

    describe(`${way}: a session whose connection was cut`, () => {
      it('is the same one, with rooms, data and what was missed, each event once and in order', async () => {
        const [client, other] = [await join(), await join()];
        await ask(client, 'join', 'r1');
        await ask(client, 'set-data', 'k', { v: 1 });
        const { id } = client.socket;
        await cut(client);
        other.socket.emit('to-room', 'r1', 1);
        other.socket.emit('to-room', 'r2', 'for others');
        other.socket.emit('to-room-except', 'r1', id, 'for others');
        other.socket.emit('volatile-all', 'kept for nobody');
        other.socket.emit('all', 2, Buffer.from('bytes'));
        other.socket.emit('direct', id, 3);
        await ask(other, 'message-with-ack');
        await comeBack(client);
        assert.equal(client.socket.recovered, true);
        assert.equal(client.socket.id, id);
        const events = await heard(client);
        assert.deepEqual(events.slice(0, 3), [['room-msg', 1], ['all-msg', 2, Buffer.from('bytes')], ['direct', 3]]);
        assert.deepEqual(events.slice(3).map(([name]) => name), ['auth']);
        assert.deepEqual(await ask(client, 'get-state'), { id, recovered: true, data: { k: { v: 1 } } });
        assert.deepEqual(await ask(client, 'get-rooms'), [id, 'r1']);
      });

      it('comes back more than once', async () => {
        const [client, other] = [await join(), await join()];
        for (const n of [1, 2, 3]) {
          await cut(client);
          other.socket.emit('all', n);
          await ask(other, 'message-with-ack');
          await comeBack(client);
          assert.equal(client.socket.recovered, true);
          assert.deepEqual((await client.take(2)).map(({ name, args }) => [name, args[0]])[0], ['all-msg', n]);
        }
      });

      it('needs to pass no middleware again', async () => {
        const client = await join('/auth', { auth: { token: 'secret' } });
        await cut(client);
        client.socket.auth = { token: 'wrong' };
        await comeBack(client);
        assert.equal(client.socket.recovered, true);
      });
    });

    describe(`${way}: a new session`, () => {
      it('is what a client gets that had left', async () => {
        const client = await join();
        const { id } = client.socket;
        client.socket.disconnect();
        await comeBack(client);
        assert.equal(client.socket.recovered, false);
        assert.notEqual(client.socket.id, id);
      });

      it('is what a client gets whose offset is not known', async () => {
        const client = await join();
        await cut(client);
        client.socket._lastOffset = 'unknown';
        await comeBack(client);
        assert.equal(client.socket.recovered, false);
        assert.deepEqual((await ask(client, 'get-state')).data, {});
      });

      // The reference gives a session to everybody who presents its pid until it expires.
      it('is what the second one gets who brings the same pid', { skip: isReference }, async () => {
        const [client, thief] = [await join(), await join()];
        await cut(client);
        await cut(thief);
        Object.assign(thief.socket, { _pid: client.socket._pid, _lastOffset: client.socket._lastOffset });
        await comeBack(client);
        await comeBack(thief);
        assert.equal(client.socket.recovered, true);
        assert.equal(thief.socket.recovered, false);
        assert.notEqual(thief.socket.id, client.socket.id);
      });
    });
  });
}
