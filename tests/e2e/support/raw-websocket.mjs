// A WebSocket byte by byte: frames that no library would write, and every frame of the server as it is.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { Inbox, within } from './wait.mjs';

/** The bytes of one frame as clients write it. `first`: FIN, reserved bits and opcode (RFC 6455, section 5.2). */
export function frame(first, payload = '', { mask = randomBytes(4), announced } = {}) {
  const bytes = Buffer.from(payload);
  const size = announced ?? bytes.length;
  const length = size < 126 ? [size] : size < 65536 ? [126, size >> 8, size & 0xff] : [127, 0, 0, 0, 0, size / 2 ** 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff];
  if (mask) length[0] |= 0x80;
  return Buffer.concat([Buffer.from([first, ...length]), mask ?? Buffer.alloc(0), bytes.map((byte, i) => (mask ? byte ^ mask[i % 4] : byte))]);
}

/** The payload of a close frame. */
export const closing = (code, reason = '') => Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);

export class RawWebSocket {
  /** `{first, payload}` of everything that came. */
  frames = new Inbox();
  #buffer = Buffer.alloc(0);

  /** Opens one; the answer to its handshake has been read. */
  static async open(url, path) {
    const { hostname, port } = new URL(url);
    const socket = new RawWebSocket(net.connect({ host: hostname, port: Number(port) }));
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    const answer = await within(socket.head, 'the answer to the handshake');
    assert.match(answer, /^HTTP\/1\.1 101 /);
    assert.match(answer, /\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
    return socket;
  }

  constructor(socket) {
    this.socket = socket;
    let gotHead;
    this.head = new Promise((resolve) => (gotHead = resolve));
    /** 'end' when the server ended TCP, 'reset' when it broke it. */
    this.ended = new Promise((resolve) => {
      socket.once('end', () => resolve('end'));
      socket.once('error', () => resolve('reset'));
    });
    let isOpen = false;
    socket.on('data', (bytes) => {
      this.#buffer = Buffer.concat([this.#buffer, bytes]);
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (!isOpen && end >= 0) {
        isOpen = true;
        gotHead(this.#take(end + 4).toString('latin1'));
      }
      while (isOpen && this.#takeFrame());
    });
  }

  write(...bytes) {
    for (const some of bytes) this.socket.write(some);
  }

  /** The frames that come until the server ends the connection, and how it ends. */
  async end() {
    const how = await within(this.ended, 'the server ends the connection');
    this.close();
    return { frames: this.frames.unread, how };
  }

  close() {
    this.socket.destroy();
  }

  #take(bytes) {
    const taken = this.#buffer.subarray(0, bytes);
    this.#buffer = this.#buffer.subarray(bytes);
    return taken;
  }

  #takeFrame() {
    if (this.#buffer.length < 2) return false;
    const short = this.#buffer[1];
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (this.#buffer.length < header) return false;
    const length = short < 126 ? short : short === 126 ? this.#buffer.readUInt16BE(2) : Number(this.#buffer.readBigUInt64BE(2));
    if (this.#buffer.length < header + length) return false;
    const first = this.#take(header)[0];
    this.frames.push({ first, payload: Buffer.from(this.#take(length)) });
    return true;
  }
}
