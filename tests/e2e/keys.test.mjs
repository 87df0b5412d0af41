// Who is let in, by which key, and what a key lets through.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Server, newKey, newName } from './support/server.mjs';
import { request } from './support/http.mjs';

describe('keys of Socket.IO clients', () => {
  let server;
  let tenant;
  let other;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_GLOBAL_EVENTS: 'true' } });
    tenant = await server.createInstance();
    other = await server.createInstance();
  });
  after(() => server?.stop());

  const handshake = (query = {}, headers = {}) =>
    request(server.url, 'GET', `/socket.io/?${new URLSearchParams({ EIO: '4', transport: 'polling', ...query })}`, { headers });

  for (const transports of [['websocket'], ['polling']]) {
    describe(`over ${transports}`, () => {
      for (const via of ['auth', 'query', 'header']) {
        it(`the global key and a token open a namespace by ${via}`, async () => {
          for (const key of [server.key, tenant.token]) {
            const client = await server.connect(tenant.nsp, { transports, key, via });
            await server.emit(tenant, 'call', { via });
            assert.deepEqual((await client.next()).envelope.data, { via });
          }
        });
      }

      it('the key in auth goes before those in query and header', async () => {
        const foreign = { query: { apikey: other.token }, headers: { apikey: other.token } };
        await server.connect(tenant.nsp, { transports, key: tenant.token, ...foreign });
        assert.equal((await server.refusal(tenant.nsp, { transports, key: newKey(), query: { apikey: tenant.token } })).message, 'Invalid global token');
      });

      it('the key in the query goes before that in the header', async () => {
        await server.connect(tenant.nsp, { transports, key: tenant.token, via: 'query', headers: { apikey: other.token } });
        const refusal = await server.refusal(tenant.nsp, { transports, key: other.token, via: 'query', headers: { apikey: tenant.token } });
        assert.equal(refusal.message, 'Invalid namespace');
      });

      it('without any key the connect_error says "apiKey is required", with a code and a hint', async () => {
        for (const nsp of ['/', tenant.nsp]) {
          const refusal = await server.refusal(nsp, { transports, key: null });
          assert.equal(refusal.message, 'apiKey is required');
          assert.ok(['string', 'number'].includes(typeof refusal.data?.code), JSON.stringify(refusal.data));
          assert.equal(typeof refusal.data.hint, 'string');
          assert.ok(refusal.data.hint.length > 10, refusal.data.hint);
        }
      });

      it('a wrong key in auth gives the connect_error "Invalid global token"', async () => {
        for (const nsp of ['/', tenant.nsp]) {
          assert.equal((await server.refusal(nsp, { transports, key: newKey() })).message, 'Invalid global token');
        }
      });

      it('after a refusal the same connection can come in with a right key', async () => {
        const client = server.open(tenant.nsp, { transports, key: null });
        await client.refused();
        client.socket.auth = { apikey: tenant.token };
        client.socket.connect();
        await client.connected();
      });

      it('the token of another tenant is told "Invalid namespace", as if there were none', async () => {
        const foreign = await server.refusal(tenant.nsp, { transports, key: other.token });
        const ghost = await server.refusal(`/${newName('ghost')}`, { transports, key: other.token });
        assert.equal(foreign.message, 'Invalid namespace');
        assert.equal(ghost.message, 'Invalid namespace');
        assert.deepEqual(foreign.data, ghost.data);
      });

      it('a namespace that does not exist is "Invalid namespace" for the global key as well', async () => {
        assert.equal((await server.refusal(`/${newName('ghost')}`, { transports })).message, 'Invalid namespace');
      });
    });
  }

  it('a wrong key at a polling handshake gets the recorded 403', async () => {
    for (const answer of [await handshake({ apikey: newKey() }), await handshake({}, { apikey: newKey() })]) {
      assert.equal(answer.status, 403);
      assert.match(answer.headers['content-type'], /^application\/json/);
      assert.equal(answer.text, '{"code":4,"message":"Invalid global token"}');
    }
  });

  it('no key at a polling handshake is let in, so that the client can be told', async () => {
    const answer = await handshake();
    assert.equal(answer.status, 200);
    assert.equal(answer.text[0], '0');
  });

  it('a wrong key in the query of a websocket gives the connect_error "Invalid global token"', async () => {
    for (const [nsp, via] of [['/', 'query'], [tenant.nsp, 'query'], [tenant.nsp, 'header']]) {
      assert.equal((await server.refusal(nsp, { key: newKey(), via })).message, 'Invalid global token');
    }
  });

  it('a wrong key in the query of a websocket does not matter when auth has a right one', async () => {
    await server.connect(tenant.nsp, { key: tenant.token, query: { apikey: newKey() } });
  });

  it('a token on "/" gets the events of its own instance only', async () => {
    const own = await server.connect('/', { key: tenant.token });
    for (const [from, data] of [[other, 'foreign'], [tenant, 'own'], [other, 'foreign'], [tenant, 'own']]) await server.emit(from, 'call', data);
    assert.deepEqual((await own.take(2)).map((event) => event.envelope.data), ['own', 'own']);
    await own.barrier();
    assert.deepEqual(own.events.unread, []);
  });

  it('a token on "/" cannot ask for other instances', async () => {
    const own = await server.connect('/', { key: tenant.token, auth: { instances: [other.name, tenant.name] } });
    await server.emit(other, 'call', 'foreign');
    await server.emit(tenant, 'call', 'own');
    assert.equal((await own.next()).envelope.data, 'own');
  });

  it('the global key on "/" gets the events of all', async () => {
    const root = await server.connect('/');
    await server.emit(tenant, 'call', 1);
    await server.emit(other, 'call', 2);
    assert.deepEqual((await root.take(2)).map((event) => event.envelope.data), [1, 2]);
  });

  it('two keys on one connection: each session sees what its own key opens', async () => {
    const first = await server.connect(tenant.nsp, { key: tenant.token });
    const second = await first.also(other.nsp, { key: other.token }).connected();
    assert.equal(first.manager.engine, second.manager.engine);
    // A session of one key does not open anything for the other.
    const third = await first.also('/', { key: other.token }).connected();
    for (let i = 0; i < 5; ++i) {
      await server.emit(tenant, 'call', `tenant ${i}`);
      await server.emit(other, 'call', `other ${i}`);
    }
    const seen = async (client) => (await client.take(5)).map((event) => event.envelope.data);
    const expected = (who) => Array.from({ length: 5 }, (_, i) => `${who} ${i}`);
    assert.deepEqual(await seen(first), expected('tenant'));
    assert.deepEqual(await seen(second), expected('other'));
    assert.deepEqual(await seen(third), expected('other'));
    await first.barrier();
    for (const client of [first, second, third]) assert.deepEqual(client.events.unread, []);
  });

  it('a refused namespace leaves the other sessions of the connection alone', async () => {
    const first = await server.connect(tenant.nsp, { key: tenant.token });
    const refusals = [
      [first.also(other.nsp, { key: tenant.token }), 'Invalid namespace'],
      [first.also(`/${newName('ghost')}`, { key: tenant.token }), 'Invalid namespace'],
      [first.also('/', { key: newKey() }), 'Invalid global token'],
    ];
    for (const [client, message] of refusals) assert.equal((await client.refused()).message, message);
    await server.emit(tenant, 'call', 'still here');
    assert.equal((await first.next()).envelope.data, 'still here');
  });

  it('a session without a key in its own auth falls back to the key of the handshake', async () => {
    const first = await server.connect(tenant.nsp, { key: tenant.token, via: 'query' });
    await first.also('/', { key: null }).connected();
    assert.equal((await first.also(other.nsp, { key: null }).refused()).message, 'Invalid namespace');
  });
});

describe('WEBSOCKET_REFUSE_WRONG_KEY_UPGRADE=true', () => {
  let server;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_REFUSE_WRONG_KEY_UPGRADE: 'true', WEBSOCKET_GLOBAL_EVENTS: 'true' } });
  });
  after(() => server?.stop());

  it('refuses the upgrade itself as recorded: 400, text/html, the bare text', async () => {
    const connection = await server.raw();
    connection.write(
      `GET /socket.io/?EIO=4&transport=websocket&apikey=${newKey()} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    const answer = await connection.answer();
    assert.equal(answer.status, 400);
    assert.match(answer.headers['content-type'], /^text\/html/);
    assert.equal(answer.text, 'Invalid global token');
    await connection.end();
  });

  it('lets right keys in', async () => {
    await server.connect('/', { via: 'query' });
  });
});

describe('a handshake without a key', () => {
  let server;
  let tenant;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_KEYLESS_CONNECT_TIMEOUT: '300', WEBSOCKET_CLIENT_EVENTS: 'true' } });
    tenant = await server.createInstance();
  });
  after(() => server?.stop());

  it('is closed soon when no key follows; a session with a key in auth stays', async () => {
    const stays = await server.connect(tenant.nsp, { key: tenant.token });
    const silent = await server.rawClient({});
    const refused = await server.rawClient({});
    refused.send(`40${tenant.nsp},`);
    assert.match(await refused.frame(`44${tenant.nsp},`), /apiKey is required/);
    await silent.end();
    await refused.end();
    await server.emit(tenant, 'call', 'still here');
    assert.equal((await stays.next()).envelope.data, 'still here');
  });

  it('may send little before its key, and as much as others after it', async () => {
    const greedy = await server.rawClient({});
    greedy.send(`40${tenant.nsp},{"padding":"${'x'.repeat(500_000)}"}`);
    await greedy.end();
    for (const transports of [['websocket'], ['polling']]) {
      const emitter = await server.connect(tenant.nsp, { transports, key: tenant.token });
      const listener = await server.connect(tenant.nsp);
      emitter.socket.emit('large', 'x'.repeat(500_000));
      assert.equal((await listener.nextNamed('large')).args[0].length, 500_000);
    }
  });
});

describe('WEBSOCKET_ALLOWED_HOSTS', () => {
  const loopback = { WEBSOCKET_ALLOWED_HOSTS: '127.0.0.1', WEBSOCKET_GLOBAL_EVENTS: 'true' };

  it('grants nothing by itself', async () => {
    const server = await Server.start({ env: loopback });
    try {
      assert.equal((await server.refusal('/', { key: null })).message, 'apiKey is required');
    } finally {
      await server.stop();
    }
  });

  it('with WEBSOCKET_KEYLESS=true lets these addresses in, but nobody who was forwarded', async () => {
    const server = await Server.start({ env: { ...loopback, WEBSOCKET_KEYLESS: 'true' } });
    try {
      await server.connect('/', { key: null });
      for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP']) {
        const refusal = await server.refusal('/', { key: null, headers: { [header]: header === 'Forwarded' ? 'for=127.0.0.1' : '127.0.0.1' } });
        assert.equal(refusal.message, 'apiKey is required', header);
      }
    } finally {
      await server.stop();
    }
  });
});
