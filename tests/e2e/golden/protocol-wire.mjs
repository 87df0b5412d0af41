// Bytes of a TCP connection, read as HTTP/1.1 answers and, behind a 101, as WebSocket frames.
import { randomBytes } from 'node:crypto';

export const text = 1;
export const close = 8;

/**
 * Takes bytes in pieces and gives messages: `{kind: 'response', status, fields: [[name, value]], chunked, body}` or
 * `{kind: 'frame', opcode, fin, rsv, masked, payload}`. Names of fields are in lower case.
 */
export class WireReader {
  #buffer = Buffer.alloc(0);
  #isWebSocket = false;
  #isLost = false;

  /** `{method}` of the request whose answer comes next: that to HEAD has no body. */
  expects(method) {
    this.method = method;
  }

  push(bytes) {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
  }

  /** The bytes that are no complete message yet. */
  get rest() {
    return this.#isLost ? Buffer.alloc(0) : this.#buffer;
  }

  /** The next complete message, or undefined. `ended`: no more bytes will come. */
  next(ended = false) {
    if (this.#isLost) return undefined;
    return this.#isWebSocket ? this.#frame() : this.#response(ended);
  }

  #response(ended) {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [first, ...lines] = this.#buffer.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    const fields = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const found = this.#body(end + 4, status, new Map(fields), ended);
    if (!found) return undefined;
    this.#buffer = this.#buffer.subarray(found.end);
    this.#isWebSocket = status === 101;
    return { kind: 'response', status, fields, chunked: found.chunked ?? false, body: found.body };
  }

  #body(start, status, fields, ended) {
    const none = { body: Buffer.alloc(0), end: start };
    if (this.method === 'HEAD' || status === 204 || status === 304 || status < 200) return none;
    if (fields.get('transfer-encoding') === 'chunked') return this.#chunks(start);
    const length = fields.get('content-length');
    if (length === undefined && !ended) return undefined;
    const end = length === undefined ? this.#buffer.length : start + Number(length);
    return this.#buffer.length < end ? undefined : { body: this.#buffer.subarray(start, end), end };
  }

  #chunks(start) {
    const parts = [];
    for (let at = start; ; ) {
      const line = this.#buffer.indexOf('\r\n', at);
      if (line < 0) return undefined;
      const size = Number.parseInt(this.#buffer.subarray(at, line).toString('latin1'), 16);
      const end = line + 2 + size + 2;
      if (this.#buffer.length < end) return undefined;
      if (size === 0) return { body: Buffer.concat(parts), end, chunked: true };
      parts.push(this.#buffer.subarray(line + 2, line + 2 + size));
      at = end;
    }
  }

  #frame() {
    const bytes = this.#buffer;
    if (bytes.length < 2) return undefined;
    const short = bytes[1] & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (bytes.length < 2 + extended) return undefined;
    const length = extended === 2 ? bytes.readUInt16BE(2) : extended === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
    const masked = (bytes[1] & 0x80) !== 0;
    const start = 2 + extended + (masked ? 4 : 0);
    if (bytes.length < start + length) return undefined;
    this.#buffer = bytes.subarray(start + length);
    const rsv = (bytes[0] >> 4) & 7;
    // No extension was agreed on, so these are no frames; nothing behind them can be read.
    this.#isLost = rsv !== 0;
    const payload = bytes.subarray(start, start + length);
    return { kind: 'frame', opcode: bytes[0] & 15, fin: (bytes[0] & 0x80) !== 0, rsv, masked, payload };
  }
}

/** A frame as a client has to send it: masked. */
export function clientFrame({ opcode, fin, payload }) {
  const { length } = payload;
  const extended = length < 126 ? Buffer.alloc(0) : Buffer.alloc(length < 65536 ? 2 : 8);
  if (extended.length === 2) extended.writeUInt16BE(length);
  if (extended.length === 8) extended.writeBigUInt64BE(BigInt(length));
  const short = extended.length === 0 ? length : extended.length === 2 ? 126 : 127;
  const mask = randomBytes(4);
  const masked = payload.map((byte, i) => byte ^ mask[i % 4]);
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, 0x80 | short]), extended, mask, masked]);
}

/** The payload of a close frame; `code` null: an empty one. */
export function closePayload(code, reason = '') {
  return code === null ? Buffer.alloc(0) : Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
}
