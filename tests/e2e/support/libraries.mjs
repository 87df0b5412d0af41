// The Socket.IO clients that people have, of three protocol generations, behind one face.
import { io as io4 } from 'socket.io-client';
import { io as io3 } from 'socket.io-client-3';
import io2 from 'socket.io-client-2';
import { Inbox } from './wait.mjs';

/** By name: how a socket is made, and what its generation speaks. */
export const libraries = {
  'socket.io-client 4': { io: io4, eio: 4 },
  'socket.io-client 3': { io: io3, eio: 4 },
  'socket.io-client 2': { io: io2, eio: 3 },
};

export const ways = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  upgrade: { transports: ['polling', 'websocket'] },
};

const quick = { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 40, autoUnref: true };

/** One session of any of them. */
export class LibraryClient {
  /** Events as `{name, args}` in the order of arrival, of the names asked for. */
  events = new Inbox();
  disconnects = new Inbox();
  outcomes = new Inbox();

  /** `auth`: goes as the CONNECT's payload, or, for clients that have none, as the query of the namespace. */
  constructor(library, url, nsp, { auth = {}, hear = [], ...options } = {}) {
    const hasAuth = library.eio === 4;
    const query = hasAuth || Object.keys(auth).length === 0 ? '' : `?${new URLSearchParams(auth)}`;
    this.socket = library.io(`${url}${nsp}${query}`, { ...quick, ...(hasAuth ? { auth } : {}), ...options });
    for (const name of hear) this.socket.on(name, (...args) => this.events.push({ name, args }));
    this.socket.on('connect', () => this.outcomes.push({ id: this.socket.id }));
    this.socket.on('disconnect', (reason) => this.disconnects.push(reason));
    this.socket.on('connect_error', ({ message, data, type }) => this.outcomes.push({ message, data, type }));
    // The second generation hands on the payload as it is: an object of an unknown namespace, else the data or the text.
    if (!hasAuth) this.socket.on('error', (payload) => this.outcomes.push({ payload }));
  }

  async connected() {
    const outcome = await this.outcomes.next('an outcome of the CONNECT');
    if (!outcome.id) throw new Error(`refused: ${JSON.stringify(outcome)}`);
    return this;
  }

  /** What the application learns of a refusal. */
  async refused() {
    const outcome = await this.outcomes.next('an outcome of the CONNECT');
    if (outcome.id) throw new Error('the server let the client in');
    return outcome;
  }

  /** After a loss: resolves when the client is back by itself. */
  async back() {
    await this.outcomes.takeUntil((outcome) => outcome.id !== undefined, 'reconnection');
  }

  async next() {
    const { name, args } = await this.events.next('events');
    return [name, ...args];
  }

  /** Emits, and gives all arguments of the ack. */
  ask(...args) {
    return new Promise((resolve) => this.socket.emit(...args, (...answer) => resolve(answer)));
  }

  get transport() {
    return this.socket.io.engine.transport.name;
  }

  close() {
    this.socket.io.reconnection(false);
    this.socket.close();
    this.socket.io.engine?.close();
  }
}
