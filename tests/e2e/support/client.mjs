// A Socket.IO client (npm socket.io-client) of which one can ask what arrived, and a raw WebSocket.
import assert from 'node:assert/strict';
import { Manager } from 'socket.io-client';
import WebSocket from 'ws';
import { Inbox, next, within } from './wait.mjs';

const ofTheServer = ['instance.create', 'instance.delete', 'remove.instance'];

/** One session: a socket of socket.io-client in one namespace, with everything that it received. */
export class Client {
  /** Events as `{name, args, envelope}` in the order of arrival. */
  events = new Inbox();
  /** Reasons of every `disconnect`. */
  disconnects = new Inbox();
  /** How each attempt ended: a socket id, or the error of `connect_error`. */
  #outcomes = new Inbox();

  /**
   * `without`: names of events that are dropped unseen; by default those by which the server itself tells of instances
   * that come and go, since every test creates some. `key` goes where `via` says: `auth` (default), `query` or `header`; null: nowhere. `auth`, `query` and `headers` are
   * sent in addition. All other members of `options` are options of socket.io-client's Manager.
   */
  static open(url, nsp, { key = null, via = 'auth', auth = {}, query = {}, headers = {}, without = ofTheServer, ...options } = {}) {
    const has = (place) => (key !== null && via === place ? { apikey: key } : {});
    const manager = new Manager(url, {
      transports: ['websocket'],
      reconnection: false,
      autoConnect: false,
      rejectUnauthorized: false,
      query: { ...has('query'), ...query },
      extraHeaders: { ...has('header'), ...headers },
      ...options,
    });
    return new Client(manager, nsp, { ...has('auth'), ...auth }, without);
  }

  constructor(manager, nsp, auth, without = ofTheServer) {
    this.manager = manager;
    this.socket = manager.socket(nsp);
    this.socket.auth = auth;
    this.socket.onAny((name, ...args) => {
      if (!without.includes(name)) this.events.push({ name, args, envelope: args[0] });
    });
    this.socket.on('connect', () => this.#outcomes.push(this.socket.id));
    this.socket.on('connect_error', (error) => this.#outcomes.push(error));
    this.socket.on('disconnect', (reason) => this.disconnects.push(reason));
    /** Text of every Engine.IO message of the connection, as it came over the wire. */
    this.packets = manager.recordedPackets ?? record(manager);
    this.socket.connect();
  }

  /** Another session on the same connection, with a key of its own. */
  also(nsp, { key = null, auth = {} } = {}) {
    return new Client(this.manager, nsp, { ...(key === null ? {} : { apikey: key }), ...auth });
  }

  /** Resolves once the session is there; fails when it is refused. */
  async connected() {
    const outcome = await this.#outcome();
    if (outcome instanceof Error) throw new Error(`refused: ${outcome.message} ${JSON.stringify(outcome.data ?? '')} ${outcome.description?.message ?? ''}`);
    return this;
  }

  /** Resolves with the error of the refusal; fails when the session comes into being. */
  async refused() {
    const outcome = await this.#outcome();
    assert.ok(outcome instanceof Error, 'the server let the client in');
    return outcome;
  }

  /** Resolves once the client has come back by itself; fails when the server refused it meanwhile. */
  async reconnected() {
    const outcomes = await this.#outcomes.takeUntil((x) => !(x instanceof Error), `reconnection to ${this.socket.nsp}`);
    const refusals = outcomes.filter((x) => x instanceof Error && x.type !== 'TransportError');
    assert.deepEqual(refusals.map((x) => x.message), [], 'refused by the server on the way back');
    return this;
  }

  #outcome() {
    return this.#outcomes.next(`answer to the CONNECT for ${this.socket.nsp}`);
  }

  /** The next event. */
  next() {
    return this.events.next(`events on ${this.socket.nsp}`);
  }

  /** The next `count` events. */
  take(count) {
    return this.events.take(count, `events on ${this.socket.nsp}`);
  }

  /** The next event named so; everything before it is dropped. */
  async nextNamed(name) {
    return (await this.events.takeUntil((event) => event.name === name, `event ${name} on ${this.socket.nsp}`)).at(-1);
  }

  /** The raw text of the next packet that holds `part`. */
  async packetWith(part) {
    return (await this.packets.takeUntil((text) => text.includes(part), `packet with ${part}`)).at(-1);
  }

  /**
   * Resolves when the server has answered something that was sent after all that this connection sent so far, and
   * everything that was under way to it before that answer has arrived.
   */
  async barrier() {
    const socket = this.manager.socket(`/no such instance ${Math.random()}`, { auth: this.socket.auth });
    const answered = next(socket, 'connect_error', 'answer to a CONNECT for an unknown namespace');
    socket.connect();
    await answered;
    socket.disconnect();
  }

  close() {
    this.manager.reconnection(false);
    this.socket.disconnect();
    this.manager._close();
  }
}

function record(manager) {
  const packets = new Inbox();
  manager.recordedPackets = packets;
  manager.on('open', () => {
    manager.engine.on('packet', ({ type, data }) => {
      if (type === 'message' && typeof data === 'string') packets.push(data);
    });
  });
  return packets;
}

/** Bare Engine.IO over a WebSocket: sends and receives text frames as they are. */
export class RawClient {
  frames = new Inbox();

  static async open(url, query) {
    const parameters = new URLSearchParams({ EIO: '4', transport: 'websocket', ...query });
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?${parameters}`, { rejectUnauthorized: false });
    const client = new RawClient(socket);
    const [open] = await client.frames.takeUntil(() => true, 'open packet');
    assert.match(open, /^0\{/);
    return client;
  }

  /** A WebSocket that is to take the place of the polling leg of connection `sid`. */
  static async probe(url, sid) {
    const parameters = new URLSearchParams({ EIO: '4', transport: 'websocket', sid });
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?${parameters}`, { rejectUnauthorized: false });
    const client = new RawClient(socket);
    await next(socket, 'open', 'opening of the WebSocket');
    return client;
  }

  constructor(socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
    socket.on('message', (data, isBinary) => this.frames.push(isBinary ? data : data.toString()));
    socket.on('error', () => {});
  }

  send(...frames) {
    for (const frame of frames) this.socket.send(frame);
  }

  /** The next frame that begins so. */
  async frame(start) {
    return (await this.frames.takeUntil((x) => typeof x === 'string' && x.startsWith(start), `frame ${start}`)).at(-1);
  }

  /** CONNECT to a namespace; the id of the session. */
  async join(nsp, auth) {
    const head = nsp === '/' ? '40' : `40${nsp},`;
    this.send(head + (auth ? JSON.stringify(auth) : ''));
    const answer = await this.frame(`${head}{"sid"`);
    return JSON.parse(answer.slice(head.length)).sid;
  }

  /** Waits until the server has closed the connection; the close code (1005: none). */
  end() {
    return within(this.closed, 'the server closes the WebSocket');
  }

  close() {
    this.socket.terminate();
  }
}
