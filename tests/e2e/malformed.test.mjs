// Packets that break the rules: that connection is closed, nobody else notices.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { request } from './support/http.mjs';
import { Server } from './support/server.mjs';

describe('malformed packets', () => {
  let server;
  let tenant;
  let bystander;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_CLIENT_EVENTS: 'true' } });
    tenant = await server.createInstance();
    bystander = await server.connect(tenant.nsp);
  });
  after(() => server?.stop());

  let markers = 0;
  /** Emits an event and waits until the bystander has it; returns what it got before that. */
  async function bystanderUpTo(marker = `marker ${++markers}`) {
    await server.emit(tenant, 'call', marker);
    return (await bystander.events.takeUntil((event) => event.envelope?.data === marker, `${marker} at the bystander`)).slice(0, -1);
  }

  /** The bystander is still served, and got nothing of what the bad peer sent. */
  async function bystanderGoesOn() {
    assert.deepEqual(await bystanderUpTo(), []);
    assert.deepEqual(bystander.disconnects.all, []);
  }

  async function joined() {
    await bystanderUpTo();
    const client = await server.rawClient();
    await client.join(tenant.nsp);
    return client;
  }

  const nsp = () => tenant.nsp;
  const bad = {
    'a message that is no packet (4abc)': () => ['4abc'],
    'an event whose payload is an object (42{})': () => ['42{}'],
    'an event whose payload is an object, in the joined namespace': () => [`42${nsp()},{}`],
    'an event without a name': () => [`42${nsp()},[]`],
    'an event with a name that is no string': () => [`42${nsp()},[null,1]`],
    'an event with a reserved name': () => [`42${nsp()},["connect_error"]`],
    'an event with broken JSON': () => [`42${nsp()},["x",{"a":]`],
    'an event nested a thousand times': () => [`42${nsp()},["x",${'['.repeat(1000)}${']'.repeat(1000)}]`],
    'an event for a namespace that was not joined': () => ['42/elsewhere,["x"]'],
    'a binary event that announces no attachments (50-["x"])': () => ['450-["x"]'],
    'a binary event that announces eleven attachments': () => [`4511-${nsp()},["x"]`],
    'a binary event whose attachment is a text': () => [`451-${nsp()},["x",{"_placeholder":true,"num":0}]`, `42${nsp()},["y"]`],
    'a binary event whose placeholder is out of range': () => [`451-${nsp()},["x",{"_placeholder":true,"num":7}]`, Buffer.from('abc')],
    'a binary event whose placeholder is no number': () => [`451-${nsp()},["x",{"_placeholder":true,"num":"splice"}]`, Buffer.from('abc')],
    'an attachment without a header': () => [Buffer.from('abc')],
    'a second CONNECT for a joined namespace': () => [`40${nsp()},`],
    'a CONNECT whose payload is an array': () => ['40/x,[]'],
    'a CONNECT_ERROR from a client': () => [`44${nsp()},{"message":"x"}`],
    'a DISCONNECT for a namespace that was not joined': () => ['41/elsewhere,'],
    'a packet type that does not exist': () => ['49'],
    'an Engine.IO packet type that does not exist': () => ['9'],
    'an empty Engine.IO packet': () => [''],
    'a ping from the client': () => ['2'],
    'an id beyond 2^53': () => [`42${nsp()},99999999999999999999["x"]`],
  };

  for (const [what, frames] of Object.entries(bad)) {
    it(`${what} closes that connection only`, async () => {
      const client = await joined();
      client.send(...frames());
      await client.end();
      await bystanderGoesOn();
    });
  }

  it('a message over maxPayload is closed with 1009', async () => {
    const client = await joined();
    client.send(`42${tenant.nsp},["x","${'x'.repeat(1_000_001)}"]`);
    assert.equal(await client.end(), 1009);
    await bystanderGoesOn();
  });

  const frames = {
    'a frame without a mask': Buffer.from([0x81, 0x05, ...Buffer.from('4abcd')]),
    'frames with reserved bits': Buffer.from('test'),
    'a length of 2^63 and more': Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]),
    'a control frame that is too long': Buffer.concat([Buffer.from([0x89, 0xfe, 0x00, 0x80, 0, 0, 0, 0]), Buffer.alloc(128)]),
    'a continuation of nothing': Buffer.from([0x80, 0x81, 0, 0, 0, 0, 0x41]),
    'text that is no UTF-8': Buffer.from([0x81, 0x83, 0, 0, 0, 0, 0x34, 0xff, 0xfe]),
    'four kilobytes of noise': Buffer.concat([Buffer.from([0xf1, 0x11]), randomBytes(4096)]),
  };
  for (const [what, bytes] of Object.entries(frames)) {
    it(`a WebSocket peer that sends ${what} is closed, nobody else`, async () => {
      await bystanderUpTo();
      const connection = await server.raw();
      connection.write(
        `GET /socket.io/?EIO=4&transport=websocket&apikey=${server.key} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      );
      const answer = await connection.answer();
      assert.equal(answer.status, 101);
      assert.equal(answer.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
      connection.write(bytes);
      await connection.end();
      await bystanderGoesOn();
    });
  }

  it('a malformed packet by polling ends that session, nobody else', async () => {
    await bystanderUpTo();
    const path = `/socket.io/?EIO=4&transport=polling&apikey=${server.key}`;
    for (const payload of ['4abc', `40${tenant.nsp},\x1e42${tenant.nsp},{}`, 'nonsense', '']) {
      const { sid } = JSON.parse((await request(server.url, 'GET', path)).text.slice(1));
      const answer = await request(server.url, 'POST', `${path}&sid=${sid}`, { body: payload, headers: { 'content-type': 'text/plain;charset=UTF-8' } });
      assert.ok([200, 400].includes(answer.status), String(answer.status));
      // What is buffered may still go out; then the session is gone.
      let after;
      do {
        after = await request(server.url, 'GET', `${path}&sid=${sid}`);
      } while (after.status === 200);
      assert.equal(after.status, 400);
      assert.equal(after.text, '{"code":1,"message":"Session ID unknown"}');
    }
    await bystanderGoesOn();
  });

  it('DISCONNECT and CONNECT again on the same connection gives a new session', async () => {
    const client = await server.rawClient();
    const first = await client.join(tenant.nsp);
    client.send(`41${tenant.nsp},`);
    const second = await client.join(tenant.nsp);
    assert.notEqual(second, first);
    await server.emit(tenant, 'call', 'once');
    assert.match(await client.frame(`42${tenant.nsp},["call"`), /"once"/);
    await server.emit(tenant, 'call', 'twice');
    const frames = await client.frames.takeUntil((frame) => frame.includes('"twice"'));
    assert.equal(frames.length, 1, 'the old session still gets events');
  });

  it('a client that vanishes without a close frame disturbs nobody', async () => {
    const client = await joined();
    client.socket._socket.destroy();
    await client.end();
    await bystanderGoesOn();
  });
});
