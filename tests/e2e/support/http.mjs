// HTTP by hand: one request through Node's client, or raw bytes over one TCP (or TLS) connection.
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { within } from './wait.mjs';

/** Sends one request. `body`: a string or Buffer goes out as it is, anything else as JSON. */
export function request(base, method, path, { headers = {}, body, agent } = {}) {
  const url = new URL(base);
  const client = url.protocol === 'https:' ? https : http;
  const isRaw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  const payload = isRaw ? body : JSON.stringify(body);
  const answer = new Promise((resolve, reject) => {
    const req = client.request({
      host: url.hostname,
      port: url.port,
      method,
      path,
      agent,
      rejectUnauthorized: false,
      headers: {
        ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
        ...headers,
      },
    });
    req.on('error', reject);
    req.on('response', (res) => collect(res).then(resolve, reject));
    req.end(payload);
  });
  return within(answer, `answer to ${method} ${path}`);
}

/** Status, headers and body of an `IncomingMessage`. */
export async function collect(res) {
  const chunks = [];
  for await (const chunk of res) chunks.push(chunk);
  return new Answer(res.statusCode, res.headers, Buffer.concat(chunks));
}

export class Answer {
  /** `body`: its bytes, or its text. */
  constructor(status, headers, body) {
    this.status = status;
    this.headers = headers;
    this.bytes = Buffer.from(body);
  }

  get text() {
    return this.bytes.toString();
  }

  get json() {
    return JSON.parse(this.text);
  }

  /** The texts of Evolution's error body, in one string. */
  get message() {
    return [this.json.response.message].flat(2).join('\n');
  }
}

/** One TCP or TLS connection that writes bytes as told and reads HTTP/1.1 answers one by one. */
export class RawConnection {
  #buffer = Buffer.alloc(0);
  #ended = false;
  #wake = () => {};

  static async open(base) {
    const url = new URL(base);
    const secure = url.protocol === 'https:';
    const where = { host: url.hostname, port: Number(url.port), rejectUnauthorized: false };
    const socket = secure ? tls.connect(where) : net.connect(where);
    const connection = new RawConnection(socket);
    await within(
      new Promise((resolve, reject) => {
        socket.once(secure ? 'secureConnect' : 'connect', resolve);
        socket.once('error', reject);
      }),
      `connection to ${base}`,
    );
    return connection;
  }

  constructor(socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    // A server may well reset a connection that it refuses to read on; what counts is what it said before.
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('end', end);
    socket.on('close', end);
  }

  write(bytes) {
    this.socket.write(bytes);
  }

  /** The next answer. `bodiless` when it belongs to a HEAD request. */
  async answer({ bodiless = false } = {}) {
    await this.#until(() => this.#buffer.indexOf('\r\n\r\n') >= 0, 'head of an answer');
    const end = this.#buffer.indexOf('\r\n\r\n');
    const [first, ...lines] = this.#buffer.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    this.#buffer = this.#buffer.subarray(end + 4);
    const isEmpty = bodiless || status === 204 || status === 304 || (status >= 100 && status < 200);
    let length = isEmpty ? 0 : Number(headers['content-length'] ?? NaN);
    if (Number.isNaN(length)) {
      await this.#until(() => this.#ended, 'end of a body without a length');
      length = this.#buffer.length;
    }
    await this.#until(() => this.#buffer.length >= length, `body of ${length} bytes`);
    const text = this.#buffer.subarray(0, length).toString();
    this.#buffer = this.#buffer.subarray(length);
    return new Answer(status, headers, text);
  }

  async #until(enough, what) {
    const ready = new Promise((resolve, reject) => {
      this.#wake = () => {
        if (enough()) resolve();
        else if (this.#ended) reject(new Error(`connection ended before: ${what}; got ${JSON.stringify(this.#buffer.toString('latin1').slice(0, 300))}`));
      };
    });
    this.#wake();
    await within(ready, what);
  }

  /** Waits until the server has closed the connection. */
  async end() {
    await within(this.closed, 'the server closes the connection');
  }

  destroy() {
    this.socket.destroy();
  }
}

/** The text of a request; `Content-Length` is added for a body. */
export function requestText(method, path, headers = {}, body) {
  const all = { host: 'arauto.test', ...headers };
  if (body !== undefined) all['content-length'] ??= Buffer.byteLength(body);
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}
