// RFC 6455 as peers of the built server see it: what is answered, and with which code it closes. Every case of the
// protocol is in ../websocket; these show that the server is made of what is tested there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { closing, frame, RawWebSocket } from './support/raw-websocket.mjs';
import { Server } from './support/server.mjs';

/** Of event streams it always is that. */
const maxPayload = 16_384;
const text = 0x81;
const binary = 0x82;
const close = 0x88;
const ping = 0x89;
const pong = 0x8a;

// Text from which only its first 0xf4 0x90 are sent: no character begins so, whatever follows.
const neverText = Buffer.concat([Buffer.from('κόσμε'), Buffer.from([0xf4, 0x90])]);

const violations = {
  'a text frame without a mask': [1002, frame(text, '4x', { mask: null })],
  'a close frame without a mask': [1002, frame(close, closing(1000), { mask: null })],
  'RSV1, which would be a compressed message': [1002, frame(0xc1, '4x')],
  'RSV2': [1002, frame(0xa1, '4x')],
  'RSV3 on a ping': [1002, frame(0x99)],
  'an unknown opcode of data': [1002, frame(0x83, 'x')],
  'an unknown opcode of control': [1002, frame(0x8b)],
  'a ping in fragments': [1002, frame(0x09, 'x')],
  'a ping of 126 bytes': [1002, frame(ping, 'x'.repeat(126))],
  'a continuation of nothing': [1002, frame(0x80, 'x')],
  'a message within a message': [1002, Buffer.concat([frame(0x01, '4x'), frame(text, '4y')])],
  'a length in more bytes than it needs': [1002, Buffer.from([0x81, 0xfe, 0, 1, 0, 0, 0, 0, 0x34])],
  'a close frame of one byte': [1002, frame(close, 'x')],
  'a close frame with status 1005': [1002, frame(close, closing(1005))],
  'a close frame with status 999': [1002, frame(close, closing(999))],
  'a close frame with status 5000': [1002, frame(close, closing(5000))],
  'a close frame whose reason is no UTF-8': [1002, frame(close, Buffer.concat([closing(1000), Buffer.from([0xce])]))],
  'text that is no UTF-8': [1007, frame(text, Buffer.from([0x34, 0xff]))],
  'text that cannot become UTF-8, before its frame ends': [1007, frame(text, neverText, { announced: 1000 })],
  'text that cannot become UTF-8, before its message ends': [1007, frame(0x01, neverText)],
  'text that ends within a character': [1007, Buffer.concat([frame(0x01, Buffer.from([0x34, 0xce])), frame(0x80)])],
  'a message that announces too much': [1009, frame(binary, '', { announced: maxPayload + 1 })],
  'fragments that sum up to too much': [1009, Buffer.concat([frame(0x02, Buffer.alloc(maxPayload)), frame(0x80, '', { announced: 1 })])],
  'a length of 2^63': [1009, Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
};

describe('the WebSocket of the server', () => {
  let server;
  let tenant;
  before(async () => {
    server = await Server.start({ env: { WEBSOCKET_MAX_PAYLOAD: String(maxPayload) } });
    tenant = await server.createInstance();
  });
  after(() => server?.stop());

  const endpoints = {
    'Socket.IO': async () => {
      const socket = await RawWebSocket.open(server.url, `/socket.io/?EIO=4&transport=websocket&apikey=${server.key}`);
      const open = await socket.frames.next('open packet');
      assert.equal(open.first, text);
      assert.match(open.payload.toString(), /^0\{/);
      return socket;
    },
    'event streams': () => RawWebSocket.open(server.url, `/events/ws/${tenant.name}?apikey=${server.key}`),
  };

  for (const [where, open] of Object.entries(endpoints)) {
    for (const [what, [code, bytes]] of Object.entries(violations)) {
      it(`${where}: ${what} closes with ${code}`, async () => {
        const socket = await open();
        socket.write(bytes);
        assert.deepEqual(await socket.end(), { frames: [{ first: close, payload: closing(code) }], how: 'end' });
      });
    }

    it(`${where}: pings are answered in order with their payload, between the fragments of a message, too`, async () => {
      const socket = await open();
      const long = Buffer.alloc(125, 0xfe);
      socket.write(frame(ping), frame(0x01, '4'), frame(ping, long), frame(pong, 'nobody asked'), frame(ping, 'last'));
      assert.deepEqual(await socket.frames.take(3), [
        { first: pong, payload: Buffer.alloc(0) },
        { first: pong, payload: long },
        { first: pong, payload: Buffer.from('last') },
      ]);
      socket.close();
    });

    for (const [what, said, answer] of [
      ['without a status', Buffer.alloc(0), Buffer.alloc(0)],
      ['with 1000', closing(1000), closing(1000)],
      ['with 4999 and a reason', closing(4999, 'enough of it'), closing(4999)],
      ['with 1001 and the longest reason', closing(1001, 'x'.repeat(123)), closing(1001)],
    ]) {
      it(`${where}: a close frame ${what} comes back without its reason, then TCP ends`, async () => {
        const socket = await open();
        socket.write(frame(close, said));
        assert.deepEqual(await socket.end(), { frames: [{ first: close, payload: answer }], how: 'end' });
      });
    }

    it(`${where}: nothing that follows a close frame is answered`, async () => {
      const socket = await open();
      socket.write(Buffer.concat([frame(close, closing(1000)), frame(ping, 'x'), frame(0xff, 'x'), frame(close, closing(1001))]));
      assert.deepEqual(await socket.end(), { frames: [{ first: close, payload: closing(1000) }], how: 'end' });
    });
  }

  it('Socket.IO: a message in frames of one byte is one message', async () => {
    const socket = await endpoints['Socket.IO']();
    const bytes = Buffer.from(`40${tenant.nsp},{"note":"κόσμε"}`);
    socket.write(...[...bytes].map((byte, i) => frame((i === 0 ? 0x01 : 0x00) | (i === bytes.length - 1 ? 0x80 : 0), Buffer.from([byte]))));
    const answer = await socket.frames.next('CONNECT');
    assert.ok(answer.payload.toString().startsWith(`40${tenant.nsp},{"sid"`), answer.payload.toString());
    socket.close();
  });

  it('Socket.IO: a message of the longest allowed size is taken', async () => {
    const socket = await endpoints['Socket.IO']();
    const packet = `40${tenant.nsp},{"note":"`;
    socket.write(frame(text, packet + 'x'.repeat(maxPayload - packet.length - 2) + '"}'));
    assert.ok((await socket.frames.next('CONNECT')).payload.toString().startsWith(`40${tenant.nsp},{"sid"`));
    socket.close();
  });
});
