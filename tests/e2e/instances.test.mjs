// /instance and /websocket: Evolution's routes and shapes, and what of them survives a SIGKILL.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Server, newKey, newName } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const allEvents = [
  'APPLICATION_STARTUP', 'QRCODE_UPDATED', 'MESSAGES_SET', 'MESSAGES_UPSERT', 'MESSAGES_EDITED', 'MESSAGES_UPDATE',
  'MESSAGES_DELETE', 'SEND_MESSAGE', 'SEND_MESSAGE_UPDATE', 'CONTACTS_SET', 'CONTACTS_UPSERT', 'CONTACTS_UPDATE',
  'PRESENCE_UPDATE', 'CHATS_SET', 'CHATS_UPSERT', 'CHATS_UPDATE', 'CHATS_DELETE', 'GROUPS_UPSERT', 'GROUP_UPDATE',
  'GROUP_PARTICIPANTS_UPDATE', 'CONNECTION_UPDATE', 'LABELS_EDIT', 'LABELS_ASSOCIATION', 'CALL', 'TYPEBOT_START',
  'TYPEBOT_CHANGE_STATUS', 'REMOVE_INSTANCE', 'LOGOUT_INSTANCE', 'INSTANCE_CREATE', 'INSTANCE_DELETE', 'STATUS_INSTANCE',
];

describe('instances', () => {
  let server;
  before(async () => {
    server = await Server.start();
  });
  after(() => server?.stop());

  const create = (body, key) => server.request('POST', '/instance/create', { key, body });

  describe('POST /instance/create', () => {
    it("answers 201 in Evolution's shape", async () => {
      const name = newName();
      const answer = await create({ instanceName: name, integration: 'EVOLUTION' });
      assert.equal(answer.status, 201, answer.text);
      const { instanceId } = answer.json.instance;
      assert.match(instanceId, uuid);
      assert.match(answer.json.hash.toLowerCase(), uuid);
      assert.equal(answer.json.hash, answer.json.hash.toUpperCase());
      // Compared as text: the order of the members counts as well.
      assert.equal(
        answer.text,
        JSON.stringify({
          instance: { instanceName: name, instanceId, integration: 'EVOLUTION', webhookWaBusiness: null, accessTokenWaBusiness: '', status: 'open' },
          hash: answer.json.hash,
          webhook: {},
          websocket: {},
          rabbitmq: {},
          nats: {},
          sqs: {},
          settings: {
            rejectCall: false, msgCall: '', groupsIgnore: false, alwaysOnline: false, readMessages: false,
            readStatus: false, syncFullHistory: false, wavoipToken: '',
          },
        }),
      );
    });

    it('keeps a given token, and echoes that websocket was asked for', async () => {
      const token = newKey();
      const answer = await create({ instanceName: newName(), token, integration: 'EVOLUTION', websocket: { enabled: true, events: [] } });
      assert.equal(answer.status, 201);
      assert.equal(answer.json.hash, token);
      assert.deepEqual(answer.json.websocket, { enabled: true });
    });

    it('stores websocket as off when off was asked for', async () => {
      const name = newName();
      const answer = await create({ instanceName: name, integration: 'EVOLUTION', websocket: { enabled: false, events: ['CALL'] } });
      assert.equal(answer.status, 201);
      assert.deepEqual(answer.json.websocket, { enabled: false });
      assert.equal((await server.request('GET', `/websocket/find/${name}`)).json.enabled, false);
    });

    it('refuses a name that is taken with 403', async () => {
      const { name } = await server.createInstance();
      const answer = await create({ instanceName: name, integration: 'EVOLUTION' });
      assert.equal(answer.status, 403);
      assert.deepEqual(answer.json, { status: 403, error: 'Forbidden', response: { message: [`This name "${name}" is already in use.`] } });
    });

    it('refuses an unknown integration with 400', async () => {
      const answer = await create({ instanceName: newName(), integration: 'PIGEON' });
      assert.equal(answer.status, 400);
      assert.match(answer.message, /Invalid integration/);
    });

    for (const name of ['', 'a/b', 'a,b', 'a?b', 'a#b', 'a%b', 'a\nb', 'x'.repeat(129), 17]) {
      it(`refuses the name ${JSON.stringify(name).slice(0, 20)} with 400`, async () => {
        const answer = await create({ instanceName: name, integration: 'EVOLUTION' });
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.json.error, 'Bad Request');
      });
    }

    it('refuses a missing name with 400, also when there are instances', async () => {
      await server.createInstance();
      const answer = await create({ integration: 'EVOLUTION' });
      assert.equal(answer.status, 400);
      assert.match(answer.message, /instanceName/);
    });

    it('accepts names of 128 bytes, with spaces and in any script', async () => {
      for (const name of ['y'.repeat(128), `São Paulo ${newName('é')}`, `店 ${newName('🛒')}`]) {
        const tenant = await server.createInstance({ name });
        const answer = await server.request('GET', `/instance/connectionState/${encodeURIComponent(name)}`);
        assert.deepEqual(answer.json, { instance: { instanceName: name, state: 'open' } });
        const client = await server.connect(tenant.nsp);
        await server.emit(tenant, 'call', { to: name });
        assert.deepEqual((await client.next()).envelope.data, { to: name });
      }
    });

    it('needs the global key; a token is not enough', async () => {
      const tenant = await server.createInstance();
      for (const key of [null, newKey(), tenant.token]) {
        assert.equal((await create({ instanceName: newName(), integration: 'EVOLUTION' }, key)).status, 401);
      }
    });
  });

  describe('GET /instance/fetchInstances', () => {
    const fetch = (query, key) => server.request('GET', `/instance/fetchInstances${query}`, { key });

    it('shows an instance with all its members in order', async () => {
      const tenant = await server.createInstance({ events: ['CALL'] });
      const answer = await fetch(`?instanceName=${tenant.name}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.json.length, 1);
      const [row] = answer.json;
      assert.deepEqual(Object.keys(row), [
        'id', 'name', 'connectionStatus', 'ownerJid', 'profileName', 'profilePicUrl', 'integration', 'number',
        'businessId', 'token', 'clientName', 'disconnectionReasonCode', 'disconnectionObject', 'disconnectionAt',
        'createdAt', 'updatedAt', 'Chatwoot', 'Proxy', 'Rabbitmq', 'Nats', 'Sqs', 'Websocket', 'Setting', '_count',
      ]);
      assert.equal(row.id, tenant.id);
      assert.equal(row.name, tenant.name);
      assert.equal(row.token, null, 'tokens are shown to their own bearers only');
      assert.equal((await fetch('', tenant.token)).json[0].token, tenant.token);
      assert.equal(row.connectionStatus, 'open');
      assert.equal(row.integration, 'EVOLUTION');
      assert.equal(row.ownerJid, null);
      assert.match(row.createdAt, isoTime);
      assert.deepEqual(row.Websocket.events, ['CALL']);
      assert.equal(row.Websocket.enabled, true);
      assert.deepEqual(row._count, { Message: 0, Contact: 0, Chat: 0 });
    });

    it('without a filter shows all instances to the global key', async () => {
      const a = await server.createInstance();
      const b = await server.createInstance();
      const names = (await fetch('')).json.map((row) => row.name);
      assert.ok(names.includes(a.name) && names.includes(b.name));
    });

    it('shows a token its own instance only', async () => {
      const own = await server.createInstance();
      const foreign = await server.createInstance();
      assert.deepEqual((await fetch('', own.token)).json.map((row) => row.name), [own.name]);
      assert.equal((await fetch(`?instanceName=${foreign.name}`, own.token)).status, 401);
      assert.equal((await fetch(`?instanceId=${foreign.id}`, own.token)).status, 401);
    });

    it('finds by id, and says which name it does not know', async () => {
      const tenant = await server.createInstance();
      assert.deepEqual((await fetch(`?instanceId=${tenant.id}`)).json.map((row) => row.name), [tenant.name]);
      const ghost = newName('ghost');
      const answer = await fetch(`?instanceName=${ghost}`);
      assert.equal(answer.status, 404);
      assert.deepEqual(answer.json.response.message, [`Instance "${ghost}" not found`]);
    });
  });

  describe('state and removal', () => {
    it('connectionState names the instance and its state', async () => {
      const { name, token } = await server.createInstance();
      for (const key of [server.key, token]) {
        const answer = await server.request('GET', `/instance/connectionState/${name}`, { key });
        assert.equal(answer.status, 200);
        assert.equal(answer.text, JSON.stringify({ instance: { instanceName: name, state: 'open' } }));
      }
    });

    it('delete answers in the recorded shape, and then the instance is gone', async () => {
      const { name } = await server.createInstance();
      const answer = await server.request('DELETE', `/instance/delete/${name}`);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json, { status: 'SUCCESS', error: false, response: { message: 'Instance deleted' } });
      await eventually('the instance is unknown', async () => (await server.request('GET', `/instance/connectionState/${name}`)).status === 404);
    });

    it('a name that was deleted is free again', async () => {
      const { name, id } = await server.createInstance();
      await server.request('DELETE', `/instance/delete/${name}`);
      const again = await eventually('the name is free', async () => {
        const answer = await create({ instanceName: name, integration: 'EVOLUTION' });
        return answer.status === 201 && answer;
      });
      assert.notEqual(again.json.instance.instanceId, id);
    });

    it('a token opens its own routes only', async () => {
      const own = await server.createInstance();
      const foreign = await server.createInstance();
      for (const [method, route, body] of [
        ['GET', '/instance/connectionState'],
        ['DELETE', '/instance/delete'],
        ['GET', '/websocket/find'],
        ['POST', '/websocket/set', { websocket: { enabled: false } }],
      ]) {
        assert.equal((await server.request(method, `${route}/${foreign.name}`, { key: own.token, body })).status, 401, route);
      }
      assert.equal((await server.request('DELETE', `/instance/delete/${own.name}`, { key: own.token })).status, 200);
    });

    it('a query parameter cannot point a request at another instance', async () => {
      const own = await server.createInstance();
      const foreign = await server.createInstance({ events: ['CALL'] });
      const disable = { websocket: { enabled: false, events: [] } };
      await server.request('POST', `/websocket/set/${own.name}?instanceName=${foreign.name}`, { key: own.token, body: disable });
      await server.request('DELETE', `/instance/delete/${own.name}?instanceName=${foreign.name}`, { key: own.token });
      const row = await server.request('GET', `/websocket/find/${foreign.name}`);
      assert.equal(row.status, 200);
      assert.equal(row.json.enabled, true);
    });
  });

  describe('/websocket', () => {
    const set = (name, websocket, key) => server.request('POST', `/websocket/set/${name}`, { key, body: { websocket } });
    const find = (name) => server.request('GET', `/websocket/find/${name}`);

    it('find answers null before anything was set', async () => {
      const { name } = await server.createInstance({ events: null });
      const answer = await find(name);
      assert.equal(answer.status, 200);
      assert.equal(answer.text, 'null');
    });

    it('set answers 201 with the row, and find shows the same', async () => {
      const { name, id } = await server.createInstance({ events: null });
      const answer = await set(name, { enabled: true, events: ['MESSAGES_UPSERT', 'CALL'] });
      assert.equal(answer.status, 201);
      const row = answer.json;
      assert.deepEqual(Object.keys(row), ['id', 'enabled', 'events', 'createdAt', 'updatedAt', 'instanceId']);
      assert.match(row.id, /^c[a-z0-9]{20,}$/);
      assert.equal(row.enabled, true);
      assert.deepEqual(row.events, ['MESSAGES_UPSERT', 'CALL']);
      assert.match(row.createdAt, isoTime);
      assert.match(row.updatedAt, isoTime);
      assert.equal(row.instanceId, id);
      const found = await find(name);
      assert.equal(found.status, 200);
      assert.equal(found.text, answer.text);
    });

    it('an empty list means all 31 events', async () => {
      const { name } = await server.createInstance({ events: null });
      assert.deepEqual((await set(name, { enabled: true, events: [] })).json.events, allEvents);
    });

    it('id and createdAt stay through later sets; off empties the list', async () => {
      const { name } = await server.createInstance({ events: null });
      const first = (await set(name, { enabled: true, events: ['CALL'] })).json;
      const second = (await set(name, { enabled: false, events: ['CALL'] })).json;
      assert.equal(second.id, first.id);
      assert.equal(second.createdAt, first.createdAt);
      assert.equal(second.enabled, false);
      assert.deepEqual(second.events, []);
    });

    it("an instance's own token may set and find", async () => {
      const { name, token } = await server.createInstance({ events: null });
      assert.equal((await set(name, { enabled: true, events: [] }, token)).status, 201);
      assert.equal((await server.request('GET', `/websocket/find/${name}`, { key: token })).json.enabled, true);
    });

    it('an unknown event name is refused with its place in the list', async () => {
      const { name } = await server.createInstance({ events: ['CALL'] });
      const answer = await set(name, { enabled: true, events: ['CALL', 'FOO'] });
      assert.equal(answer.status, 400);
      assert.match(answer.message, /websocket\.events\[1\] is not one of enum values: APPLICATION_STARTUP,QRCODE_UPDATED,/);
      assert.deepEqual((await find(name)).json.events, ['CALL']);
    });

    it('bodies that are not a setting are refused with 400, and change nothing', async () => {
      const { name } = await server.createInstance({ events: ['CALL'] });
      for (const body of [{}, { websocket: {} }, { websocket: { enabled: 'yes', events: [] } }, { websocket: 7 }, { websocket: { enabled: true, events: 'CALL' } }, []]) {
        const answer = await server.request('POST', `/websocket/set/${name}`, { body });
        assert.equal(answer.status, 400, `${JSON.stringify(body)} → ${answer.text}`);
      }
      assert.deepEqual((await find(name)).json.events, ['CALL']);
    });
  });
});

describe('what survives a SIGKILL', () => {
  it('instances, tokens and websocket settings are all there again', async () => {
    const server = await Server.start();
    try {
      const kept = await server.createInstance({ events: ['CALL', 'MESSAGES_UPSERT'] });
      const silent = await server.createInstance({ events: null });
      const gone = await server.createInstance();
      await server.request('DELETE', `/instance/delete/${gone.name}`);
      await server.request('POST', `/websocket/set/${kept.name}`, { body: { websocket: { enabled: true, events: ['CALL'] } } });
      const before = await server.request('GET', `/instance/fetchInstances?instanceName=${kept.name}`);
      const last = await server.createInstance();
      await server.kill();
      await server.restart();

      const after = await server.request('GET', `/instance/fetchInstances?instanceName=${kept.name}`);
      assert.deepEqual(after.json, before.json);
      assert.deepEqual((await server.request('GET', `/websocket/find/${kept.name}`)).json.events, ['CALL']);
      assert.equal((await server.request('GET', `/websocket/find/${silent.name}`)).text, 'null');
      assert.equal((await server.request('GET', `/instance/connectionState/${gone.name}`)).status, 404);
      for (const { name, token } of [kept, silent, last]) {
        assert.equal((await server.request('GET', `/instance/connectionState/${name}`, { key: token })).status, 200);
      }
    } finally {
      await server.stop();
    }
  });

  it('a namespace accepts sessions from the moment at which the server says that it listens', async () => {
    const server = await Server.start();
    try {
      const tenants = [];
      for (let i = 0; i < 20; ++i) tenants.push(await server.createInstance());
      await server.kill();
      await server.restart();
      await Promise.all(tenants.map((tenant) => server.connect(tenant.nsp, { key: tenant.token })));
    } finally {
      await server.stop();
    }
  });
});
