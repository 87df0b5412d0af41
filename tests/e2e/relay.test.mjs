// POST /webhook/relay: who may send, what is taken once, what is refused, and that bodies pass as they are.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { requestText } from './support/http.mjs';
import { envelopeOf, packetOf, relay, signature, webhookBody } from './support/relay.mjs';
import { Server, newKey, newName } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const bodyLimit = 8_000_000;
const accepted = [202, { accepted: 1 }];
const duplicate = [200, { accepted: 0, duplicate: true }];
const dropped = [200, { accepted: 0 }];
const outcome = ({ status, text }) => [status, JSON.parse(text)];
const unauthorized = { status: 401, error: 'Unauthorized', response: { message: 'Unauthorized' } };

describe('POST /webhook/relay', () => {
  const jwtKey = newKey();
  let server;
  let tenant;
  let other;
  let client;
  before(async () => {
    server = await Server.start({
      env: { AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES: 'true', RELAY_JWT_KEY: jwtKey, HTTP_MAX_WEBHOOK_BODY: String(bodyLimit) },
    });
    tenant = await server.createInstance();
    other = await server.createInstance();
    client = await server.connect(tenant.nsp);
  });
  after(() => server?.stop());

  /** Posts a marker event; everything that the client got before it. */
  async function receivedUntilNow() {
    const marker = webhookBody(tenant, { event: 'end-of-test' });
    assert.deepEqual(outcome(await relay(server, marker)), accepted);
    const packets = await client.packets.takeUntil((text) => text === packetOf(tenant.nsp, envelopeOf(marker)), 'marker');
    return packets.slice(0, -1).filter((text) => text.startsWith('2'));
  }

  /** Posts a body as text; the packet that came of it. */
  async function relayed(body) {
    await receivedUntilNow();
    assert.deepEqual(outcome(await relay(server, body)), accepted);
    const packets = await receivedUntilNow();
    assert.equal(packets.length, 1);
    return packets[0];
  }

  describe('who may send', () => {
    const ways = {
      'the global key as a header': () => ({ key: server.key }),
      'the global key in the query': () => ({ key: null, target: `/webhook/relay?apikey=${server.key}` }),
      'the global key in the query, by events': () => ({ key: null, target: `/webhook/relay/messages-upsert?apikey=${server.key}` }),
      "the instance's token as a header": () => ({ key: tenant.token }),
      "the instance's token in the query": () => ({ key: null, target: `/webhook/relay?apikey=${tenant.token}` }),
      'a signature with RELAY_JWT_KEY': () => ({ key: null, headers: { authorization: signature(jwtKey) } }),
      'a key beside a foreign Authorization': () => ({ key: server.key, headers: { authorization: 'Bearer abc' } }),
    };
    for (const [what, way] of Object.entries(ways)) {
      it(`${what}: accepted and delivered`, async () => {
        await receivedUntilNow();
        const body = webhookBody(tenant);
        assert.deepEqual(outcome(await relay(server, body, way())), accepted);
        assert.deepEqual(await receivedUntilNow(), [packetOf(tenant.nsp, envelopeOf(body))]);
      });
    }

    const past = Math.floor(Date.now() / 1000) - 3600;
    const refused = {
      'no key': () => ({ key: null }),
      'a wrong key': () => ({ key: newKey() }),
      'a wrong key in the query': () => ({ key: null, target: `/webhook/relay?apikey=${newKey()}` }),
      'a key with the event behind it, as the global webhook by events makes it': () => ({
        key: null,
        target: `/webhook/relay?apikey=${server.key}/messages-upsert`,
      }),
      'the token of another instance': () => ({ key: other.token }),
      'an expired signature': () => ({ key: null, headers: { authorization: signature(jwtKey, { iat: past - 600, exp: past }) } }),
      'a signature with another key': () => ({ key: null, headers: { authorization: signature(newKey()) } }),
      'a signature for another action': () => ({ key: null, headers: { authorization: signature(jwtKey, { action: 'login' }) } }),
      'a signature of another application': () => ({ key: null, headers: { authorization: signature(jwtKey, { app: 'other' }) } }),
      'a signature by no algorithm': () => ({
        key: null,
        headers: { authorization: signature(jwtKey, {}, { alg: 'none', typ: 'JWT' }).replace(/[^.]*$/, '') },
      }),
      'no signature at all': () => ({ key: null, headers: { authorization: 'Bearer abc' } }),
    };
    for (const [what, way] of Object.entries(refused)) {
      it(`${what}: 401, and nobody gets it`, async () => {
        await receivedUntilNow();
        const body = webhookBody(tenant);
        const answer = await relay(server, body, way());
        assert.deepEqual(outcome(answer), [401, unauthorized]);
        assert.deepEqual(await receivedUntilNow(), []);
        // It was not taken note of either.
        assert.deepEqual(outcome(await relay(server, body)), accepted);
      });
    }

    it('a token learns nothing of instances that do not exist: 401', async () => {
      assert.deepEqual(outcome(await relay(server, webhookBody(newName('ghost')), { key: tenant.token })), [401, unauthorized]);
    });
  });

  describe('what comes twice', () => {
    it('a retry and the global webhook beside the one of the instance are counted and dropped', async () => {
      await receivedUntilNow();
      const body = webhookBody(tenant);
      assert.deepEqual(outcome(await relay(server, body)), accepted);
      assert.deepEqual(outcome(await relay(server, body)), duplicate);
      const global = { ...body, destination: 'http://127.0.0.1:8081/webhook/relay/messages-upsert' };
      assert.deepEqual(outcome(await relay(server, global, { target: '/webhook/relay/messages-upsert' })), duplicate);
      assert.deepEqual(await receivedUntilNow(), [packetOf(tenant.nsp, envelopeOf(body))]);
    });

    it('the same data at another time is another event', async () => {
      const body = webhookBody(tenant);
      const later = { ...body, date_time: '2026-11-22T11:45:23.120Z' };
      for (const x of [body, later]) assert.deepEqual(outcome(await relay(server, x)), accepted);
    });

    it('of the same body at the same time one is taken', async () => {
      await receivedUntilNow();
      const body = webhookBody(tenant);
      const answers = await Promise.all(Array.from({ length: 8 }, () => relay(server, body)));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 202]);
      assert.deepEqual(await receivedUntilNow(), [packetOf(tenant.nsp, envelopeOf(body))]);
    });
  });

  describe('what does not become an event', () => {
    it("Evolution's error webhook is accepted and reaches nobody", async () => {
      await receivedUntilNow();
      const report = { event: 'error', data: { error: 'Not Found', message: ['x'], status: 404 }, date_time: '2026-11-22T11:45:31.863Z', api_key: server.key };
      assert.deepEqual(outcome(await relay(server, report)), dropped);
      assert.deepEqual(await receivedUntilNow(), []);
    });

    it('messages.edited that edits nothing is dropped; a real edit passes', async () => {
      await receivedUntilNow();
      const revoke = webhookBody(tenant, { event: 'messages.edited', data: { key: { id: 'E1' }, type: 'REVOKE' } });
      const edit = webhookBody(tenant, { event: 'messages.edited', data: { key: { id: 'E1' }, type: 'MESSAGE_EDIT', editedMessage: { conversation: 'x' } } });
      assert.deepEqual(outcome(await relay(server, revoke)), dropped);
      assert.deepEqual(outcome(await relay(server, edit)), accepted);
      assert.deepEqual(await receivedUntilNow(), [packetOf(tenant.nsp, envelopeOf(edit))]);
    });

    it('an unknown instance gets 503 and Retry-After, and once it exists the retry is taken', async () => {
      const name = newName('late');
      const body = webhookBody(name);
      const answer = await relay(server, body);
      assert.equal(answer.status, 503);
      assert.match(answer.headers['retry-after'], /^\d+$/);
      assert.match(answer.message, new RegExp(`"${name}" instance does not exist here`));
      await server.createInstance({ name });
      assert.deepEqual(outcome(await relay(server, body)), accepted);
    });

    const broken = {
      'no JSON': ['{"event":', /JSON syntax error at byte/],
      'no object': ['[]', /syntax error/],
      'no event': [() => webhookBody(tenant, { event: undefined }), /"event" is missing/],
      'an event that is no name': [() => webhookBody(tenant, { event: 'No Name' }), /"event" holds no name/],
      'no instance': [() => webhookBody(tenant, { instance: undefined }), /"instance" is missing/],
      'a sender that is no text': [() => webhookBody(tenant, { sender: {} }), /"sender" must be a string/],
    };
    for (const [what, [body, message]] of Object.entries(broken)) {
      it(`${what}: 400 with the reason, so that Evolution does not try again`, async () => {
        const answer = await relay(server, typeof body === 'function' ? body() : body);
        assert.equal(answer.status, 400, answer.text);
        assert.match(answer.message, message);
      });
    }
  });

  describe('bodies pass as they are', () => {
    it('data verbatim, and members that the contract does not know behind the envelope, in their order', async () => {
      const data = '{"z":12345678901234567890,"a":1.10,"list":[1.0,-0,1E+2],"2":"two","1":"one","text":"\\u00e9 é \\/ \\ud83d\\ude00 😀"}';
      const body = `{"extra":{"b":[1.50],"a":{}},"event":"messages.upsert","instance":"${tenant.name}","data":${data},"destination":"http://x/","date_time":"2026-11-22T11:45:24.000Z","sender":"5511@s.whatsapp.net","server_url":"http://evo","apikey":"${tenant.token}","local":7.0}`;
      assert.equal(
        await relayed(body),
        `2${tenant.nsp},["messages.upsert",{"event":"messages.upsert","instance":"${tenant.name}","data":${data},"server_url":"http://evo","date_time":"2026-11-22T11:45:24.000Z","sender":"5511@s.whatsapp.net","apikey":"${tenant.token}","extra":{"b":[1.50],"a":{}},"local":7.0}]`,
      );
    });

    const texts = {
      'bytes as JSON transports show them': '{"messageSecret":{"0":1,"1":255},"empty":{}}',
      'what looks like a placeholder of an attachment': '{"_placeholder":true,"num":0}',
      null: 'null',
      'half a surrogate pair': '{"cut":"\\ud83d","other half":"\\ude00"}',
    };
    for (const [what, data] of Object.entries(texts)) {
      it(`${what} stays what it is`, async () => {
        const date = `2026-11-22T12:00:00.${String(100 + Object.keys(texts).indexOf(what))}Z`;
        const packet = await relayed(`{"event":"messages.upsert","instance":"${tenant.name}","data":${data},"destination":"x","date_time":"${date}","apikey":null}`);
        assert.ok(packet.includes(`"data":${data},"date_time":"${date}"`), packet);
      });
    }

    it('the listener gets data that looks like a placeholder as JSON', async () => {
      await receivedUntilNow();
      client.events.take(client.events.unread.length);
      await relay(server, webhookBody(tenant, { data: { _placeholder: true, num: 0 }, event: 'placeholder' }));
      assert.deepEqual((await client.nextNamed('placeholder')).envelope.data, { _placeholder: true, num: 0 });
    });

    it('inline media up to the limit passes whole; one byte more is 413', async () => {
      const frame = JSON.stringify(webhookBody(tenant, { data: { base64: '' } }));
      const media = 'A'.repeat(bodyLimit - frame.length);
      const body = frame.replace('"base64":""', `"base64":"${media}"`);
      assert.equal(Buffer.byteLength(body), bodyLimit);
      const packet = await relayed(body);
      assert.ok(packet.includes(`"data":{"base64":"${media}"}`));
      const answer = await relay(server, body.replace('"base64":"', '"base64":"A'));
      assert.equal(answer.status, 413);
    });

    it('whoever has no key may not send much: 413 before the body', async () => {
      const connection = await server.raw();
      const head = { 'content-type': 'application/json', 'content-length': 2_000_000, expect: '100-continue' };
      connection.write(requestText('POST', '/webhook/relay', { ...head, apikey: newKey() }));
      assert.equal((await connection.answer()).status, 413);
    });
  });

  it('connection.update sets the state that connectionState shows', async () => {
    for (const [said, shown] of [['connecting', 'connecting'], ['open', 'open'], ['refused', 'close']]) {
      const body = webhookBody(tenant, { event: 'connection.update', data: { instance: tenant.name, state: said, statusReason: 200 } });
      assert.deepEqual(outcome(await relay(server, body)), accepted);
      await eventually(`state ${shown}`, async () => {
        const { json } = await server.request('GET', `/instance/connectionState/${tenant.name}`);
        return json.instance.state === shown;
      });
    }
  });
});

describe('relay settings', () => {
  /** Runs with a server of its own. */
  async function withServer(env, use) {
    const server = await Server.start({ env });
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  }

  it('without RELAY_JWT_KEY a signature with an empty key opens nothing', () =>
    withServer({}, async (server) => {
      const tenant = await server.createInstance();
      const answer = await relay(server, webhookBody(tenant), { key: null, headers: { authorization: signature('') } });
      assert.equal(answer.status, 401);
    }));

  it('RELAY_EVERY_PROTOCOL_MESSAGE=true passes on a messages.edited that edits nothing', () =>
    withServer({ RELAY_EVERY_PROTOCOL_MESSAGE: 'true' }, async (server) => {
      const tenant = await server.createInstance();
      const client = await server.connect(tenant.nsp);
      const revoke = webhookBody(tenant, { event: 'messages.edited', data: { key: { id: 'E1' }, type: 'REVOKE' } });
      assert.deepEqual(outcome(await relay(server, revoke)), accepted);
      assert.deepEqual((await client.next()).envelope.data, revoke.data);
    }));

  it('RELAY_DUPLICATES_MAX=1 remembers the last body only', () =>
    withServer({ RELAY_DUPLICATES_MAX: '1' }, async (server) => {
      const tenant = await server.createInstance();
      const [first, second] = [webhookBody(tenant), webhookBody(tenant)];
      for (const [body, expected] of [[first, accepted], [first, duplicate], [second, accepted], [first, accepted]])
        assert.deepEqual(outcome(await relay(server, body)), expected);
    }));

  it('RELAY_AUTO_CREATE=true creates the instance with the token of the body, for a global key only', () =>
    withServer({ RELAY_AUTO_CREATE: 'true', WEBSOCKET_GLOBAL_EVENTS: 'true' }, async (server) => {
      const root = await server.connect('/');
      const tenant = { name: newName('new'), token: newKey() };
      const stranger = await server.createInstance();
      assert.equal((await relay(server, webhookBody(tenant), { key: stranger.token })).status, 401);
      const bodies = [webhookBody(tenant), webhookBody(tenant)];
      const answers = await Promise.all(bodies.map((body) => relay(server, body)));
      assert.deepEqual(answers.map(outcome), [accepted, accepted]);
      const got = (await root.take(2)).map(({ envelope }) => envelope.data.key.id);
      assert.deepEqual(got.sort(), bodies.map(({ data }) => data.key.id).sort());
      const own = await server.connect(`/${tenant.name}`, { key: tenant.token });
      const next = webhookBody(tenant);
      assert.deepEqual(outcome(await relay(server, next, { key: tenant.token })), accepted);
      assert.deepEqual((await own.next()).envelope.data, next.data);
    }));
});
