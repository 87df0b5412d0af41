// What the log keeps, as producers and readers of the built server see it: history, and requests that count once.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Server } from './support/server.mjs';

const call = (data, more = {}) => ({ event: 'call', data, ...more });

describe('the history of an instance', () => {
  let server;
  before(async () => {
    server = await Server.start({ env: { EVENT_LOG: 'disk', EVENT_OFFSET_MEMBER: 'true' } });
  });
  after(() => server?.stop());

  it('is read page by page to the end, as a consumer does after a night', async () => {
    const tenant = await server.createInstance();
    await server.emit(tenant, Array.from({ length: 250 }, (_, i) => call(i)));
    const got = [];
    let path = `/event/history/${tenant.name}?event=call&limit=100`;
    let pages = 0;
    while (path) {
      const page = await server.request('GET', path, { key: tenant.token });
      assert.equal(page.status, 200);
      got.push(...page.json.events.map((event) => event.data));
      path = page.json.next && `/event/history/${tenant.name}?event=call&limit=100&after=${page.json.next}`;
      ++pages;
    }
    assert.deepEqual(got, Array.from({ length: 250 }, (_, i) => i));
    assert.equal(pages, 3);
  });

  it('has the offsets that clients see, also after a restart', async () => {
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp, { auth: { recovery: true } });
    const { json } = await server.post(tenant, [call(1), call(2)]);
    const [first, second] = await client.take(2);
    assert.equal(second.args[1], json.offset);
    assert.equal(second.envelope.offset, json.offset);
    client.close();
    await server.kill();
    await server.restart();
    const one = await server.request('GET', `/event/${first.args[1]}`, { key: tenant.token });
    assert.equal(one.status, 200);
    assert.equal(one.json.data, 1);
    const rest = await server.request('GET', `/event/history/${tenant.name}?after=${first.args[1]}`, { key: tenant.token });
    assert.deepEqual(rest.json.events.map((event) => event.offset), [json.offset]);
  });

  it('comes as lines for those who accept them', async () => {
    const tenant = await server.createInstance();
    await server.emit(tenant, [call(1), call(2)]);
    const page = await server.request('GET', `/event/history/${tenant.name}?event=call`, { headers: { accept: 'application/x-ndjson' } });
    assert.deepEqual(page.text.trimEnd().split('\n').map((line) => JSON.parse(line).data), [1, 2]);
  });

  it('opens with a browser token, and with nothing less', async () => {
    const tenant = await server.createInstance();
    await server.emit(tenant, [call(1)]);
    const { json } = await server.request('POST', `/instance/token/${tenant.name}`, { body: { ttl: 60 } });
    assert.equal((await server.request('GET', `/event/history/${tenant.name}?event=call`, { key: json.token })).status, 200);
    assert.equal((await server.request('GET', `/event/history/${tenant.name}?event=call`, { key: 'nobody' })).status, 401);
    assert.equal((await server.request('GET', `/event/history/${tenant.name}?event=call`, { key: null })).status, 401);
  });
});

describe('a request that is sent twice', () => {
  let server;
  before(async () => {
    server = await Server.start({ env: { EVENT_LOG: 'disk' } });
  });
  after(() => server?.stop());

  const send = (tenant, body, key) =>
    server.request('POST', `/event/emit/${tenant.name}`, { body, ...(key && { headers: { 'idempotency-key': key } }) });

  it('counts once and gets the first answer, also after a kill', async () => {
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp);
    const first = await send(tenant, [call(1), call(2)], 'night-run-7');
    assert.equal(first.status, 201);
    await client.take(2);
    client.close();
    for (const restart of [false, true]) {
      if (restart) {
        await server.kill();
        await server.restart();
      }
      const again = await send(tenant, [call(1), call(2)], 'night-run-7');
      assert.deepEqual([again.status, again.json], [201, first.json]);
      assert.equal(again.headers['idempotent-replayed'], 'true');
    }
    const { json } = await server.request('GET', `/event/history/${tenant.name}?event=call`);
    assert.deepEqual(json.events.map((event) => event.data), [1, 2]);
    assert.equal((await send(tenant, call(3), 'night-run-7')).status, 422);
  });

  it('counts event by event where they have ids', async () => {
    const tenant = await server.createInstance();
    await send(tenant, [call(1, { id: 'a' }), call(2, { id: 'b' })]);
    const mixed = await send(tenant, [call(2, { id: 'b' }), call(3, { id: 'c' })]);
    assert.equal(mixed.json.accepted, 2);
    const { json } = await server.request('GET', `/event/history/${tenant.name}?event=call`);
    assert.deepEqual(json.events.map((event) => event.data), [1, 2, 3]);
    assert.equal((await send(tenant, call(4, { id: 'c' }))).status, 422);
  });

  it('is told to wait while the first is running', async () => {
    const tenant = await server.createInstance();
    const all = await Promise.all(Array.from({ length: 20 }, () => send(tenant, call(1), 'at once')));
    assert.ok(all.every(({ status }) => status === 201 || status === 409), all.map((x) => x.status).join());
    assert.equal(new Set(all.filter((x) => x.status === 201).map((x) => x.json.offset)).size, 1);
    const { json } = await server.request('GET', `/event/history/${tenant.name}?event=call`);
    assert.equal(json.events.length, 1);
  });
});
