// Evolution API's known defects in access and events, one test per number: what is done about each, and what brings the
// old behaviour back where somebody may rely on it. (B17 is a unit test of the registry: it needs a store that fails.)
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { RawClient } from './support/client.mjs';
import { request } from './support/http.mjs';
import { Server, newKey, newName, runToEnd } from './support/server.mjs';

const lifecycle = { without: [] };
const messageTo = (number, id = 'M1') => ({
  numberId: number, key: { id, remoteJid: '5511988887777@s.whatsapp.net', fromMe: false }, message: { conversation: 'hello' }, messageType: 'conversation',
});

describe('access', () => {
  let server;
  let mine;
  let theirs;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_GLOBAL_EVENTS: 'true', WEBSOCKET_CLIENT_EVENTS: 'true' } });
    mine = await server.createInstance();
    theirs = await server.createInstance();
  });
  after(() => server?.stop());

  const handshake = (to, query = {}, headers = {}) =>
    request(to.url, 'GET', `/socket.io/?${new URLSearchParams({ EIO: '4', transport: 'polling', ...query })}`, { headers });
  /** A server of its own for one test. */
  const having = async (env, check, options = {}) => {
    const other = await Server.start({ env, ...options });
    try {
      await check(other);
    } finally {
      await other.stop();
    }
  };

  it('A1: a token opens the namespace of its own instance and no other', async () => {
    await server.connect(mine.nsp, { key: mine.token });
    assert.equal((await server.refusal(mine.nsp, { key: theirs.token })).message, 'Invalid namespace');
  });

  it('A2: a token on / reads the events of its own instance', async () => {
    const reader = await server.connect('/', { key: mine.token });
    await server.emit(theirs, 'call', 'not for me');
    await server.emit(mine, 'call', 'for me');
    assert.equal((await reader.next()).envelope.data, 'for me');
  });

  it('A3: an address grants nothing, unless WEBSOCKET_KEYLESS is on, and never to a forwarded request', async () => {
    assert.equal((await server.refusal('/', { key: null })).message, 'apiKey is required');
    await having({ WEBSOCKET_KEYLESS: 'true' }, async (open) => {
      await open.connect('/', { key: null });
      await open.connect('/', { key: newKey(), via: 'query' });
      assert.equal((await open.refusal('/', { key: null, headers: { 'x-forwarded-for': '203.0.113.9' } })).message, 'apiKey is required');
    });
    await having({ WEBSOCKET_KEYLESS: 'true', WEBSOCKET_ALLOWED_HOSTS: '*' }, async (closed) => {
      assert.equal((await closed.refusal('/', { key: null })).message, 'apiKey is required');
    });
  });

  it('A4: sendNode does nothing, to nobody', async () => {
    const victim = await server.connect(theirs.nsp, { key: theirs.token });
    const attacker = await server.connect('/', { key: mine.token });
    attacker.socket.emit('sendNode', { instanceId: theirs.name, stanza: { tag: 'iq' } });
    await attacker.barrier();
    await server.emit(theirs, 'call', 'marker');
    assert.equal((await victim.next()).envelope.data, 'marker');
  });

  it('A5: the query does not choose the instance', async () => {
    const path = (route) => `/${route}/${mine.name}?instanceName=${theirs.name}`;
    const key = mine.token;
    assert.equal((await server.request('GET', path('instance/connectionState'), { key })).json.instance.instanceName, mine.name);
    await server.request('POST', path('websocket/set'), { key, body: { websocket: { enabled: true, events: ['CALL'] } } });
    await server.request('POST', path('webhook/set'), { key, body: { webhook: { enabled: true, url: 'http://evil.example/' } } });
    assert.equal((await server.request('GET', `/websocket/find/${theirs.name}`)).json.events.length, 31);
    assert.equal((await server.request('GET', `/webhook/find/${theirs.name}`)).text, 'null');
    await server.request('POST', `/websocket/set/${mine.name}`, { key, body: { websocket: { enabled: true, events: [] } } });
    const victim = await server.createInstance();
    const attacker = await server.createInstance();
    const removal = await server.request('DELETE', `/instance/delete/${attacker.name}?instanceName=${victim.name}`, { key: attacker.token });
    assert.equal(removal.status, 200);
    assert.equal((await server.request('GET', `/instance/connectionState/${victim.name}`)).status, 200);
    assert.equal((await server.request('GET', `/instance/connectionState/${attacker.name}`)).status, 404);
  });

  it('A6: no text in the URL switches a check off', async () => {
    for (const text of ['/instance/create', '/instance/fetchInstances']) {
      assert.equal((await server.request('GET', `/instance/connectionState/ghost?x=${text}`)).status, 404);
      assert.equal((await server.request('GET', `/instance/connectionState/${theirs.name}?x=${text}`, { key: mine.token })).status, 401);
    }
  });

  it('A7: without a key nobody learns which names exist, unless REST_NAMES_BEFORE_KEY is on', async () => {
    const states = (of, key) => Promise.all([mine.name, 'ghost'].map((name) => of.request('GET', `/instance/connectionState/${name}`, { key })));
    for (const key of [null, newKey(), theirs.token]) {
      const [real, ghost] = await states(server, key);
      assert.deepEqual([real.status, real.text], [ghost.status, ghost.text]);
      assert.equal(real.status, 401);
    }
    await having({ REST_NAMES_BEFORE_KEY: 'true' }, async (old) => assert.equal((await states(old, null))[1].status, 404));
  });

  it('A8: a key that is nearly right is wrong', async () => {
    const near = (key) => [key.slice(0, -1), `${key}0`, key.toUpperCase(), ` ${key.slice(1)}`, `${key.slice(0, -1)}!`];
    for (const key of [...near(server.key), ...near(mine.token)]) {
      assert.equal((await server.request('GET', `/instance/connectionState/${mine.name}`, { key })).status, 401, key);
    }
  });

  it('A9, B4, B7: neither a handshake nor an event needs the database', async () => {
    await having({}, async (own) => {
      const tenant = await own.createInstance();
      renameSync(own.dataDir, `${own.dataDir}-away`);
      try {
        const reader = await own.connect(tenant.nsp, { key: tenant.token });
        await own.emit(tenant, 'call', 'without database');
        assert.equal((await reader.next()).envelope.data, 'without database');
      } finally {
        renameSync(`${own.dataDir}-away`, own.dataDir);
      }
    });
  });

  it('A10: a deleted instance and a replaced token end their sessions at once', async () => {
    const gone = await server.createInstance();
    const sessions = [await server.connect(gone.nsp, { key: gone.token }), await server.connect('/', { key: gone.token })];
    assert.equal((await server.request('DELETE', `/instance/delete/${gone.name}`)).status, 200);
    for (const session of sessions) assert.equal(await session.disconnects.next('disconnect'), 'io server disconnect');
    const again = await server.createInstance({ name: gone.name });
    await server.emit(again, 'call', 'for the new one');
    for (const session of sessions) assert.deepEqual(session.events.all, []);
    const reader = await server.connect(again.nsp, { key: again.token });
    const operator = await server.connect(again.nsp);
    const answer = await server.request('PUT', `/instance/token/${again.name}`, { key: again.token });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(await reader.disconnects.next('disconnect'), 'io server disconnect');
    assert.equal(await operator.disconnects.next('disconnect'), 'io server disconnect');
    assert.equal((await server.refusal(again.nsp, { key: again.token })).message, 'Invalid global token');
    await server.connect(again.nsp, { key: answer.json.hash });
  });

  it('A11: a token belongs to one instance, unless INSTANCE_TOKENS_MAY_REPEAT is on', async () => {
    const create = (to, token) => to.request('POST', '/instance/create', { body: { instanceName: newName(), integration: 'EVOLUTION', token } });
    for (const token of [mine.token, server.key]) {
      const refused = await create(server, token);
      assert.equal(refused.status, 403);
      assert.match(refused.text, /INSTANCE_TOKENS_MAY_REPEAT/);
    }
    await having({ INSTANCE_TOKENS_MAY_REPEAT: 'true' }, async (old) => {
      for (const token of ['same-token', 'same-token', old.key]) assert.equal((await create(old, token)).status, 201);
    });
  });

  it('A12: the key may stand in the auth of the client, out of the URL', async () => {
    await server.connect('/', { key: server.key, via: 'auth' });
    await server.connect(mine.nsp, { key: mine.token, via: 'auth' });
  });

  it('A13: with a list in CORS_ORIGIN a page of another origin opens no connection', async () => {
    await having({ CORS_ORIGIN: 'https://a.example,https://b.example' }, async (strict) => {
      const query = { apikey: strict.key };
      for (const origin of ['https://a.example', 'https://b.example', new URL(strict.url).origin]) {
        assert.equal((await handshake(strict, query, { origin })).status, 200, origin);
        await strict.connect('/', { headers: { origin } });
      }
      const refused = await handshake(strict, query, { origin: 'https://evil.example' });
      assert.equal(refused.status, 403);
      assert.match(refused.json.message, /Origin not allowed/);
      await strict.refusal('/', { headers: { origin: 'https://evil.example' } });
      await strict.connect('/', { headers: {} });
      // Nor does it take over a polling session by an upgrade.
      const sid = JSON.parse((await handshake(strict, query)).text.slice(1)).sid;
      const upgrade = await request(strict.url, 'GET', `/socket.io/?EIO=4&transport=websocket&sid=${sid}`, {
        headers: { origin: 'https://evil.example', connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
      });
      assert.equal(upgrade.status, 400);
    });
    await server.connect('/', { headers: { origin: 'https://anywhere.example' } });
  });

  it('A14: the well-known key is refused at the start', async () => {
    for (const key of ['BQYHJGJHJ', '429683C4C977415CAAFCCE10F7D57E11']) {
      const { code, output } = await runToEnd([], { AUTHENTICATION_API_KEY: key });
      assert.equal(code, 1);
      assert.match(output, /well-known default key/);
    }
  });

  it('A15: /webhook/evolution needs a key, unless WEBHOOK_EVOLUTION_KEYLESS is on', async () => {
    const create = (to) => to.request('POST', '/instance/create', { body: { instanceName: newName(), integration: 'EVOLUTION', token: newKey(), number: '5511' } });
    const token = (await create(server)).json.hash;
    const send = (to, key, query = '') => to.request('POST', `/webhook/evolution${query}`, { key, body: messageTo('5511') });
    for (const key of [null, newKey(), mine.token]) assert.equal((await send(server, key)).status, 401);
    for (const [key, query] of [[server.key, ''], [token, ''], [null, `?apikey=${token}`]]) {
      assert.deepEqual((await send(server, key, query)).json, { status: 'success' });
    }
    await having({ WEBHOOK_EVOLUTION_KEYLESS: 'true' }, async (old) => {
      await create(old);
      assert.deepEqual((await send(old, null)).json, { status: 'success' });
    });
  });

  it('A17: a name is 1 to 128 bytes without what paths and namespaces give a meaning to', async () => {
    for (const instanceName of ['', 'a/b', 'a,b', 'a?b', 'a#b', 'a%b', 'a\nb', 'x'.repeat(129)]) {
      const answer = await server.request('POST', '/instance/create', { body: { instanceName, integration: 'EVOLUTION' } });
      assert.equal(answer.status, 400, JSON.stringify(instanceName));
    }
    for (const start of ['my inst', 'çã日本']) await server.createInstance({ name: newName(start) });
  });

  it('A18: fetchInstances shows a token to its bearer, unless FETCH_INSTANCES_SHOW_TOKENS is on', async () => {
    const shown = async (to, tenant, key) => (await to.request('GET', `/instance/fetchInstances?instanceName=${tenant.name}`, { key })).json[0].token;
    assert.equal(await shown(server, mine), null);
    assert.equal(await shown(server, mine, mine.token), mine.token);
    await having({ FETCH_INSTANCES_SHOW_TOKENS: 'true' }, async (old) => {
      const tenant = await old.createInstance();
      assert.equal(await shown(old, tenant), tenant.token);
    });
  });

  it('a browser token reads the events of its instance until it ends', async () => {
    const ask = (body) => server.request('POST', `/instance/token/${mine.name}`, { key: mine.token, body });
    const { token } = (await ask({ ttl: 600, events: ['CALL'] })).json;
    const page = await server.connect(mine.nsp, { key: token });
    const root = await server.connect('/', { key: token, via: 'query' });
    assert.equal((await server.refusal(theirs.nsp, { key: token })).message, 'Invalid namespace');
    assert.equal((await server.post(mine, { event: 'call', data: 1 }, { key: token })).status, 401);
    await server.emit(mine, 'presence.update', 'not asked for');
    await server.emit(theirs, 'call', 'not its own');
    await server.emit(mine, 'call', 'seen');
    for (const client of [page, root]) assert.equal((await client.next()).envelope.data, 'seen');
    const short = await server.connect(mine.nsp, { key: (await ask({ ttl: 1 })).json.token });
    assert.equal(await short.disconnects.next('end of the browser token'), 'io server disconnect');
    await server.request('PUT', `/instance/token/${mine.name}`, { body: { token: mine.token } });
    assert.equal(await page.disconnects.next('disconnect'), 'io server disconnect');
    assert.equal((await server.refusal(mine.nsp, { key: token })).message, 'Invalid global token');
  });
});

describe('events', () => {
  let server;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_GLOBAL_EVENTS: 'true', RELAY_JWT_KEY: 'secret' } });
  });
  after(() => server?.stop());

  const relay = (body) => server.request('POST', '/webhook/relay', { body });

  it('B1: a namespace is there with its instance, also right after a restart, and its first event arrives', async () => {
    const tenant = await server.createInstance();
    const reader = await server.connect(tenant.nsp);
    await server.emit(tenant, 'call', 'first');
    assert.equal((await reader.next()).envelope.data, 'first');
    await server.kill();
    await server.restart();
    const again = await server.connect(tenant.nsp, { key: tenant.token });
    await server.emit(tenant, 'call', 'first after the restart');
    assert.equal((await again.next()).envelope.data, 'first after the restart');
  });

  it('B3: a namespace gets events in the order in which / gets them', async () => {
    const tenant = await server.createInstance();
    const [root, own] = [await server.connect('/', { key: tenant.token }), await server.connect(tenant.nsp)];
    const count = 300;
    await Promise.all(Array.from({ length: count }, (_, i) => server.emit(tenant, 'call', i)));
    const data = async (client) => (await client.take(count)).map(({ envelope }) => envelope.data);
    assert.deepEqual(await data(own), await data(root));
  });

  it('B5: groups.update passes by either of its names in the settings', async () => {
    for (const name of ['GROUP_UPDATE', 'GROUPS_UPDATE']) {
      const tenant = await server.createInstance({ events: ['CALL'] });
      const answer = await server.request('POST', `/websocket/set/${tenant.name}`, { body: { websocket: { enabled: true, events: [name] } } });
      assert.equal(answer.status, 201, answer.text);
      const reader = await server.connect(tenant.nsp);
      await server.emit(tenant, 'call', 'not chosen');
      await server.emit(tenant, 'groups.update', [{ subject: 'New name' }]);
      assert.equal((await reader.next()).name, 'groups.update');
    }
  });

  it('B6: names that nobody emits are accepted all the same', async () => {
    const tenant = await server.createInstance({ events: ['APPLICATION_STARTUP', 'CONTACTS_SET'] });
    const reader = await server.connect(tenant.nsp);
    await server.emit(tenant, 'contacts.set', []);
    assert.equal((await reader.next()).name, 'contacts.set');
  });

  it('B8: a client chooses events, and on / with the global key instances', async () => {
    const [a, b] = [await server.createInstance(), await server.createInstance()];
    const reader = await server.connect('/', { auth: { events: ['CALL'], instances: [b.name] } });
    await server.emit(a, 'call', 'another instance');
    await server.emit(b, 'presence.update', 'another event');
    await server.emit(b, 'call', 'this one');
    assert.equal((await reader.next()).envelope.data, 'this one');
  });

  it('B18: a logout is told and kept, and connect opens the instance again', async () => {
    const tenant = await server.createInstance();
    const reader = await server.connect(tenant.nsp, lifecycle);
    const state = async () => (await server.request('GET', `/instance/connectionState/${tenant.name}`)).json.instance.state;
    assert.equal((await server.request('DELETE', `/instance/logout/${tenant.name}`)).status, 200);
    assert.deepEqual((await reader.take(2)).map(({ name }) => name), ['logout.instance', 'connection.update']);
    await server.kill();
    await server.restart();
    assert.equal(await state(), 'close');
    await server.request('GET', `/instance/connect/${tenant.name}`);
    assert.equal(await state(), 'open');
  });

  it('B19: a known chat is updated without an error', async () => {
    const name = newName();
    await server.request('POST', '/instance/create', { body: { instanceName: name, integration: 'EVOLUTION', number: '7711', websocket: { enabled: true, events: [] } } });
    const reader = await server.connect(`/${name}`);
    for (const id of ['A', 'B']) await server.request('POST', '/webhook/evolution', { body: messageTo('7711', id) });
    const names = (await reader.take(7)).map((event) => event.name);
    assert.deepEqual(names, ['messages.upsert', 'contacts.upsert', 'chats.upsert', 'messages.upsert', 'contacts.upsert', 'chats.update', 'chats.upsert']);
    assert.doesNotMatch(server.output, /ERROR/i);
  });

  it('B20: messages.edited passes when it edits something', async () => {
    const tenant = await server.createInstance();
    const reader = await server.connect(tenant.nsp);
    const edited = (data) => relay({ event: 'messages.edited', instance: tenant.name, data });
    assert.deepEqual((await edited({ type: 0 })).json, { accepted: 0 });
    assert.deepEqual((await edited({ type: 14, editedMessage: {} })).json, { accepted: 1 });
    assert.equal((await reader.next()).envelope.data.type, 14);
  });

  it('binary values of relayed JSON stay JSON, and placeholders in it are data', async () => {
    const tenant = await server.createInstance();
    const client = await RawClient.open(server.url, { apikey: tenant.token });
    try {
      await client.join(tenant.nsp);
      const data = { secret: { 0: 1, 1: 255 }, trick: { _placeholder: true, num: 0 } };
      await relay({ event: 'call', instance: tenant.name, data });
      const packet = await client.frame(`42${tenant.nsp},["call"`);
      assert.deepEqual(JSON.parse(packet.slice(`42${tenant.nsp},`.length))[1].data, data);
    } finally {
      client.close();
    }
  });

  it('life-cycle events are told on / and in the namespace', async () => {
    const root = await server.connect('/', lifecycle);
    const tenant = await server.createInstance();
    const created = await root.nextNamed('instance.create');
    assert.deepEqual(created.envelope.data, { instanceName: tenant.name, instanceId: tenant.id });
    const own = await server.connect(tenant.nsp, lifecycle);
    await server.request('DELETE', `/instance/delete/${tenant.name}`);
    for (const client of [root, own]) {
      const [deleted, removed] = await client.take(2);
      assert.equal(deleted.name, 'instance.delete');
      assert.deepEqual(deleted.envelope.data, { instanceName: tenant.name, instanceId: tenant.id });
      assert.equal(removed.name, 'remove.instance');
      assert.equal(removed.envelope.data, null);
    }
    assert.equal(await own.disconnects.next('disconnect'), 'io server disconnect');
  });
});
