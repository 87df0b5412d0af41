// What ends the sessions of a namespace, and what they notice.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Server } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

describe('the end of a namespace', () => {
  let server;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_GLOBAL_EVENTS: 'true' } });
  });
  after(() => server?.stop());

  const websocket = (tenant, enabled) =>
    server.request('POST', `/websocket/set/${tenant.name}`, { body: { websocket: { enabled, events: [] } } });
  const remove = (tenant) => server.request('DELETE', `/instance/delete/${tenant.name}`);
  const ends = { 'deleting the instance': remove, 'disabling its websocket': (tenant) => websocket(tenant, false) };

  for (const [what, end] of Object.entries(ends)) {
    for (const transports of [['websocket'], ['polling']]) {
      it(`${what} ends its sessions over ${transports} with "io server disconnect", and no others`, async () => {
        const tenant = await server.createInstance();
        const neighbour = await server.createInstance();
        const clients = [
          await server.connect(tenant.nsp, { transports }),
          await server.connect(tenant.nsp, { transports, key: tenant.token }),
        ];
        const bystander = await clients[0].also(neighbour.nsp, { key: server.key }).connected();
        assert.ok((await end(tenant)).status < 300);
        for (const client of clients) assert.equal(await client.disconnects.next('disconnect'), 'io server disconnect');
        await server.emit(neighbour, 'call', 'unharmed');
        assert.equal((await bystander.next()).envelope.data, 'unharmed');
        assert.deepEqual(bystander.disconnects.all, []);
        assert.equal((await server.refusal(tenant.nsp, { transports })).message, 'Invalid namespace');
      });
    }
  }

  it('a websocket that is enabled again lets clients in again', async () => {
    const tenant = await server.createInstance();
    const before = await server.connect(tenant.nsp);
    await websocket(tenant, false);
    assert.equal(await before.disconnects.next(), 'io server disconnect');
    await websocket(tenant, true);
    const again = await server.connect(tenant.nsp);
    before.socket.connect();
    await before.connected();
    await server.emit(tenant, 'call', 'back');
    for (const client of [before, again]) assert.equal((await client.next()).envelope.data, 'back');
  });

  it('with its websocket disabled the events of an instance still reach "/"', async () => {
    const tenant = await server.createInstance();
    await websocket(tenant, false);
    const root = await server.connect('/');
    await server.emit(tenant, 'call', 'global');
    assert.equal((await root.next()).envelope.data, 'global');
  });

  it('an old token gets nothing from a new instance with the same name', async () => {
    const old = await server.createInstance();
    const session = await server.connect('/', { key: old.token });
    await remove(old);
    const fresh = await eventually('the name is free', async () => {
      try {
        return await server.createInstance({ name: old.name });
      } catch {
        return undefined;
      }
    });
    const root = await server.connect('/');
    const own = await server.connect(fresh.nsp, { key: fresh.token });
    await server.emit(fresh, 'call', 'for the new one');
    assert.equal((await own.next()).envelope.data, 'for the new one');
    assert.equal((await root.nextNamed('call')).envelope.data, 'for the new one');
    if (session.disconnects.all.length === 0) await session.barrier();
    assert.deepEqual(session.events.all.filter((event) => event.name === 'call'), []);
    assert.equal((await server.refusal(fresh.nsp, { key: old.token })).message, 'Invalid global token');
  });
});
