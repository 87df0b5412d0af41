// docs/nginx/arauto-beside-evolution.conf on a real nginx: which path goes where, and that nothing on the way changes or ends.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Client } from './support/client.mjs';
import { EvolutionServer } from './support/evolution-server.mjs';
import { RawConnection, request, requestText } from './support/http.mjs';
import { Nginx, siteFile } from './support/nginx.mjs';
import { envelopeOf, packetOf, relay, webhookBody } from './support/relay.mjs';
import { Server, newKey } from './support/server.mjs';
import { eventually, next } from './support/wait.mjs';

const relayLimit = 136 * 1024 * 1024;
/** Enough pings to outlast the shortest timeout below. */
const pings = 12;

/** Runs with a server, a played Evolution API and nginx of its own. */
async function behindNginx({ env = {}, edit }, use) {
  const server = await Server.start({ env });
  const evolution = await EvolutionServer.start();
  const nginx = await Nginx.start({ evolution: evolution.url, arauto: server.url, edit });
  try {
    await use({ server, evolution, nginx });
  } finally {
    await nginx.stop();
    await evolution.stop();
    await server.stop();
  }
}

describe('behind nginx', () => {
  let server;
  let evolution;
  let nginx;
  let tenant;
  const clients = [];
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_PING_INTERVAL: '200', WEBSOCKET_GLOBAL_EVENTS: 'true' } });
    evolution = await EvolutionServer.start();
    nginx = await Nginx.start({ evolution: evolution.url, arauto: server.url });
    tenant = await server.createInstance();
  });
  after(async () => {
    for (const client of clients) client.close();
    await nginx?.stop();
    await evolution?.stop();
    await server?.stop();
  });

  async function connect(options = {}) {
    const client = Client.open(nginx.url, tenant.nsp, { key: tenant.token, ...options });
    clients.push(client);
    return await client.connected();
  }

  /** Posts a webhook through nginx, which must be accepted. */
  async function post(body) {
    const answer = await relay({ request: (...what) => request(nginx.url, ...what) }, body, { headers: { apikey: server.key } });
    assert.equal(answer.status, 202, answer.text);
  }

  describe('Socket.IO', () => {
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
      it(`${transports.join(', then ')}: what is relayed arrives byte for byte`, async () => {
        const client = Client.open(nginx.url, tenant.nsp, { key: tenant.token, transports });
        clients.push(client);
        const upgraded = transports.length > 1 ? next(client.manager.engine, 'upgrade') : null;
        await client.connected();
        await upgraded;
        assert.equal(client.manager.engine.transport.name, transports.at(-1));
        const body = webhookBody(tenant, { data: { text: 'é \u2028 😀', list: [1.5, null] } });
        await post(body);
        const packet = await client.packetWith('["messages.upsert"');
        assert.equal(packet, packetOf(tenant.nsp, { ...envelopeOf(body), apikey: null }));
      });
    }

    it('a key in query, header or auth gets through; a wrong one is refused by Arauto, readably', async () => {
      for (const via of ['query', 'header', 'auth'])
        for (const transport of ['websocket', 'polling']) await connect({ via, transports: [transport] });
      const client = Client.open(nginx.url, tenant.nsp, { key: newKey(), via: 'query' });
      clients.push(client);
      assert.equal((await client.refused()).message, 'Invalid global token');
    });

    it('megabytes arrive in one piece, over WebSocket and polling', async () => {
      const both = [await connect(), await connect({ transports: ['polling'] })];
      const body = webhookBody(tenant, { data: { base64: 'A'.repeat(6_000_000) } });
      await post(body);
      for (const client of both) assert.equal((await client.nextNamed('messages.upsert')).envelope.data.base64.length, 6_000_000);
    });

    it('a loopback address behind nginx is no allowed host: a client without a key is refused', () =>
      behindNginx({ env: { WEBSOCKET_KEYLESS: 'true' } }, async (own) => {
        // The control: without nginx in between it is let in.
        await own.server.connect('/', { key: null });
        const client = Client.open(own.nginx.url, '/', { key: null });
        assert.equal((await client.refused()).message, 'apiKey is required');
        client.close();
      }));
  });

  describe('heartbeat', () => {
    const impatient = (text) => text.replace('proxy_read_timeout 120s;', 'proxy_read_timeout 1s;');

    async function countPings(client, count) {
      for (let i = 0; i < count; ++i) await next(client.manager.engine, 'ping', `ping ${i + 1}`);
    }

    it('the timeouts of the shipped file are over twice the longest silence, with the default settings', async () => {
      const site = readFileSync(siteFile, 'utf8');
      const defaults = await Server.start();
      const open = await request(defaults.url, 'GET', `/socket.io/?EIO=4&transport=polling&apikey=${defaults.key}`);
      await defaults.stop();
      const { pingInterval, pingTimeout } = JSON.parse(open.text.slice(1));
      for (const direction of ['read', 'send']) {
        const [, seconds] = new RegExp(`proxy_${direction}_timeout (\\d+)s;\\s+(?:proxy|\\})`).exec(site);
        assert.ok(seconds * 1000 > 2 * (pingInterval + pingTimeout), `proxy_${direction}_timeout ${seconds}s`);
      }
    });

    for (const transport of ['websocket', 'polling']) {
      it(`pings pass over ${transport} and keep a connection alive for longer than nginx would wait`, () =>
        behindNginx({ env: { WEBSOCKET_PING_INTERVAL: '200' }, edit: impatient }, async (own) => {
          const client = await Client.open(own.nginx.url, '/', { key: own.server.key, transports: [transport] }).connected();
          await countPings(client, pings);
          assert.deepEqual(client.disconnects.all, []);
          client.close();
        }));
    }

    it('the control: without pings nginx ends the connection after its timeout', () =>
      behindNginx({ edit: impatient }, async (own) => {
        const client = await Client.open(own.nginx.url, '/', { key: own.server.key }).connected();
        assert.equal(await client.disconnects.next('disconnect'), 'transport close');
        client.close();
      }));
  });

  describe('bodies', () => {
    it('a relayed body of some megabytes passes', async () => {
      const client = await connect();
      const body = webhookBody(tenant, { data: { base64: 'B'.repeat(20_000_000) } });
      await post(body);
      assert.equal((await client.nextNamed('messages.upsert')).envelope.data.base64.length, 20_000_000);
    });

    /** The answer to a head that announces a body of this length and never sends it. */
    async function announce(url, length) {
      const connection = await RawConnection.open(url);
      connection.write(requestText('POST', '/webhook/relay', { apikey: server.key, 'content-type': 'application/json', 'content-length': length, expect: '100-continue' }));
      const answer = await connection.answer();
      connection.destroy();
      return answer.status;
    }

    it('the limit of nginx and that of Arauto are the same', async () => {
      assert.equal(await announce(nginx.url, relayLimit), 100);
      assert.equal(await announce(nginx.url, relayLimit + 1), 413);
      assert.equal(await announce(server.url, relayLimit), 100);
      assert.equal(await announce(server.url, relayLimit + 1), 413);
    });

    it("a client's message that is too large is refused by Arauto, not by nginx", async () => {
      const open = await request(nginx.url, 'GET', `/socket.io/?EIO=4&transport=polling&apikey=${server.key}`);
      const { sid, maxPayload } = JSON.parse(open.text.slice(1));
      const answer = await request(nginx.url, 'POST', `/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
        headers: { 'content-type': 'text/plain' },
        body: `4${'x'.repeat(maxPayload)}`,
      });
      assert.equal(answer.status, 413);
      assert.doesNotMatch(answer.text, /nginx/);
    });
  });

  describe('paths', () => {
    const ofEvolution = [
      ['GET', '/'],
      ['GET', '/manager/'],
      ['GET', '/instance/fetchInstances'],
      ['POST', '/instance/create'],
      ['DELETE', '/instance/delete/x'],
      ['POST', '/message/sendText/x'],
      ['POST', '/webhook/evolution'],
      ['POST', '/webhook/set/x'],
      ['GET', '/websocket/find/x'],
      ['POST', '/event/emit/x'],
      ['GET', '/metrics'],
      ['GET', '/socket.io'],
      ['GET', '/socket.io/socket.io.js'],
      ['GET', '/socket.io/socket.io.esm.min.js.map'],
    ];
    for (const [method, target] of ofEvolution) {
      it(`${method} ${target} reaches Evolution API as it is`, async () => {
        const answer = await request(nginx.url, method, `${target}?a=%2Fb&c=1`, { headers: { apikey: server.key }, body: method === 'POST' ? { x: 1 } : undefined });
        assert.equal(answer.status, 200, answer.text);
        const got = answer.json.evolution;
        assert.deepEqual([got.method, got.url, got.text], [method, `${target}?a=%2Fb&c=1`, method === 'POST' ? '{"x":1}' : '']);
      });
    }

    it('an instance made or deleted there is none here, and cannot be made here by way of nginx', async () => {
      const name = 'not-here';
      await request(nginx.url, 'POST', '/instance/create', { headers: { apikey: server.key }, body: { instanceName: name, integration: 'EVOLUTION' } });
      await request(nginx.url, 'DELETE', `/instance/delete/${tenant.name}`, { headers: { apikey: server.key } });
      assert.equal((await server.request('GET', `/instance/connectionState/${name}`)).status, 404);
      assert.equal((await server.request('GET', `/instance/connectionState/${tenant.name}`)).status, 200);
    });

    it('what /websocket/set sets is answered by Evolution API and set here too', async () => {
      const own = await server.createInstance();
      const websocket = { enabled: true, events: ['CALL'] };
      const answer = await request(nginx.url, 'POST', `/websocket/set/${own.name}?x=1`, { headers: { apikey: own.token }, body: { websocket } });
      assert.equal(answer.json.evolution.url, `/websocket/set/${own.name}?x=1`);
      assert.deepEqual(JSON.parse(answer.json.evolution.text), { websocket });
      await eventually('the selection of the instance', async () => {
        const { json } = await server.request('GET', `/websocket/find/${own.name}`);
        return json.events.join() === 'CALL';
      });
    });

    it('the way by which Arauto is told is closed to clients', async () => {
      assert.equal((await request(nginx.url, 'GET', '/tell-arauto')).status, 404);
      assert.deepEqual(evolution.asked('/tell-arauto'), []);
    });

    it('Evolution API gets the address and the scheme of the client, whatever the client says', async () => {
      const { port } = new URL(nginx.url);
      const answer = await request(nginx.url, 'GET', '/', { headers: { host: `evo.example:${port}`, 'x-forwarded-for': '10.0.0.1' } });
      const { headers } = answer.json.evolution;
      assert.equal(headers.host, `evo.example:${port}`);
      assert.equal(headers['x-forwarded-for'], '127.0.0.1');
      assert.equal(headers['x-real-ip'], '127.0.0.1');
      assert.equal(headers['x-forwarded-proto'], 'http');
      assert.equal(headers['x-forwarded-host'], `evo.example:${port}`);
      assert.equal(headers.upgrade, undefined);
    });

    it('while Arauto is down its paths answer 502 and Evolution API goes on', () =>
      behindNginx({}, async (own) => {
        await own.server.kill();
        assert.equal((await request(own.nginx.url, 'GET', '/socket.io/?EIO=4&transport=polling')).status, 502);
        assert.equal((await request(own.nginx.url, 'GET', '/manager/')).status, 200);
        assert.equal((await request(own.nginx.url, 'POST', '/websocket/set/x', { body: { websocket: {} } })).status, 200);
        await own.server.restart();
        await eventually('Arauto through nginx', async () => (await request(own.nginx.url, 'GET', '/socket.io/?EIO=4&transport=polling')).status !== 502);
      }));
  });

  it('no key gets into the access log', () =>
    behindNginx({}, async ({ server: own, nginx: front }) => {
      const client = await Client.open(front.url, '/', { key: own.key, via: 'query', transports: ['polling'] }).connected();
      await request(front.url, 'POST', `/webhook/relay?apikey=${own.key}`, { body: {} });
      client.close();
      // A line comes after its answer.
      await eventually('both lines', () => /"GET \/socket\.io\/" 200/.test(front.accessLog) && /"POST \/webhook\/relay" 400/.test(front.accessLog));
      await front.stop();
      assert.ok(!front.accessLog.includes(own.key));
    }));
});
