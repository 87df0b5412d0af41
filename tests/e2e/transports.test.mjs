// The three ways of a Socket.IO client to the server, each over http and https.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RawClient } from './support/client.mjs';
import { request, requestText } from './support/http.mjs';
import { Server } from './support/server.mjs';
import { next } from './support/wait.mjs';

const ways = {
  'websocket only': { transports: ['websocket'] },
  'polling only': { transports: ['polling'], upgrade: false },
  'polling, then upgrade': { transports: ['polling', 'websocket'] },
};
const numbers = (count) => Array.from({ length: count }, (_, n) => n);

/** Posts events with `n` from `first` on, each in a request of its own. */
async function emitSingly(server, tenant, first, count) {
  for (let n = first; n < first + count; ++n) await server.emit(tenant, 'messages.upsert', { n });
}
const emitAtOnce = (server, tenant, count) => server.emit(tenant, numbers(count).map((n) => ({ event: 'messages.upsert', data: { n } })));
const read = async (client, count) => (await client.take(count)).map((event) => event.envelope.data.n);

for (const tls of [false, true]) {
  const scheme = tls ? 'https' : 'http';

  describe(`over ${scheme}`, () => {
    let server;
    before(async () => {
      server = await Server.start({ tls, env: { WEBSOCKET_GLOBAL_EVENTS: 'true' } });
      assert.ok(server.url.startsWith(`${scheme}://`), server.url);
    });
    after(() => server?.stop());

    for (const [way, options] of Object.entries(ways)) {
      it(`${way}: 100 single events and a batch of 100 arrive in order`, async () => {
        const tenant = await server.createInstance();
        const client = await server.connect(tenant.nsp, options);
        await emitSingly(server, tenant, 0, 100);
        assert.deepEqual(await read(client, 100), numbers(100));
        await emitAtOnce(server, tenant, 100);
        assert.deepEqual(await read(client, 100), numbers(100));
      });

      it(`${way}: "/" gets the same events as the namespace, in order`, async () => {
        const tenant = await server.createInstance();
        const root = await server.connect('/', { ...options, key: tenant.token });
        await emitAtOnce(server, tenant, 100);
        assert.deepEqual(await read(root, 100), numbers(100));
      });

      it(`${way}: a client comes back after SIGKILL and a restart, and events flow again`, async () => {
        const own = await Server.start({ tls, env: { WEBSOCKET_GLOBAL_EVENTS: 'true' } });
        try {
          const tenant = await own.createInstance();
          const quick = { ...options, reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 40 };
          const client = await own.connect(tenant.nsp, quick);
          const root = client.also('/', { key: tenant.token });
          await root.connected();
          await emitAtOnce(own, tenant, 3);
          assert.deepEqual(await read(client, 3), numbers(3));
          assert.deepEqual(await read(root, 3), numbers(3));

          await own.kill();
          assert.match(await client.disconnects.next('disconnect'), /^transport (close|error)$/);
          await own.restart();
          await client.reconnected();
          await root.reconnected();
          await emitAtOnce(own, tenant, 100);
          assert.deepEqual(await read(client, 100), numbers(100));
          assert.deepEqual(await read(root, 100), numbers(100));
        } finally {
          await own.stop();
        }
      });

      it(`${way}: a frame of two megabytes arrives whole, and what follows it too`, async () => {
        const tenant = await server.createInstance();
        const client = await server.connect(tenant.nsp, options);
        const large = 'é'.repeat(1_000_000);
        await server.emit(tenant, [
          { event: 'messages.upsert', data: { n: 0 } },
          { event: 'messages.upsert', data: { n: 1, large } },
          { event: 'messages.upsert', data: { n: 2 } },
        ]);
        const events = await client.take(3);
        assert.deepEqual(events.map((event) => event.envelope.data.n), [0, 1, 2]);
        assert.ok(events[1].envelope.data.large === large, 'the large text has changed');
      });
    }

    it('the upgrade takes place, and no event is lost, doubled or overtaken meanwhile', async () => {
      const tenant = await server.createInstance();
      const client = server.open(tenant.nsp, ways['polling, then upgrade']);
      const { engine } = client.manager;
      assert.equal(engine.transport.name, 'polling');
      const upgraded = next(engine, 'upgrade', 'upgrade to websocket');
      await client.connected();
      let sent = 0;
      const emission = (async () => {
        let done = false;
        upgraded.finally(() => (done = true)).catch(() => {});
        while (!done || sent < 50) await emitSingly(server, tenant, sent++, 1);
      })();
      await upgraded;
      await emission;
      assert.equal(engine.transport.name, 'websocket');
      await emitSingly(server, tenant, sent, 10);
      assert.deepEqual(await read(client, sent + 10), numbers(sent + 10));
    });

    it('websocket only and polling only stay what they are', async () => {
      const tenant = await server.createInstance();
      for (const [way, name] of [['websocket only', 'websocket'], ['polling only', 'polling']]) {
        const client = await server.connect(tenant.nsp, ways[way]);
        await server.emit(tenant, 'call', {});
        await client.next();
        assert.equal(client.manager.engine.transport.name, name);
      }
    });

    it('disconnect() of one namespace leaves the others of the connection alone', async () => {
      const a = await server.createInstance();
      const b = await server.createInstance();
      const first = await server.connect(a.nsp);
      const second = await first.also(b.nsp, { key: b.token }).connected();
      first.socket.disconnect();
      assert.equal(await first.disconnects.next(), 'io client disconnect');
      await server.emit(a, 'call', 'to nobody');
      await server.emit(b, 'call', 'to second');
      assert.equal((await second.next()).envelope.data, 'to second');
      assert.equal(second.manager.engine.readyState, 'open');
      await second.barrier();
      assert.deepEqual(first.events.all, []);
    });
  });
}

describe('the upgrade, step by step', () => {
  let server;
  let tenant;
  let listener;
  before(async () => {
    server = await Server.start({ env: { IO_THREADS: '2' } });
    tenant = await server.createInstance();
    listener = await server.connect(tenant.nsp);
  });
  after(() => server?.stop());

  /** A polling connection in the tenant's namespace, with no GET held. */
  async function polling() {
    const path = `/socket.io/?EIO=4&transport=polling&apikey=${server.key}`;
    const { sid } = JSON.parse((await request(server.url, 'GET', path)).text.slice(1));
    const get = () => request(server.url, 'GET', `${path}&sid=${sid}`);
    const post = (body) => request(server.url, 'POST', `${path}&sid=${sid}`, { body, headers: { 'content-type': 'text/plain;charset=UTF-8' } });
    assert.equal((await post(`40${tenant.nsp},`)).text, 'ok');
    assert.match((await get()).text, /^40.*"sid"/);
    return { sid, get };
  }

  /** Emits an event and waits until somebody else has got it. */
  async function emit(data) {
    await server.emit(tenant, 'call', data);
    await listener.events.takeUntil((event) => event.envelope.data === data);
  }

  const waiting = {
    'before the probe': (steps) => steps.splice(0, 0, () => emit('waits')),
    'between probe and upgrade': (steps) => steps.splice(1, 0, () => emit('waits')),
  };
  for (const [when, insert] of Object.entries(waiting)) {
    it(`what comes ${when} while no GET is held goes out on the WebSocket`, async () => {
      const { sid } = await polling();
      const client = await RawClient.probe(server.url, sid);
      try {
        const steps = [
          async () => {
            client.send('2probe');
            await client.frame('3probe');
          },
          async () => client.send('5'),
        ];
        insert(steps);
        for (const step of steps) await step();
        await emit('last');
        const frames = await client.frames.takeUntil((frame) => frame.includes('"last"'));
        assert.ok(frames[0].includes('"waits"'), `lost; got ${frames}`);
        assert.equal(frames.length, 2);
      } finally {
        client.close();
      }
    });
  }

  it('a GET that is held is released by the probe, and polling afterwards gets code 3', async () => {
    const { sid, get } = await polling();
    const held = get();
    const client = await RawClient.probe(server.url, sid);
    try {
      client.send('2probe');
      await client.frame('3probe');
      assert.equal((await held).text, '6');
      client.send('5');
      await emit('over the WebSocket');
      assert.match(await client.frame('42'), /over the WebSocket/);
      assert.equal((await get()).text, '{"code":3,"message":"Bad request"}');
    } finally {
      client.close();
    }
  });

  it('a WebSocket that breaks while probing leaves the connection on polling', async () => {
    const { sid, get } = await polling();
    const client = await RawClient.probe(server.url, sid);
    client.send('2probe');
    await client.frame('3probe');
    client.close();
    await client.end();
    await emit('still polling');
    assert.match((await get()).text, /still polling/);
  });
});

describe('TLS', () => {
  it('a request in many small records that come together is answered', async () => {
    const server = await Server.start({ tls: true });
    try {
      const tenant = await server.createInstance();
      for (const size of [100, 5_000, 60_000]) {
        const connection = await server.raw();
        connection.socket.setMaxSendFragment(512);
        const body = JSON.stringify({ event: 'call', data: 'x'.repeat(size) });
        connection.write(requestText('POST', `/event/emit/${tenant.name}`, { apikey: server.key, 'content-type': 'application/json' }, body));
        assert.equal((await connection.answer()).status, 202);
      }
    } finally {
      await server.stop();
    }
  });
});

describe('the Engine.IO handshake', () => {
  let server;
  before(async () => {
    server = await Server.start();
  });
  after(() => server?.stop());

  const ask = (query) => server.request('GET', `/socket.io/?${new URLSearchParams({ apikey: server.key, ...query })}`, { key: null });

  it('over polling opens with sid, upgrades, pingInterval, pingTimeout and maxPayload, and nothing else', async () => {
    const answer = await ask({ EIO: '4', transport: 'polling' });
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^text\/plain; ?charset=utf-8$/i);
    assert.equal(answer.text[0], '0');
    const open = JSON.parse(answer.text.slice(1));
    assert.deepEqual(Object.keys(open), ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload']);
    assert.deepEqual({ ...open, sid: '' }, { sid: '', upgrades: ['websocket'], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1000000 });
    assert.ok(open.sid.length >= 20);
  });

  it('refuses protocol 3, and a missing protocol, with code 5', async () => {
    for (const query of [{ EIO: '3', transport: 'polling' }, { transport: 'polling' }]) {
      const answer = await ask(query);
      assert.equal(answer.status, 400);
      assert.equal(answer.text, '{"code":5,"message":"Unsupported protocol version"}');
    }
  });

  it('refuses an unknown transport with code 0 and an unknown sid with code 1', async () => {
    const pigeon = await ask({ EIO: '4', transport: 'pigeon' });
    assert.equal(pigeon.status, 400);
    assert.equal(pigeon.text, '{"code":0,"message":"Transport unknown"}');
    for (const sid of ['nobody', '__proto__', '../..']) {
      const answer = await ask({ EIO: '4', transport: 'polling', sid });
      assert.equal(answer.status, 400);
      assert.equal(answer.text, '{"code":1,"message":"Session ID unknown"}');
    }
  });

  it('without the final slash the path is an ordinary 404', async () => {
    assert.equal((await request(server.url, 'GET', '/socket.io?EIO=4&transport=polling')).status, 404);
  });
});
