// Engine.IO by hand: a polling session over plain HTTP requests, and a WebSocket that shows every frame.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { request } from './http.mjs';
import { Inbox, within } from './wait.mjs';

/** Packets of one polling payload. */
export const separator = '\x1e';
export const payload = (...packets) => packets.join(separator);

const target = (path, query) => `${path}?${new URLSearchParams(query)}`;

/** A session on the polling transport. */
export class PollingSession {
  /** Opens a session; `open` is the object of its open packet. */
  static async open(url, path = '/engine.io/', query = {}) {
    const session = new PollingSession();
    session.url = url;
    session.path = path;
    session.query = { EIO: '4', transport: 'polling', ...query };
    const answer = await request(url, 'GET', target(path, session.query));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.text[0], '0');
    session.headers = answer.headers;
    session.open = JSON.parse(answer.text.slice(1));
    session.sid = session.open.sid;
    return session;
  }

  get target() {
    return target(this.path, { ...this.query, sid: this.sid });
  }

  get() {
    return request(this.url, 'GET', this.target);
  }

  post(...packets) {
    return request(this.url, 'POST', this.target, { body: payload(...packets), headers: { 'content-type': 'text/plain;charset=UTF-8' } });
  }

  /** A second leg over WebSocket. */
  webSocket() {
    return new EngineSocket(this.url, this.path, { EIO: this.query.EIO, transport: 'websocket', sid: this.sid });
  }

  /** One GET whose answer must be this payload. */
  async gets(...packets) {
    const answer = await this.get();
    assert.deepEqual({ status: answer.status, text: answer.text }, { status: 200, text: payload(...packets) });
  }

  /** One POST that must be taken. */
  async puts(...packets) {
    const answer = await this.post(...packets);
    assert.deepEqual({ status: answer.status, text: answer.text }, { status: 200, text: 'ok' });
  }

  async assertGone() {
    const answer = await this.get();
    assert.equal(answer.status, 400, `the session is still there: ${answer.status} ${answer.text}`);
  }
}

/** A WebSocket to an Engine.IO path. Text frames arrive as strings, binary ones as Buffers. */
export class EngineSocket {
  frames = new Inbox();

  constructor(url, path = '/engine.io/', query = { EIO: '4', transport: 'websocket' }, options = {}) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws') + target(path, query), options);
    this.socket.on('message', (data, isBinary) => this.frames.push(isBinary ? data : data.toString()));
    /** Whether it ever opened, and the close code (1005: a close frame without one, 1006: none at all). */
    this.closed = new Promise((resolve) => this.socket.once('close', (code) => resolve({ opened: this.opened === true, code })));
    this.socket.on('open', () => (this.opened = true));
    // A refused handshake is an error and a close; tests look at the close.
    this.socket.on('error', () => {});
  }

  /** A session that begins on the WebSocket: its open packet is read already. */
  static async open(url, path, query = {}) {
    const socket = new EngineSocket(url, path, { EIO: '4', transport: 'websocket', ...query });
    const packet = await socket.next();
    assert.equal(packet[0], '0', packet);
    socket.handshake = JSON.parse(packet.slice(1));
    return socket;
  }

  async opens() {
    if (this.socket.readyState === WebSocket.OPEN) return;
    await within(new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    }), 'opening of the WebSocket');
  }

  send(...frames) {
    for (const frame of frames) this.socket.send(frame);
  }

  next() {
    return this.frames.next('frame');
  }

  /** The next frames must be these. */
  async gets(...frames) {
    assert.deepEqual(await this.frames.take(frames.length, 'frames'), frames);
  }

  /** Waits until the server has closed the connection. */
  end() {
    return within(this.closed, 'the server closes the WebSocket');
  }

  close() {
    this.socket.terminate();
  }
}
