// GET /events/sse and GET /events/ws: events for clients without Socket.IO.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { Server } from './support/server.mjs';
import { SseClient, StreamSocket } from './support/streams.mjs';
import { next, within } from './support/wait.mjs';

const encoded = (tenant) => encodeURIComponent(tenant.name);

for (const tls of [false, true]) {
  describe(`event streams over ${tls ? 'https' : 'http'}`, () => {
    let server;
    let acme;
    let zeta;
    const open = [];
    const keep = (client) => {
      open.push(client);
      return client;
    };
    const sse = async (path, options) => keep(await SseClient.open(server.url, path, options));
    const ws = async (path, options) => keep(await StreamSocket.open(server.url, path, options));

    before(async () => {
      server = await Server.start({ tls, env: { WEBSOCKET_GLOBAL_EVENTS: 'true', WEBSOCKET_CLIENT_EVENTS: 'true' } });
      acme = await server.createInstance({ name: 'acme é&' });
      zeta = await server.createInstance();
    });
    after(() => {
      for (const client of open) client.close?.();
      return server?.stop();
    });

    it('bring each event of an instance, named and with the envelope that Socket.IO clients get', async () => {
      const reference = await server.connect(acme.nsp, { key: acme.token });
      const stream = await sse(`/events/sse/${encoded(acme)}`, { headers: { apikey: acme.token } });
      const socket = await ws(`/events/ws/${encoded(acme)}?apikey=${acme.token}`);
      assert.equal(stream.headers['content-type'], 'text/event-stream');
      assert.equal(stream.headers['cache-control'], 'no-store');
      assert.equal(stream.headers['x-accel-buffering'], 'no');
      await server.post(acme, '{"event":"messages.upsert","data":{"a":\n\r\n 1,"b":"x\\ny"}}');
      const envelope = (await reference.next()).args[0];
      const event = await stream.next();
      assert.equal(event.name, 'messages.upsert');
      assert.equal(event.id, undefined, 'there is no log, so there is no offset');
      assert.deepEqual(event.envelope, envelope);
      const message = await socket.next();
      assert.equal(message.isBinary, false);
      assert.deepEqual(message.envelope, envelope);
    });

    it('of all instances carry what the key opens', async () => {
      const everything = [await sse(`/events/sse?apikey=${server.key}`), await ws(`/events/ws/?apikey=${server.key}`)];
      const own = [await sse('/events/sse', { headers: { apikey: zeta.token } }), await ws(`/events/ws?apikey=${zeta.token}`)];
      await server.emit(acme, 'call', { of: 'acme' });
      await server.emit(zeta, 'call', { of: 'zeta' });
      for (const client of everything) {
        assert.equal((await client.next()).envelope.data.of, 'acme');
        assert.equal((await client.next()).envelope.data.of, 'zeta');
      }
      for (const client of own) assert.equal((await client.next()).envelope.data.of, 'zeta');
    });

    it('take the filters of the query', async () => {
      const stream = await sse(`/events/sse?apikey=${server.key}&events=call,my.event&instances=${zeta.name}`);
      await server.emit(acme, 'call');
      await server.emit(zeta, 'chats.set');
      await server.emit(zeta, 'my.event', { n: 1 });
      assert.equal((await stream.next()).name, 'my.event');
    });

    it('refuse a wrong, missing or foreign key, and say why', async () => {
      const cases = [
        ['', {}, 401, /apiKey is required/, 'API_KEY_REQUIRED'],
        ['?apikey=nope', {}, 401, /Invalid global token/, 'API_KEY_UNKNOWN'],
        [`/${zeta.name}?apikey=${acme.token}`, {}, 404, /Invalid namespace/, 'NAMESPACE_NOT_YOURS'],
        [`/none?apikey=${server.key}`, {}, 404, /Invalid namespace/, undefined],
        [`?apikey=${server.key}&events=MESSAGE_UPSERT`, {}, 400, /unknown event/, 'UNKNOWN_EVENT'],
      ];
      for (const [rest, headers, status, message, code] of cases) {
        const answer = await sse(`/events/sse${rest}`, { headers });
        assert.equal(answer.status, status, rest);
        assert.match(answer.message, message);
        assert.equal(answer.json.response.data?.code, code);
        const socket = await ws(`/events/ws${rest}`, { headers });
        const closed = await within(socket.closed, 'close');
        assert.equal(closed.code, 1008);
        assert.match(closed.reason, message);
        assert.deepEqual(socket.messages.unread, []);
      }
    });

    it('end when their key loses its right, without inviting the client again', async () => {
      const tenant = await server.createInstance();
      const socket = await ws(`/events/ws/${tenant.name}?apikey=${tenant.token}`);
      const stream = await sse(`/events/sse/${tenant.name}?apikey=${tenant.token}`);
      await server.request('PUT', `/instance/token/${tenant.name}`);
      assert.equal((await within(socket.closed, 'close')).code, 1008);
      await within(stream.ended, 'end of the stream');
      assert.equal((await sse(`/events/sse/${tenant.name}?apikey=${tenant.token}`)).status, 401);
    });

    it('of a deleted instance bring its last events first', async () => {
      const tenant = await server.createInstance();
      const stream = await sse(`/events/sse/${tenant.name}?apikey=${tenant.token}`);
      await server.request('DELETE', `/instance/delete/${tenant.name}`);
      await within(stream.ended, 'end of the stream');
      assert.deepEqual(stream.records.all.map((record) => record.event), ['instance.delete', 'remove.instance']);
    });

    it('are one way: what a client says goes nowhere, and too much ends it', async () => {
      const socket = await ws(`/events/ws/${zeta.name}?apikey=${zeta.token}`);
      const other = await server.connect(zeta.nsp);
      socket.socket.send('["typing",{}]');
      socket.socket.send('x'.repeat(16384));
      await server.emit(zeta, 'call');
      assert.equal((await socket.next()).envelope.event, 'call');
      assert.equal((await other.next()).name, 'call');
      socket.socket.send('x'.repeat(16385));
      assert.equal((await within(socket.closed, 'close')).code, 1009);
    });

    it('carry no events that clients of Socket.IO sent', async () => {
      const stream = await sse(`/events/sse/${zeta.name}?apikey=${zeta.token}`);
      const sender = await server.connect(zeta.nsp, { key: zeta.token });
      await within(new Promise((resolve) => sender.socket.emit('typing', resolve)), 'acknowledgement');
      await server.emit(zeta, 'call');
      assert.equal((await stream.next()).name, 'call');
    });

    it('need an upgrade where they are a WebSocket', async () => {
      const answer = await server.request('GET', '/events/ws/acme');
      assert.equal(answer.status, 426);
      assert.equal(answer.headers.upgrade, 'websocket');
      assert.match(answer.message, /\/events\/sse\/acme/);
      assert.equal((await server.request('POST', '/events/sse')).status, 404);
      assert.equal((await server.request('GET', '/events/sseless')).status, 404);
      assert.equal((await server.request('GET', '/events/sse/a/b')).status, 404);
    });
  });
}

describe('event streams', () => {
  it('are shown by curl as the README says', async (t) => {
    const server = await Server.start();
    t.after(() => server.stop());
    const tenant = await server.createInstance();
    const curl = execFile('curl', ['-sN', '-H', `apikey: ${tenant.token}`, `${server.url}/events/sse/${tenant.name}`]);
    t.after(() => curl.kill());
    let output = '';
    curl.stdout.on('data', (text) => (output += text));
    await next(curl.stdout, 'data', 'first bytes of curl');
    await server.emit(tenant, 'call', { a: 1 });
    while (!/event: .*\n\n/s.test(output)) await next(curl.stdout, 'data', `more than ${output}`);
    assert.match(output, /^: connected\n\nevent: call\ndata: \{"event":"call",.*\}\n\n$/);
  });

  it('show that they are alive: SSE by comments, WebSocket by pings whose pong must come', async (t) => {
    const server = await Server.start({ env: { WEBSOCKET_PING_INTERVAL: '60', WEBSOCKET_PING_TIMEOUT: '60' } });
    t.after(() => server.stop());
    const stream = await SseClient.open(server.url, `/events/sse?apikey=${server.key}`);
    t.after(() => stream.close());
    assert.deepEqual(await stream.comments.take(3, 'comments'), ['connected', '', '']);
    const lively = await StreamSocket.open(server.url, `/events/ws?apikey=${server.key}`);
    t.after(() => lively.close());
    for (let i = 0; i < 3; ++i) await next(lively.socket, 'ping');
    const silent = await StreamSocket.open(server.url, `/events/ws?apikey=${server.key}`, { autoPong: false });
    t.after(() => silent.close());
    await within(silent.closed, 'close of a client without pongs');
    assert.equal(lively.socket.readyState, lively.socket.OPEN);
  });

  it('end with the server, so that clients come again', async (t) => {
    const server = await Server.start();
    t.after(() => server.stop());
    const socket = await StreamSocket.open(server.url, `/events/ws?apikey=${server.key}`);
    const stream = await SseClient.open(server.url, `/events/sse?apikey=${server.key}`);
    const ended = server.end('SIGTERM');
    assert.equal((await within(socket.closed, 'close')).code, 1001);
    await within(stream.ended, 'end of the stream');
    assert.deepEqual(await ended, { code: 0, signal: null });
  });

  it('that are not read end at the backlog, and others go on', async (t) => {
    const server = await Server.start({ env: { WEBSOCKET_MAX_BACKLOG: '100000' } });
    t.after(() => server.stop());
    const tenant = await server.createInstance();
    const slow = await SseClient.open(server.url, `/events/sse/${tenant.name}?apikey=${tenant.token}`);
    t.after(() => slow.close());
    slow.response.pause();
    slow.response.socket.pause();
    const fast = await SseClient.open(server.url, `/events/sse/${tenant.name}?apikey=${tenant.token}`);
    t.after(() => fast.close());
    const large = 'x'.repeat(900000);
    for (let n = 0; n < 20; ++n) {
      await server.emit(tenant, 'call', { n, large });
      assert.equal((await fast.next()).envelope.data.n, n);
    }
    slow.response.socket.resume();
    slow.response.resume();
    await within(slow.ended, 'end of the slow stream');
    assert.ok(slow.records.all.length < 20, 'it got everything, so nothing was bounded');
  });

  it('are not there with WEBSOCKET_ENABLED=false', async (t) => {
    const server = await Server.start({ env: { WEBSOCKET_ENABLED: 'false' } });
    t.after(() => server.stop());
    assert.equal((await server.request('GET', '/events/sse')).status, 404);
  });
});
