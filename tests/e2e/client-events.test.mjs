// What clients emit themselves, with WEBSOCKET_CLIENT_EVENTS on and off.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Server } from './support/server.mjs';
import { within } from './support/wait.mjs';

/** Emits and waits for the acknowledgement: its arguments. */
const emitWithAck = (client, ...args) =>
  within(new Promise((resolve) => client.socket.emit(...args, (...answer) => resolve(answer))), `acknowledgement of ${args[0]}`);

describe('client events, switched on', () => {
  let server;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_CLIENT_EVENTS: 'true', WEBSOCKET_GLOBAL_EVENTS: 'true' } });
  });
  after(() => server?.stop());

  for (const transports of [['websocket'], ['polling']]) {
    describe(`over ${transports}`, () => {
      let tenant;
      let emitter;
      let others;
      before(async () => {
        tenant = await server.createInstance();
        emitter = await server.connect(tenant.nsp, { transports, key: tenant.token });
        others = [await server.connect(tenant.nsp, { transports }), await server.connect(tenant.nsp, { key: tenant.token })];
      });

      it('an event reaches the others of the namespace, not the emitter, and is acknowledged', async () => {
        await emitWithAck(emitter, 'typing', { who: 'me', n: 1.5 }, 'second', null);
        for (const client of others) {
          const event = await client.next();
          assert.equal(event.name, 'typing');
          assert.deepEqual(event.args, [{ who: 'me', n: 1.5 }, 'second', null]);
        }
        await emitter.barrier();
        assert.deepEqual(emitter.events.unread, []);
      });

      it('an event without acknowledgement reaches the others as well, in order', async () => {
        for (let n = 0; n < 20; ++n) emitter.socket.emit('count', n);
        for (const client of others) {
          assert.deepEqual((await client.take(20)).map((event) => event.args), Array.from({ length: 20 }, (_, n) => [n]));
        }
      });

      it('a Buffer arrives as a Buffer, in both directions', async () => {
        const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
        await emitWithAck(emitter, 'file', { name: 'a.bin', content: bytes }, [Buffer.alloc(0), bytes.subarray(10, 20)]);
        for (const client of others) {
          const [file, list] = (await client.next()).args;
          assert.equal(file.name, 'a.bin');
          assert.ok(Buffer.isBuffer(file.content), 'no Buffer');
          assert.ok(file.content.equals(bytes));
          assert.deepEqual(list.map((x) => Buffer.from(x)), [Buffer.alloc(0), bytes.subarray(10, 20)]);
        }
        await emitWithAck(others[0], 'file', bytes);
        for (const client of [emitter, others[1]]) assert.ok(bytes.equals((await client.next()).args[0]));
      });

      it('names of the catalogue are refused, so nobody can forge an event of the provider', async () => {
        for (const name of ['messages.upsert', 'call', 'connection.update', 'instance.delete']) {
          emitter.socket.emit(name, { event: name, instance: tenant.name, data: 'forged' });
        }
        await emitWithAck(emitter, 'typing', 'after the forgeries');
        for (const client of others) {
          const event = await client.next();
          assert.deepEqual([event.name, event.args], ['typing', ['after the forgeries']]);
        }
      });
    });
  }

  it('an event stays within its namespace', async () => {
    const [a, b] = [await server.createInstance(), await server.createInstance()];
    const emitter = await server.connect(a.nsp);
    const neighbour = await emitter.also(b.nsp, { key: server.key }).connected();
    const root = await emitter.also('/', { key: server.key }).connected();
    const peer = await server.connect(a.nsp);
    await emitWithAck(emitter, 'typing', 1);
    assert.deepEqual((await peer.next()).args, [1]);
    await server.emit(a, 'call', 'last');
    assert.equal((await root.nextNamed('call')).envelope.data, 'last');
    await emitter.barrier();
    assert.deepEqual(neighbour.events.all, []);
    assert.deepEqual(root.events.all.filter((event) => event.name === 'typing'), []);
  });

  it('on "/" nothing that a client emits reaches anybody', async () => {
    const tenant = await server.createInstance();
    const [emitter, listener] = [await server.connect('/'), await server.connect('/')];
    emitter.socket.emit('typing', 1);
    emitter.socket.emit('sendNode', { instanceId: tenant.name, stanza: {} });
    await emitter.barrier();
    await server.emit(tenant, 'call', 'only this');
    assert.equal((await listener.next()).name, 'call');
  });
});

describe('client events, switched off', () => {
  let server;
  before(async () => {
    server = await Server.start();
  });
  after(() => server?.stop());

  it('what a client emits is ignored and never acknowledged, and the client stays', async () => {
    const tenant = await server.createInstance();
    const [emitter, listener] = [await server.connect(tenant.nsp), await server.connect(tenant.nsp)];
    let acknowledged = false;
    emitter.socket.emit('typing', 1);
    emitter.socket.emit('typing', 2, () => (acknowledged = true));
    emitter.socket.emit('file', Buffer.from('abc'));
    await emitter.barrier();
    await server.emit(tenant, 'call', 'only this');
    assert.equal((await listener.next()).envelope.data, 'only this');
    assert.equal((await emitter.next()).envelope.data, 'only this');
    assert.equal(acknowledged, false);
    assert.deepEqual(emitter.disconnects.all, []);
  });
});
