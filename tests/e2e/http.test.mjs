// The HTTP half in general: welcome, errors, CORS, and HTTP/1.1 as such.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { collect, request, requestText } from './support/http.mjs';
import { Server, newKey, newName } from './support/server.mjs';
import { next, within } from './support/wait.mjs';

const unauthorized = { status: 401, error: 'Unauthorized', response: { message: 'Unauthorized' } };
const bodyLimit = 100_000;

describe('HTTP', () => {
  let server;
  let tenant;
  before(async () => {
    server = await Server.start({ env: { HTTP_MAX_BODY: String(bodyLimit) } });
    tenant = await server.createInstance();
  });
  after(() => server?.stop());

  describe('welcome', () => {
    it("GET / greets in Evolution's shape, without a key", async () => {
      const answer = await server.request('GET', '/', { key: null });
      assert.equal(answer.status, 200);
      assert.match(answer.headers['content-type'], /^application\/json; ?charset=utf-8$/i);
      const { json } = answer;
      assert.equal(json.status, 200);
      assert.equal(json.message, 'Welcome to the Evolution API, it is working!');
      assert.match(json.version, /^\d+\.\d+\.\d+/);
      assert.equal(json.clientName, 'evolution');
      assert.equal(json.documentation, 'https://doc.evolution-api.com');
      assert.deepEqual(Object.keys(json).slice(0, 4), ['status', 'message', 'version', 'clientName']);
    });

    it('HEAD / has the head of GET / and no body, and the connection goes on', async () => {
      const connection = await server.raw();
      connection.write(requestText('HEAD', '/') + requestText('GET', '/'));
      const head = await connection.answer({ bodiless: true });
      const get = await connection.answer();
      assert.equal(head.status, 200);
      assert.equal(get.status, 200);
      assert.equal(head.headers['content-length'], String(Buffer.byteLength(get.text)));
      assert.equal(head.headers['content-type'], get.headers['content-type']);
      assert.equal(get.json.status, 200);
    });
  });

  describe('errors', () => {
    it("a missing key gets 401 with Evolution's body", async () => {
      const answer = await server.request('GET', `/instance/connectionState/${tenant.name}`, { key: null });
      assert.equal(answer.status, 401);
      assert.deepEqual(answer.json, unauthorized);
    });

    it("a wrong key gets 401 with Evolution's body", async () => {
      const answer = await server.request('GET', `/instance/connectionState/${tenant.name}`, { key: newKey() });
      assert.equal(answer.status, 401);
      assert.deepEqual(answer.json, unauthorized);
    });

    it('a key in the query does not open REST routes', async () => {
      const answer = await server.request('GET', `/instance/connectionState/${tenant.name}?apikey=${server.key}`, { key: null });
      assert.equal(answer.status, 401);
    });

    it('the name of the key header is read in any case', async () => {
      const answer = await server.request('GET', `/instance/connectionState/${tenant.name}`, { key: null, headers: { ApiKey: server.key } });
      assert.equal(answer.status, 200);
    });

    it('without a key an unknown instance is 401 as well, so names cannot be probed', async () => {
      const answer = await server.request('GET', `/instance/connectionState/${newName('ghost')}`, { key: null });
      assert.equal(answer.status, 401);
      assert.deepEqual(answer.json, unauthorized);
    });

    it('an unknown route gets 404 that repeats method and address', async () => {
      const answer = await server.request('GET', '/no/such/route?x=1');
      assert.equal(answer.status, 404);
      assert.deepEqual(answer.json, { status: 404, error: 'Not Found', response: { message: ['Cannot GET /no/such/route?x=1'] } });
    });

    it('a known route with another method gets the same 404', async () => {
      const answer = await server.request('POST', '/', { key: null, body: {} });
      assert.equal(answer.status, 404);
      assert.deepEqual(answer.json, { status: 404, error: 'Not Found', response: { message: ['Cannot POST /'] } });
    });

    it('an unknown instance gets 404 with its name', async () => {
      for (const [method, route] of [['GET', '/instance/connectionState'], ['GET', '/websocket/find'], ['POST', '/event/emit'], ['DELETE', '/instance/delete']]) {
        const name = newName('ghost');
        const answer = await server.request(method, `${route}/${name}`, method === 'POST' ? { body: { event: 'call', data: {} } } : {});
        assert.equal(answer.status, 404, route);
        assert.deepEqual(answer.json, { status: 404, error: 'Not Found', response: { message: [`The "${name}" instance does not exist`] } });
      }
    });
  });

  describe('CORS', () => {
    it('a preflight gets 204 without a body, with methods and the headers asked for', async () => {
      const answer = await server.request('OPTIONS', '/instance/create', {
        key: null,
        headers: { origin: 'https://app.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'apikey,content-type' },
      });
      assert.equal(answer.status, 204);
      assert.equal(answer.text, '');
      assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example');
      assert.deepEqual(answer.headers['access-control-allow-methods'].split(/, */), ['POST', 'GET', 'PUT', 'DELETE']);
      assert.equal(answer.headers['access-control-allow-headers'], 'apikey,content-type');
    });

    it('an ordinary answer names the origin that asked, also when it is an error', async () => {
      for (const target of ['/', '/nope']) {
        const answer = await server.request('GET', target, { key: null, headers: { origin: 'https://app.example' } });
        assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example', target);
      }
    });

    it('a preflight on the Socket.IO path gets 204 too', async () => {
      const answer = await server.request('OPTIONS', '/socket.io/?EIO=4&transport=polling', {
        key: null,
        headers: { origin: 'https://app.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'apikey' },
      });
      assert.equal(answer.status, 204);
      assert.ok(['*', 'https://app.example'].includes(answer.headers['access-control-allow-origin']));
    });
  });

  describe('HTTP/1.1', () => {
    const event = JSON.stringify({ event: 'call', data: { from: 'someone' } });
    const emitHead = (extra = {}) => ({ apikey: server.key, 'content-type': 'application/json', ...extra });

    it('one connection carries many requests, until one says Connection: close', async () => {
      const connection = await server.raw();
      for (let i = 0; i < 3; ++i) {
        connection.write(requestText('GET', '/'));
        assert.equal((await connection.answer()).status, 200);
      }
      connection.write(requestText('GET', '/', { connection: 'close' }));
      assert.equal((await connection.answer()).status, 200);
      await connection.end();
    });

    it('pipelined requests are answered in the order in which they came', async () => {
      const connection = await server.raw();
      const targets = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? '/' : `/nothing/${i}`));
      connection.write(targets.map((target) => requestText('GET', target)).join(''));
      for (const target of targets) {
        const answer = await connection.answer();
        if (target === '/') assert.equal(answer.status, 200);
        else assert.deepEqual(answer.json.response.message, [`Cannot GET ${target}`]);
      }
    });

    it('a request may arrive byte by byte', async () => {
      const connection = await server.raw();
      connection.socket.setNoDelay(true);
      for (const byte of requestText('POST', `/event/emit/${tenant.name}`, emitHead(), event)) connection.write(byte);
      assert.equal((await connection.answer()).status, 202);
    });

    it('Expect: 100-continue is answered before the body comes', async () => {
      const { hostname, port } = new URL(server.url);
      const req = http.request({
        hostname, port, method: 'POST', path: `/event/emit/${tenant.name}`, agent: false,
        headers: emitHead({ expect: '100-continue', 'content-length': event.length }),
      });
      req.flushHeaders();
      await next(req, 'continue', '100 Continue');
      req.end(event);
      const [res] = await next(req, 'response');
      assert.equal((await collect(res)).status, 202);
    });

    it('a chunked body is read as a whole', async () => {
      const { hostname, port } = new URL(server.url);
      const req = http.request({ hostname, port, method: 'POST', path: `/event/emit/${tenant.name}`, agent: false, headers: emitHead() });
      for (const character of event) req.write(character);
      req.end();
      const [res] = await next(req, 'response');
      const answer = await collect(res);
      assert.equal(answer.status, 202, answer.text);
    });

    it('a body over HTTP_MAX_BODY gets 413', async () => {
      const body = JSON.stringify({ event: 'call', data: 'x'.repeat(2 * bodyLimit) });
      const connection = await server.raw();
      connection.write(requestText('POST', `/event/emit/${tenant.name}`, emitHead(), body));
      const answer = await connection.answer();
      assert.equal(answer.status, 413);
      assert.equal(answer.json.status, 413);
    });

    it('a body of exactly HTTP_MAX_BODY is accepted', async () => {
      const frame = JSON.stringify({ event: 'call', data: '' });
      const body = JSON.stringify({ event: 'call', data: 'x'.repeat(bodyLimit - frame.length) });
      assert.equal(Buffer.byteLength(body), bodyLimit);
      assert.equal((await server.post(tenant, body)).status, 202);
    });

    it('with Expect: 100-continue a body that is too large gets 413 without being sent', async () => {
      const connection = await server.raw();
      connection.write(requestText('POST', `/event/emit/${tenant.name}`, emitHead({ expect: '100-continue', 'content-length': 2 * bodyLimit })));
      assert.equal((await connection.answer()).status, 413);
    });

    it('a chunked body over HTTP_MAX_BODY gets 413, although it never said how long it is', async () => {
      const connection = await server.raw();
      connection.write(requestText('POST', `/event/emit/${tenant.name}`, emitHead({ 'transfer-encoding': 'chunked' })));
      const chunk = `${(8192).toString(16)}\r\n${'x'.repeat(8192)}\r\n`;
      for (let sent = 0; sent <= 2 * bodyLimit; sent += 8192) connection.write(chunk);
      assert.equal((await connection.answer()).status, 413);
    });

    it('a request head over 16 KB gets a 4xx and ends that connection', async () => {
      const connection = await server.raw();
      connection.write(requestText('GET', '/', { 'x-long': 'x'.repeat(20_000) }));
      const answer = await connection.answer();
      assert.ok([400, 431].includes(answer.status), String(answer.status));
      await connection.end();
    });

    const refused = {
      'bytes that are no HTTP': 'hello, are you there?\r\n\r\n',
      'a request with two different lengths': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'a request with a length and chunks': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    };
    for (const [what, bytes] of Object.entries(refused)) {
      it(`${what}: 400, and that connection ends`, async () => {
        const connection = await server.raw();
        connection.write(bytes);
        assert.equal((await connection.answer()).status, 400);
        await connection.end();
      });
    }

    it('a client that leaves in the middle of a request disturbs nobody', async () => {
      const connection = await server.raw();
      connection.write(requestText('POST', `/event/emit/${tenant.name}`, emitHead({ 'content-length': 1000 })) + '{"event"');
      connection.destroy();
      await within(connection.closed, 'own end');
      assert.equal((await request(server.url, 'GET', '/')).status, 200);
    });
  });
});
