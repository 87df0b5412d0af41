// A client of socket.io-client that notes what the recordings note of one.
import { Manager } from 'socket.io-client';
import { within } from '../support/wait.mjs';

const digitOf = { open: 0, close: 1, ping: 2, pong: 3, message: 4, upgrade: 5, noop: 6 };

export class Listener {
  /** Engine.IO packets as text, with their digit. */
  packets = [];
  /** What reached the session: `{event, args, raw}` or `{disconnect: reason}`, until it is taken. */
  #arrived = [];
  /** Packets of events that are not yet told with their event. */
  #raw = [];

  /** `client` as recorded: `{nsp, transports, query, headers, auth}`. */
  constructor(url, client) {
    this.manager = new Manager(url, {
      transports: client.transports ?? ['websocket'],
      query: client.query,
      extraHeaders: client.headers,
      reconnection: false,
      autoConnect: false,
      forceNew: true,
    });
    this.socket = this.manager.socket(client.nsp, { auth: client.auth });
    this.socket.onAny((event, ...args) => this.#arrived.push({ event, args, raw: this.#raw.shift() }));
    this.socket.on('disconnect', (disconnect) => this.#arrived.push({ disconnect }));
  }

  /** Connects; the outcome as recorded, with the packets up to it. */
  async connect() {
    const outcome = new Promise((resolve) => {
      this.socket.once('connect', () => resolve(this.#outcome({ outcome: 'connect', sid: this.socket.id })));
      this.socket.once('connect_error', (error) => resolve(this.#outcome(refusal(error))));
    });
    this.packets = [];
    this.socket.connect();
    this.manager.engine?.on('packet', ({ type, data }) => this.#note(type, data));
    return await within(outcome, `answer to the CONNECT for ${this.socket.nsp}`);
  }

  #outcome(x) {
    return { ...x, rawPackets: this.packets.filter((text) => /^[04]/.test(text)) };
  }

  #note(type, data) {
    if (typeof data === 'string' && /^[25]/.test(data) && type === 'message') this.#raw.push(data);
    this.packets.push(`${digitOf[type]}${data ?? ''}`);
  }

  /** What reached the session since the last time. */
  take() {
    return this.#arrived.splice(0);
  }

  emit(...args) {
    this.socket.emit(...args);
  }

  /**
   * Resolves when the server has answered something that was sent after all that this connection sent so far, and
   * everything that was under way to it before has arrived.
   */
  async barrier() {
    if (!this.manager.engine || this.manager.engine.readyState !== 'open') return;
    const probe = this.manager.socket(`/no such instance ${Math.random()}`, { auth: this.socket.auth });
    await within(
      new Promise((resolve) => {
        probe.once('connect_error', resolve);
        this.manager.engine.once('close', resolve);
        probe.connect();
      }),
      `answer to a CONNECT for an unknown namespace after ${this.socket.nsp}`,
    );
    probe.disconnect();
  }

  /** Leaves, as a client does. */
  leave() {
    this.socket.disconnect();
  }

  close() {
    this.socket.disconnect();
    this.manager._close();
  }
}

/** What socket.io-client tells of a refusal, as far as it is recorded. */
function refusal(error) {
  const x = { outcome: 'connect_error', message: error.message };
  const description = error.description?.message ?? error.description;
  if (description !== undefined) x.description = description;
  if (error.context?.status !== undefined) {
    x.contextStatus = error.context.status;
    x.contextBody = error.context.responseText;
  }
  return x;
}
