// Which events reach whom: traditional mode, global mode, both; what an instance lets pass, what a client asks for.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Server } from './support/server.mjs';

const names = (events) => events.map((event) => event.name);

describe('traditional mode', () => {
  let server;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_GLOBAL_EVENTS: 'false' } });
  });
  after(() => server?.stop());

  it('events reach their own namespace, and "/" stays silent', async () => {
    const a = await server.createInstance();
    const b = await server.createInstance();
    const onA = await server.connect(a.nsp);
    const onB = await onA.also(b.nsp, { key: server.key }).connected();
    const root = await onA.also('/', { key: server.key }).connected();
    await server.emit(a, 'messages.upsert', { to: 'a' });
    await server.emit(b, 'messages.upsert', { to: 'b' });
    assert.deepEqual((await onA.next()).envelope.data, { to: 'a' });
    assert.deepEqual((await onB.next()).envelope.data, { to: 'b' });
    await onA.barrier();
    assert.deepEqual(root.events.all, []);
    assert.deepEqual(onA.events.unread, []);
    assert.deepEqual(onB.events.unread, []);
  });

  it('two clients in one namespace both get every event', async () => {
    const tenant = await server.createInstance();
    const clients = [await server.connect(tenant.nsp), await server.connect(tenant.nsp, { transports: ['polling'] })];
    await server.emit(tenant, ['call', 'messages.upsert', 'order.created'].map((event) => ({ event, data: {} })));
    for (const client of clients) assert.deepEqual(names(await client.take(3)), ['call', 'messages.upsert', 'order.created']);
  });

  it('a namespace is there as soon as its websocket is set, before any event', async () => {
    const tenant = await server.createInstance({ events: null });
    assert.equal((await server.refusal(tenant.nsp)).message, 'Invalid namespace');
    await server.request('POST', `/websocket/set/${tenant.name}`, { body: { websocket: { enabled: true, events: [] } } });
    const client = await server.connect(tenant.nsp);
    await server.emit(tenant, 'call', 'the very first');
    assert.equal((await client.next()).envelope.data, 'the very first');
  });

  it('an instance that selects MESSAGES_UPSERT passes that and nothing else from the catalogue', async () => {
    const tenant = await server.createInstance({ events: ['MESSAGES_UPSERT'] });
    const client = await server.connect(tenant.nsp);
    await server.emit(tenant, ['call', 'MESSAGES_UPDATE', 'messages.upsert', 'send.message', 'messages.upsert'].map((event) => ({ event, data: {} })));
    assert.deepEqual(names(await client.take(2)), ['messages.upsert', 'messages.upsert']);
    await client.barrier();
    assert.deepEqual(client.events.unread, []);
  });

  it('a new selection holds for clients that are there already', async () => {
    const tenant = await server.createInstance({ events: ['MESSAGES_UPSERT'] });
    const client = await server.connect(tenant.nsp);
    await server.emit(tenant, [{ event: 'call', data: 1 }, { event: 'messages.upsert', data: 2 }]);
    assert.equal((await client.next()).envelope.data, 2);
    await server.request('POST', `/websocket/set/${tenant.name}`, { body: { websocket: { enabled: true, events: ['CALL'] } } });
    await server.emit(tenant, [{ event: 'messages.upsert', data: 3 }, { event: 'call', data: 4 }]);
    assert.equal((await client.next()).envelope.data, 4);
    assert.deepEqual(client.disconnects.all, []);
  });

  it('groups.update passes for an instance that selects GROUP_UPDATE', async () => {
    const tenant = await server.createInstance({ events: ['GROUP_UPDATE'] });
    const client = await server.connect(tenant.nsp);
    await server.emit(tenant, 'groups.update', []);
    assert.equal((await client.next()).name, 'groups.update');
  });
});

describe('global mode', () => {
  let server;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_GLOBAL_EVENTS: 'true' } });
  });
  after(() => server?.stop());

  it('"/" gets every event of every instance, also of those whose websocket was never set', async () => {
    const tenants = [await server.createInstance({ events: null }), await server.createInstance(), await server.createInstance({ events: ['CALL'] })];
    const root = await server.connect('/');
    for (const tenant of tenants) await server.emit(tenant, 'messages.upsert', { of: tenant.name });
    const events = await root.take(3);
    assert.deepEqual(events.map((event) => event.envelope.data.of), tenants.map((tenant) => tenant.name));
    assert.deepEqual(events.map((event) => event.envelope.instance), tenants.map((tenant) => tenant.name));
  });

  it('both modes at once: the same envelope on "/" and on the namespace', async () => {
    const tenant = await server.createInstance();
    const own = await server.connect(tenant.nsp);
    const root = await server.connect('/');
    await server.emit(tenant, 'messages.upsert', { id: 17 });
    const onNamespace = await own.next();
    const onRoot = await root.next();
    assert.equal(onNamespace.name, onRoot.name);
    assert.deepEqual(onNamespace.args, onRoot.args);
  });

  it("an instance's selection holds for its namespace only", async () => {
    const tenant = await server.createInstance({ events: ['MESSAGES_UPSERT'] });
    const own = await server.connect(tenant.nsp);
    const root = await server.connect('/');
    await server.emit(tenant, ['call', 'messages.upsert'].map((event) => ({ event, data: {} })));
    assert.deepEqual(names(await root.take(2)), ['call', 'messages.upsert']);
    assert.equal((await own.next()).name, 'messages.upsert');
  });

  describe('filters of a client', () => {
    let tenant;
    before(async () => {
      tenant = await server.createInstance();
    });

    const wanted = {
      'auth.events as a list': { auth: { events: ['messages.upsert', 'call'] } },
      'auth.events as text with commas': { auth: { events: 'messages.upsert,call' } },
      'the query events=': { query: { events: 'messages.upsert,call' } },
    };
    for (const [way, options] of Object.entries(wanted)) {
      for (const where of ['"/"', 'a namespace']) {
        it(`${way} narrows what ${where} sends`, async () => {
          const client = await server.connect(where === '"/"' ? '/' : tenant.nsp, options);
          const all = ['send.message', 'messages.upsert', 'order.created', 'call', 'messages.update', 'call'];
          await server.emit(tenant, all.map((event) => ({ event, data: {} })));
          assert.deepEqual(names(await client.take(3)), ['messages.upsert', 'call', 'call']);
          await client.barrier();
          assert.deepEqual(client.events.unread, []);
        });
      }
    }

    it('a custom event can be asked for as well', async () => {
      const client = await server.connect(tenant.nsp, { auth: { events: ['order.created'] } });
      await server.emit(tenant, ['call', 'order.changed', 'order.created'].map((event) => ({ event, data: {} })));
      assert.equal((await client.next()).name, 'order.created');
    });

    it('a filter never widens what the instance selects', async () => {
      const narrow = await server.createInstance({ events: ['CALL'] });
      const client = await server.connect(narrow.nsp, { auth: { events: ['messages.upsert', 'call'] } });
      await server.emit(narrow, ['messages.upsert', 'call'].map((event) => ({ event, data: {} })));
      assert.equal((await client.next()).name, 'call');
    });

    it('auth.instances on "/" with the global key picks instances', async () => {
      const [a, b, c] = [await server.createInstance(), await server.createInstance(), await server.createInstance()];
      const client = await server.connect('/', { auth: { instances: [a.name, c.name] } });
      for (const from of [b, a, b, c, b, a]) await server.emit(from, 'call', {});
      assert.deepEqual((await client.take(3)).map((event) => event.envelope.instance), [a.name, c.name, a.name]);
      await client.barrier();
      assert.deepEqual(client.events.unread, []);
    });

    it('auth.instances and auth.events hold together', async () => {
      const [a, b] = [await server.createInstance(), await server.createInstance()];
      const client = await server.connect('/', { auth: { instances: [a.name], events: ['call'] } });
      for (const from of [b, a]) await server.emit(from, [{ event: 'messages.upsert', data: 1 }, { event: 'call', data: 2 }]);
      const event = await client.next();
      assert.deepEqual([event.envelope.instance, event.name], [a.name, 'call']);
      await client.barrier();
      assert.deepEqual(client.events.unread, []);
    });
  });
});
