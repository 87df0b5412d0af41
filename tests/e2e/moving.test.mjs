// The whole move: a (recorded) Evolution API, import, nginx in front, relay; unmodified clients see what they saw before.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from './support/client.mjs';
import { EvolutionServer } from './support/evolution-server.mjs';
import { request } from './support/http.mjs';
import { Nginx } from './support/nginx.mjs';
import { PythonClient, missingPython } from './support/python-client.mjs';
import { envelopeOf, packetOf, recordings, relay, signature, webhookBody, webhookOf } from './support/relay.mjs';
import { Server, newKey, runToEnd, temporaryDirectory } from './support/server.mjs';

/** Evolution's answers to whoever imports. The played server has a key of its own: the recorded one is well known. */
const instances = recordings('moving/instances.jsonl');

/** Bytes: an attachment on Socket.IO, but this in the JSON of a webhook. */
const bytesAsJson = (x) => {
  if (typeof x?.$binary === 'string') return { ...Buffer.from(x.$binary, 'base64') };
  if (Array.isArray(x)) return x.map(bytesAsJson);
  return x && typeof x === 'object' ? Object.fromEntries(Object.entries(x).map(([key, value]) => [key, bytesAsJson(value)])) : x;
};

/** What Evolution's own Socket.IO delivered in a namespace ("root": global mode): `{envelope, raw, hasBytes}`. */
const delivered = (file, socket, isWanted = () => true) =>
  recordings(file)
    .filter(({ kind, id }) => kind === 'sio-events' && isWanted(id))
    .flatMap((record) => record.delivered.find((x) => x.socket === socket).delivered)
    .map(({ args, raw, attachments }) => ({ envelope: args[0], raw, hasBytes: attachments !== undefined }));

/** Raw nodes of calls are on Socket.IO only: no webhook has them. */
const bay = delivered('evolution/sio-events-baileys-injected.jsonl', 'root', (id) => id !== 'call-CB-binary');
/** Up to the deletion: what comes after it is of another instance. */
const sio1 = delivered('evolution/sio-events-evolution.jsonl', '/sio1', (id) => !['delete', 'recreate-same-name'].includes(id));
const w1 = recordings('evolution/webhook-out.jsonl')
  .flatMap(({ posts = [] }) => posts)
  .filter(({ body, url }) => body.event !== 'error' && url.startsWith('/inst'));

const jsonOf = (events) => events.map(({ name, args }) => JSON.stringify([name, ...args]));

describe('moving from Evolution API', () => {
  const jwtKey = newKey();
  const dataDir = path.join(temporaryDirectory(), 'data');
  const clients = [];
  let evolution;
  let server;
  let nginx;

  before(async () => {
    evolution = await EvolutionServer.start(instances);
    const source = ['import', '--from', evolution.url, '--apikey', evolution.key];
    const settings = { DATA_DIR: dataDir, AUTHENTICATION_API_KEY: evolution.key };
    const dry = await runToEnd([...source, '--dry-run'], settings);
    assert.equal(dry.code, 0, dry.output);
    const imported = await runToEnd(source, settings);
    assert.equal(imported.code, 0, imported.output);
    server = await Server.start({
      key: evolution.key,
      dataDir,
      env: {
        AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES: 'true',
        SERVER_URL: 'http://localhost:8080',
        WEBSOCKET_GLOBAL_EVENTS: 'true',
        RELAY_JWT_KEY: jwtKey,
      },
    });
    nginx = await Nginx.start({ evolution: evolution.url, arauto: server.url });
  });
  after(async () => {
    for (const client of clients) await client.close();
    await nginx?.stop();
    await server?.stop();
    await evolution?.stop();
  });

  /** A client as its documentation makes it: everybody who knew Evolution API goes on as before. */
  async function javascript(nsp, options) {
    const client = Client.open(nginx.url, nsp, { without: [], ...options });
    clients.push(client);
    return await client.connected();
  }

  async function python(...how) {
    const client = await PythonClient.connect(nginx.url, ...how);
    clients.push(client);
    return client;
  }

  /** Posts a webhook through nginx as Evolution does; it must be accepted. */
  async function post(body, options) {
    const through = { key: server.key, request: (method, target, { key, headers, body: text }) =>
      request(nginx.url, method, target, { headers: { ...(key === null ? {} : { apikey: key }), ...headers }, body: text }) };
    const answer = await relay(through, body, options);
    assert.ok(answer.status === 202 || answer.json.duplicate, `${answer.status} ${answer.text}`);
    return answer.status === 202;
  }
  const postGlobal = (body) => post(body, { key: null, target: `/webhook/relay?apikey=${server.key}` });

  it('every instance has come with its id, token and selection', async () => {
    const { json } = await server.request('GET', '/instance/fetchInstances');
    const facts = (x) => ({ id: x.id, name: x.name, token: x.token, integration: x.integration, number: x.number, events: x.Websocket?.events });
    const byName = (a, b) => (a.name < b.name ? -1 : 1);
    assert.deepEqual(json.map(facts).sort(byName), instances[0].response.body.map(facts).sort(byName));
  });

  it('REST and manager stay at Evolution API', async () => {
    const answer = await request(nginx.url, 'GET', '/instance/fetchInstances', { headers: { apikey: evolution.key } });
    assert.deepEqual(answer.json, instances[0].response.body);
    assert.equal((await request(nginx.url, 'GET', '/manager/')).json.evolution.url, '/manager/');
  });

  it('the recordings are what the envelopes are made of', () => {
    for (const [nsp, events] of [['/', bay], ['/sio1', sio1]]) {
      const texts = events.filter(({ raw, hasBytes }) => raw && !hasBytes);
      assert.ok(texts.length > 30, `${texts.length} packets`);
      for (const { raw, envelope } of texts) assert.equal(packetOf(nsp, envelope), raw);
    }
    assert.equal(new Set(bay.map(({ envelope }) => envelope.event)).size, 28);
  });

  describe('relayed through nginx, unmodified clients get identical envelopes', () => {
    const end = (name) => webhookBody({ name }, { event: 'end-of-move' });

    /** Posts them in their order, then a marker. */
    async function postAll(events, name) {
      for (const { envelope } of events) assert.ok(await postGlobal(webhookOf(bytesAsJson(envelope), 'http://127.0.0.1:8081/webhook/relay')));
      await postGlobal(end(name));
    }

    async function assertPackets(client, expected) {
      const packets = await client.packets.takeUntil((text) => text.includes('["end-of-move"'), 'marker');
      assert.deepEqual(packets.filter((text) => text.startsWith('2')).slice(0, -1), expected);
    }

    async function assertPython(client, expected) {
      const events = await client.eventsUntil('end-of-move');
      assert.deepEqual(jsonOf(events).slice(0, -1), expected.map((envelope) => JSON.stringify([envelope.event, envelope])));
    }

    it('every event of a WhatsApp instance: global and traditional mode, JavaScript', async () => {
      const root = await javascript('/', { key: evolution.key, via: 'header', transports: ['polling', 'websocket'] });
      const own = await javascript('/bay', { key: 'baytok', via: 'query', transports: ['websocket'] });
      const polling = await javascript('/bay', { key: 'baytok', via: 'query', transports: ['polling'] });
      await postAll(bay, 'bay');
      for (const client of [root, own, polling]) {
        await assertPackets(client, bay.map(({ envelope }) => packetOf(client.socket.nsp, bytesAsJson(envelope))));
        client.close();
      }
    });

    it('the same for python3-socketio', { skip: missingPython }, async () => {
      const [root, own] = await Promise.all([python('/', evolution.key, 'query'), python('/sio1', 'stok1', 'header')]);
      assert.deepEqual([root.transport, own.transport], ['websocket', 'websocket']);
      const foreign = await javascript('/bay', { key: 'baytok', via: 'query', transports: ['websocket'] });
      await postAll(sio1, 'sio1');
      const expected = sio1.map(({ envelope }) => envelope);
      await assertPython(root, expected);
      await assertPython(own, expected);
      await foreign.barrier();
      assert.deepEqual(foreign.events.all, [], 'a tenant sees nothing of another one');
    });

    it("the instance's own webhooks, with headers or signed, beside the global one", async () => {
      const root = await javascript('/', { key: evolution.key, via: 'query', transports: ['websocket'] });
      const expected = [];
      for (const { url, headers, body } of w1) {
        const isSigned = headers.authorization?.includes('.');
        const target = `/webhook/relay${url.slice('/inst'.length)}`;
        const way = isSigned ? { key: null, headers: { ...headers, authorization: signature(jwtKey) }, target } : { key: 'wtok', headers, target };
        if (await post(body, way)) expected.push(packetOf('/', envelopeOf(body)));
        assert.equal(await postGlobal({ ...body, destination: 'http://127.0.0.1:8081/webhook/relay' }), false, 'the same by the global webhook');
      }
      assert.equal(expected.length, 7);
      await postGlobal(end('w1'));
      await assertPackets(root, expected);
    });

    it('a namespace that was never set stays closed, until /websocket/set at the same address opens it', async () => {
      const early = Client.open(nginx.url, '/w1', { key: 'wtok', via: 'query' });
      clients.push(early);
      assert.equal((await early.refused()).message, 'Invalid namespace');
      await request(nginx.url, 'POST', '/websocket/set/w1', { headers: { apikey: 'wtok' }, body: { websocket: { enabled: true, events: ['MESSAGES_UPSERT'] } } });
      assert.equal(evolution.asked('/websocket/set/w1').length, 1);
      const client = await javascript('/w1', { key: 'wtok', via: 'query', transports: ['websocket'] });
      const chosen = webhookBody({ name: 'w1', token: 'wtok' });
      await postGlobal({ ...chosen, event: 'chats.upsert' });
      await postGlobal(chosen);
      const packet = await client.packetWith('2/w1,[');
      assert.equal(packet, packetOf('/w1', envelopeOf(chosen)));
    });
  });
});
