// One TCP connection of a replayed case.
import net from 'node:net';
import { performance } from 'node:perf_hooks';
import { patience, within } from '../support/wait.mjs';
import { WireReader } from './protocol-wire.mjs';

/** How long a recorded message may take to come. All recorded timers are shorter than a second. */
const replyDeadline = 3000 * patience;

export class ReplayConnection {
  /** The request that was sent last: `{method, target, bytes, session}`. */
  request;
  /** Server messages that were recorded on this connection so far. */
  count = 0;
  /** Requests without an answer. */
  awaited = 0;
  /** Nothing on this connection means anything any more: it went another way than the recorded one. */
  isAbandoned = false;
  #reader = new WireReader();
  #arrived = [];
  #ended = false;
  #wake = () => {};

  static async open(port) {
    const connection = new ReplayConnection(net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }));
    await within(connection.opened, 'connection to the server');
    return connection;
  }

  constructor(socket) {
    this.socket = socket;
    this.opened = new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const end = () => {
      this.#ended = true;
      this.#read();
    };
    socket.on('data', (bytes) => {
      this.#reader.push(bytes);
      this.#read();
    });
    // A reset is one of the ways in which a server ends a connection.
    socket.on('error', end);
    socket.on('end', end);
    socket.on('close', end);
  }

  #read() {
    for (let message; (message = this.#reader.next(this.#ended)); ) this.#arrived.push({ ...message, at: performance.now() });
    this.#wake();
  }

  sendRequest(request) {
    this.request = request;
    this.#reader.expects(request.method);
    ++this.awaited;
    this.send(request.bytes);
  }

  send(bytes) {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** The next message, or `{kind: 'end'}`, or `{kind: 'nothing'}` when none came in time. */
  async next() {
    const came = await this.#until(() => this.#arrived.length > 0 || this.#ended);
    if (!came) return { kind: 'nothing' };
    const message = this.#arrived.shift() ?? { kind: 'end' };
    if (message.kind === 'response' && this.awaited > 0) --this.awaited;
    return message;
  }

  /** Whether the server ends the connection, which it may do behind messages that nobody asked for yet. */
  async ends() {
    return await this.#until(() => this.#ended);
  }

  /**
   * Ends the connection as a client does. With nothing awaited the server is given the chance to say more than it
   * should: its own end comes behind all that it sends.
   */
  async finish() {
    if (this.awaited > 0) this.socket.destroy();
    else {
      this.socket.end();
      await this.ends();
      this.socket.destroy();
    }
  }

  /** What came and was not compared. */
  get unread() {
    const rest = this.#reader.rest;
    return [...this.#arrived, ...(rest.length > 0 ? [{ kind: 'bytes', bytes: rest }] : [])];
  }

  async #until(enough) {
    const done = new Promise((resolve) => {
      this.#wake = () => enough() && resolve(true);
    });
    this.#wake();
    try {
      return await within(done, 'a message', replyDeadline);
    } catch {
      return false;
    }
  }
}
