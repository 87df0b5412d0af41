// What Express adds to answers: ETag, 304, gzip, HEAD; and bodies that are forms or on a GET.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { request, requestText } from './support/http.mjs';
import { Server } from './support/server.mjs';

/** As npm `etag` makes a weak tag of a body. */
const etagOf = (bytes) => `W/"${bytes.length.toString(16)}-${createHash('sha1').update(bytes).digest('base64').slice(0, 27)}"`;

describe('answers of the REST half', () => {
  let server;
  let tenant;
  before(async () => {
    server = await Server.start({ env: { PROMETHEUS_METRICS: 'true' } });
    for (let i = 0; i < 4; ++i) tenant = await server.createInstance();
  });
  after(() => server?.stop());

  const all = '/instance/fetchInstances';
  const get = (target, headers = {}, method = 'GET') => request(server.url, method, target, { headers: { apikey: server.key, ...headers } });

  it('carry the fields of Express and the tag of their body', async () => {
    for (const [target, status] of [['/', 200], ['/nope', 404], [all, 200], [`/websocket/find/${tenant.name}`, 200]]) {
      const { status: got, headers, bytes } = await get(target);
      assert.equal(got, status, target);
      assert.equal(headers['x-powered-by'], 'Express', target);
      assert.equal(headers.vary, 'Origin, Accept-Encoding', target);
      assert.equal(headers.etag, etagOf(bytes), target);
      assert.equal(headers['content-length'], String(bytes.length), target);
    }
  });

  it('come as 304 without body, type and length to a client that has them, and the connection goes on', async () => {
    const { headers: { etag } } = await get(all);
    const connection = await server.raw();
    for (const method of ['GET', 'HEAD']) {
      connection.write(requestText(method, all, { apikey: server.key, 'if-none-match': `"x", ${etag.slice(2)}` }));
      const answer = await connection.answer();
      assert.equal(answer.status, 304);
      assert.equal(answer.headers.etag, etag);
      for (const absent of ['content-type', 'content-length', 'content-encoding']) assert.equal(answer.headers[absent], undefined, absent);
    }
    connection.write(requestText('GET', '/', { 'if-none-match': '"x"' }));
    assert.equal((await connection.answer()).json.status, 200);
    connection.write(requestText('GET', all, { apikey: server.key, 'if-none-match': etag, 'cache-control': 'no-cache' }));
    assert.equal((await connection.answer()).status, 200);
  });

  it('over 1 KiB are zipped for those who take it', async () => {
    const plain = await get(all);
    assert.ok(plain.bytes.length > 1024);
    const zipped = await get(all, { 'accept-encoding': 'gzip, deflate, br' });
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.equal(zipped.headers['content-length'], String(zipped.bytes.length));
    assert.ok(zipped.bytes.length < plain.bytes.length);
    assert.deepEqual(gunzipSync(zipped.bytes), plain.bytes);
    assert.equal(zipped.headers.etag, plain.headers.etag);
    for (const refusal of ['identity', 'gzip;q=0, *;q=1', 'br', 'gzip;q=0.1, identity;q=0.9']) {
      const answer = await get(all, { 'accept-encoding': refusal });
      assert.equal(answer.headers['content-encoding'], undefined, refusal);
      assert.deepEqual(answer.bytes, plain.bytes, refusal);
    }
    assert.equal((await get('/', { 'accept-encoding': 'gzip' })).headers['content-encoding'], undefined, 'too small');
    assert.equal((await get('/metrics', { 'accept-encoding': 'gzip' })).headers['content-encoding'], 'gzip');
  });

  it("fetch, which unzips by itself, gets what is there", async () => {
    const answer = await fetch(server.url + all, { headers: { apikey: server.key } });
    assert.equal(answer.headers.get('content-encoding'), 'gzip');
    assert.equal((await answer.json()).length, 4);
  });

  it('have the same head for HEAD and GET, on every GET route', async () => {
    const name = tenant.name;
    const targets = ['/', all, `/instance/connectionState/${name}`, `/instance/connect/${name}`, `/websocket/find/${name}`, `/webhook/find/${name}`, '/nope'];
    for (const target of targets) {
      for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
        const answers = [];
        for (const method of ['GET', 'HEAD']) answers.push(await get(target, headers, method));
        const [full, head] = answers;
        for (const answer of answers) delete answer.headers.date;
        if (target === '/nope') { // It repeats the method.
          assert.equal(head.status, 404);
          assert.equal(Number(head.headers['content-length']), Number(full.headers['content-length']) + 1);
        } else {
          assert.equal(head.status, full.status, target);
          assert.deepEqual(head.headers, full.headers, target);
        }
        assert.equal(head.bytes.length, 0, target);
      }
    }
  });

  it('to producers stay lean', async () => {
    const eager = { 'accept-encoding': 'gzip', 'if-none-match': '*', apikey: server.key, 'content-type': 'application/json' };
    for (const [body, status] of [['{"event":"call","data":1}', 202], ['{bad', 400]]) {
      const connection = await server.raw();
      connection.write(requestText('POST', `/event/emit/${tenant.name}`, eager, body));
      const { status: got, headers } = await connection.answer();
      assert.equal(got, status);
      assert.deepEqual(Object.keys(headers).sort(), ['connection', 'content-length', 'content-type', 'date', 'vary']);
      connection.destroy();
    }
  });

  it('of Socket.IO carry none of that', async () => {
    const { status, headers } = await get(`/socket.io/?EIO=4&transport=polling&apikey=${server.key}`, { 'accept-encoding': 'gzip' });
    assert.equal(status, 200);
    for (const absent of ['etag', 'x-powered-by', 'content-encoding']) assert.equal(headers[absent], undefined, absent);
  });

  it('come to a GET with a body too, also a chunked one', async () => {
    const connection = await server.raw();
    const head = { apikey: server.key, 'content-type': 'application/json' };
    connection.write(requestText('GET', all, head, '{"instanceName":"other"}'));
    assert.equal((await connection.answer()).json.length, 4);
    connection.write(requestText('GET', all, { ...head, 'transfer-encoding': 'chunked' }) + '2\r\n{}\r\n0\r\n\r\n');
    assert.equal((await connection.answer()).json.length, 4);
    connection.write(requestText('HEAD', all, head, '{}') + requestText('GET', '/'));
    assert.equal((await connection.answer({ bodiless: true })).status, 200);
    assert.equal((await connection.answer()).json.status, 200);
  });

  it('show that names in brackets make objects of a form', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', apikey: server.key };
    const set = await request(server.url, 'POST', `/webhook/set/${tenant.name}`, { headers: form, body: 'webhook[enabled]=true&webhook[url]=http://x&webhook[events][]=CALL' });
    assert.equal(set.status, 400, set.text);
    assert.match(set.message, /webhook\.enabled is not of a type\(s\) boolean/);
    assert.doesNotMatch(set.message, /webhook\.(url|events)/);
  });
});
