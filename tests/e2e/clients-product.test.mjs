// The clients that people have, against the product: what they need of it, in both modes, over every transport.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { libraries, LibraryClient, ways } from './support/libraries.mjs';
import { missingPython, PythonClient } from './support/python-client.mjs';
import { Server } from './support/server.mjs';

const numbers = (count) => Array.from({ length: count }, (_, n) => n);
const hear = ['messages.upsert', 'call'];

for (const [name, library] of Object.entries(libraries)) {
  const env = { WEBSOCKET_GLOBAL_EVENTS: 'true', ...(library.eio === 3 ? { WEBSOCKET_EIO3: 'true' } : {}) };

  describe(name, () => {
    let server;
    const clients = [];
    before(async () => {
      server = await Server.start({ env });
    });
    after(async () => {
      for (const client of clients) client.close();
      await server?.stop();
    });

    function open(url, nsp, key, options) {
      // The second generation has no CONNECT payload; the query of the connection reaches every generation.
      const query = library.eio === 3 ? { query: { apikey: key } } : { auth: { apikey: key } };
      const client = new LibraryClient(library, url, nsp, { hear, ...query, ...options });
      clients.push(client);
      return client;
    }
    const read = async (client, count) => (await client.events.take(count)).map(({ args: [envelope] }) => envelope.data.n);
    const emit = (tenant, from, to) => server.emit(tenant, numbers(to - from).map((n) => ({ event: 'messages.upsert', data: { n: from + n } })));

    for (const [way, transport] of Object.entries(ways)) {
      it(`${way}: traditional mode: the events of the instance, in order, and no others`, async () => {
        const [tenant, other] = [await server.createInstance(), await server.createInstance()];
        const client = await open(server.url, tenant.nsp, tenant.token, transport).connected();
        await emit(other, 1000, 1010);
        await emit(tenant, 0, 50);
        assert.deepEqual(await read(client, 50), numbers(50));
        if (way === 'upgrade' && client.transport !== 'websocket') await new Promise((resolve) => client.socket.io.engine.once('upgrade', resolve));
        assert.equal(client.transport, way === 'upgrade' ? 'websocket' : way);
        await emit(tenant, 50, 60);
        assert.deepEqual(await read(client, 10), numbers(10).map((n) => 50 + n));
      });

      it(`${way}: global mode: the events of every instance`, async () => {
        const tenants = [await server.createInstance(), await server.createInstance()];
        const client = await open(server.url, '/', server.key, transport).connected();
        for (const [n, tenant] of tenants.entries()) await server.emit(tenant, 'call', { n });
        const got = (await client.events.take(2)).map(({ name: event, args: [envelope] }) => [event, envelope.instance, envelope.data.n]);
        assert.deepEqual(got, tenants.map((tenant, n) => ['call', tenant.name, n]));
      });

      it(`${way}: a wrong key is refused`, async () => {
        const tenant = await server.createInstance();
        const outcome = await open(server.url, tenant.nsp, 'wrong', { ...transport, reconnection: false }).refused();
        const expected = await server.refusal(tenant.nsp, { key: 'wrong' });
        if (library.eio === 4) assert.equal(outcome.message, expected.message);
        else if (way === 'websocket') assert.deepEqual(outcome.payload, expected.data);
        else assert.ok(outcome, 'its key is in the query, so the handshake is refused: an HTTP answer that the library does not show');
      });

      it(`${way}: the client comes back after SIGKILL and a restart`, async () => {
        const own = await Server.start({ env });
        try {
          const tenant = await own.createInstance();
          const client = await open(own.url, tenant.nsp, tenant.token, transport).connected();
          await own.kill();
          assert.match(await client.disconnects.next('disconnect'), /^transport (close|error)$/);
          await own.restart();
          await client.back();
          await own.emit(tenant, 'call', { n: 7 });
          assert.deepEqual(await read(client, 1), [7]);
          client.close();
        } finally {
          await own.stop();
        }
      });
    }
  });
}

describe('python3-socketio', { skip: missingPython }, () => {
  let server;
  const clients = [];
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_GLOBAL_EVENTS: 'true' } });
  });
  after(async () => {
    for (const client of clients) await client.close();
    await server?.stop();
  });
  async function open(...how) {
    const client = await PythonClient.connect(server.url, ...how);
    clients.push(client);
    return client;
  }

  for (const place of ['auth', 'query', 'header']) {
    it(`both modes, the key goes as ${place}`, async () => {
      const tenant = await server.createInstance();
      const [own, root] = await Promise.all([open(tenant.nsp, tenant.token, place), open('/', server.key, place)]);
      await server.emit(tenant, [...numbers(20).map((n) => ({ event: 'messages.upsert', data: { n } })), { event: 'call', data: {} }]);
      for (const client of [own, root]) {
        const events = (await client.eventsUntil('call')).filter(({ name, args }) => name === 'messages.upsert' && args[0].instance === tenant.name);
        assert.deepEqual(events.map(({ args }) => args[0].data.n), numbers(20));
      }
    });
  }
});
