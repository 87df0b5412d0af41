// Clients that come back get what they missed: the real client, unmodified, over every transport and across restarts.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Server } from './support/server.mjs';
import { SseClient } from './support/streams.mjs';

const ways = { websocket: ['websocket'], polling: ['polling'], upgrade: ['polling', 'websocket'] };
const numbers = (first, count) => Array.from({ length: count }, (_, i) => first + i);
const numbersOf = (events) => events.map(({ envelope }) => envelope.data);
const patient = { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 40, auth: { recovery: true } };

const startKeeping = (env = {}) => Server.start({ env: { EVENT_LOG: 'disk', IO_THREADS: '2', WEBSOCKET_GLOBAL_EVENTS: 'true', ...env } });
const emitNumbers = (server, tenant, all) => server.emit(tenant, all.map((data) => ({ event: 'call', data })));
/** The link breaks without a word of either side. */
const breakLink = (client) => client.manager.engine.transport.onClose();

describe('a client that comes back', () => {
  let server;
  before(async () => {
    server = await startKeeping();
  });
  after(() => server?.stop());

  for (const [way, transports] of Object.entries(ways)) {
    it(`${way}: gets what it missed, in order, and then what comes`, async () => {
      const tenant = await server.createInstance();
      const client = await server.connect(tenant.nsp, { key: tenant.token, transports, ...patient });
      const { id } = client.socket;
      assert.equal(client.socket.recovered, false);
      await emitNumbers(server, tenant, [1, 2]);
      assert.deepEqual(numbersOf(await client.take(2)), [1, 2]);
      client.manager.reconnection(false);
      breakLink(client);
      await client.disconnects.next();
      await emitNumbers(server, tenant, numbers(3, 50));
      client.manager.reconnection(true);
      client.socket.connect();
      await client.reconnected();
      assert.equal(client.socket.recovered, true);
      assert.equal(client.socket.id, id);
      await emitNumbers(server, tenant, [53]);
      assert.deepEqual(numbersOf(await client.take(51)), numbers(3, 51));
      client.close();
    });
  }

  it('gets it when the link breaks again behind a replayed event', async () => {
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp, { ...patient, reconnection: false });
    for (const first of [1, 4, 7]) {
      breakLink(client);
      await emitNumbers(server, tenant, numbers(first, 3));
      client.socket.connect();
      await client.reconnected();
      assert.equal(client.socket.recovered, true);
      assert.deepEqual(numbersOf(await client.take(3)), numbers(first, 3));
    }
    client.close();
  });

  it('gets it although it had no event yet', async () => {
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp, patient);
    client.manager.reconnection(false);
    breakLink(client);
    await emitNumbers(server, tenant, [1]);
    client.socket.connect();
    await client.reconnected();
    assert.equal(client.socket.recovered, true);
    assert.equal((await client.next()).envelope.data, 1);
    client.close();
  });

  it('hears from the envelope alone whether it asked for nothing', async () => {
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp);
    await emitNumbers(server, tenant, [1]);
    assert.equal((await client.next()).args.length, 1);
    client.close();
  });

  it('is a new session when its instance was made anew', async () => {
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp, { ...patient, reconnection: false });
    const { id } = client.socket;
    breakLink(client);
    await emitNumbers(server, tenant, [1]);
    assert.equal((await server.request('DELETE', `/instance/delete/${tenant.name}`)).status, 200);
    await server.createInstance({ name: tenant.name });
    client.socket.connect();
    await client.reconnected();
    assert.equal(client.socket.recovered, false);
    assert.notEqual(client.socket.id, id);
    await emitNumbers(server, tenant, [2]);
    assert.equal((await client.next()).envelope.data, 2);
    client.close();
  });

  it('begins where it says, and learns where it can when that has gone', async () => {
    const tenant = await server.createInstance();
    const answers = [];
    for (const n of [1, 2, 3]) answers.push((await server.post(tenant, { event: 'call', data: n })).json);
    const client = await server.connect(tenant.nsp, { auth: { since: answers[0].offset } });
    assert.deepEqual(numbersOf(await client.take(2)), [2, 3]);
    client.close();
    const { data, message } = await server.open(tenant.nsp, { auth: { since: '0123456789abcdef-1' } }).refused();
    assert.equal(data.code, 'OFFSET_UNKNOWN', message);
    const all = await server.connect(tenant.nsp, { auth: { since: data.oldest } });
    assert.deepEqual(numbersOf(await all.take(3)), [1, 2, 3]);
    all.close();
  });

  it('over server-sent events comes back by Last-Event-ID', async () => {
    const tenant = await server.createInstance();
    const headers = { apikey: tenant.token };
    const first = await SseClient.open(server.url, `/events/sse/${tenant.name}`, { headers });
    await emitNumbers(server, tenant, [1, 2]);
    const { id } = await first.next();
    first.close();
    const again = await SseClient.open(server.url, `/events/sse/${tenant.name}`, { headers: { ...headers, 'last-event-id': id } });
    assert.equal((await again.next()).envelope.data, 2);
    again.close();
    const refused = await SseClient.open(server.url, `/events/sse/${tenant.name}`, { headers: { ...headers, 'last-event-id': 'nonsense' } });
    assert.equal(refused.status, 410);
  });
});

describe('a server that comes back', () => {
  for (const end of ['SIGKILL', 'SIGTERM']) {
    it(`after ${end} has every event that it accepted, and its clients get them`, async () => {
      const server = await startKeeping();
      try {
        const tenant = await server.createInstance();
        const root = await server.connect('/', patient);
        const own = await server.connect(tenant.nsp, { ...patient, key: tenant.token });
        const sse = await SseClient.open(server.url, '/events/sse', { headers: { apikey: server.key } });
        await emitNumbers(server, tenant, [1]);
        const ids = [root.socket.id, own.socket.id];
        for (const client of [root, own]) assert.deepEqual(numbersOf(await client.take(1)), [1]);
        const { id } = await sse.next();
        for (const client of [root, own]) client.manager.reconnection(false);
        for (const client of [root, own]) breakLink(client);
        await emitNumbers(server, tenant, [2, 3]); // Nobody is there.
        await server.end(end);
        await server.restart();
        await emitNumbers(server, tenant, [4]);
        for (const client of [root, own]) client.socket.connect();
        for (const client of [root, own]) {
          await client.reconnected();
          assert.equal(client.socket.recovered, true);
          assert.deepEqual(numbersOf(await client.take(3)), [2, 3, 4]);
        }
        assert.deepEqual([root.socket.id, own.socket.id], ids);
        const again = await SseClient.open(server.url, '/events/sse', { headers: { apikey: server.key, 'last-event-id': id } });
        assert.deepEqual([await again.next(), await again.next(), await again.next()].map((x) => x.envelope.data), [2, 3, 4]);
        again.close();
      } finally {
        await server.stop();
      }
    });
  }

  it('gives a client that never let go what came meanwhile, without a line of code', async () => {
    const server = await startKeeping();
    try {
      const tenant = await server.createInstance();
      const client = await server.connect(tenant.nsp, patient);
      const got = [];
      const collecting = (async () => {
        while (got.length < 60) got.push((await client.next()).envelope.data);
      })();
      for (let round = 0; round < 3; ++round) {
        await emitNumbers(server, tenant, numbers(round * 20, 10));
        await server.kill();
        await server.restart();
        await emitNumbers(server, tenant, numbers(round * 20 + 10, 10));
      }
      await collecting;
      assert.deepEqual(got, numbers(0, 60));
    } finally {
      await server.stop();
    }
  });

  it('says where the last event of a request is', async () => {
    const server = await startKeeping();
    try {
      const tenant = await server.createInstance();
      const first = await server.post(tenant, [{ event: 'call', data: 1 }, { event: 'call', data: 2 }]);
      assert.equal(first.status, 201);
      assert.equal(first.json.accepted, 2);
      const [, epoch, place] = /^([0-9a-f]{16})-(\d+)$/.exec(first.json.offset);
      await server.kill();
      await server.restart();
      const second = await server.post(tenant, { event: 'call', data: 3 });
      const [, newEpoch, newPlace] = /^([0-9a-f]{16})-(\d+)$/.exec(second.json.offset);
      assert.equal(Number(newPlace), Number(place) + 1);
      assert.notEqual(newEpoch, epoch);
    } finally {
      await server.stop();
    }
  });

  it('keeps events in memory until it ends, if it is told to', async () => {
    const server = await startKeeping({ EVENT_LOG: 'memory' });
    try {
      const tenant = await server.createInstance();
      const client = await server.connect(tenant.nsp, { ...patient, reconnection: false });
      breakLink(client);
      const answer = await server.post(tenant, { event: 'call', data: 1 });
      assert.deepEqual([answer.status, answer.json], [202, { accepted: 1 }]);
      client.socket.connect();
      await client.reconnected();
      assert.equal(client.socket.recovered, true);
      assert.equal((await client.next()).envelope.data, 1);
    } finally {
      await server.stop();
    }
  });
});

describe('a reader that is slow for a while', () => {
  it('reads on from the log at its own pace, while the server keeps within its bound', async () => {
    const server = await startKeeping({ WEBSOCKET_MAX_BACKLOG: '1048576', PROMETHEUS_METRICS: 'true' });
    try {
      const tenant = await server.createInstance();
      const slow = await server.rawClient();
      await slow.join(tenant.nsp);
      const quick = await server.connect(tenant.nsp);
      slow.socket._socket.pause();
      const total = 1500; // 30 MB: far beyond what the kernel buffers for a peer that does not read.
      const text = 'x'.repeat(20_000);
      for (let sent = 0; sent < total; sent += 50) {
        await server.emit(tenant, numbers(sent, 50).map((n) => ({ event: 'call', data: { n, text } })));
        assert.deepEqual((await quick.take(50)).map((event) => event.envelope.data.n), numbers(sent, 50));
      }
      const metrics = (await server.request('GET', '/metrics')).text;
      assert.match(metrics, /arauto_fallen_behind_total [1-9]/);
      slow.socket._socket.resume();
      const frames = (await slow.frames.take(total, 'events')).filter((frame) => frame.startsWith('42'));
      while (frames.length < total) frames.push(...(await slow.frames.take(1, 'events')).filter((frame) => frame.startsWith('42')));
      assert.deepEqual(frames.map((frame) => Number(/"data":\{"n":(\d+),/.exec(frame)[1])), numbers(0, total));
      await server.emit(tenant, 'call', { n: total });
      assert.match((await slow.frames.next('the live event')), new RegExp(`"n":${total}`));
    } finally {
      await server.stop();
    }
  });
});
