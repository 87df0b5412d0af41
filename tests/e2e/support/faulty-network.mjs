// A TCP proxy that resets each connection after a while, in the middle of whatever it carries; and a client of Socket.IO
// that is light enough to be many, and comes back as the real one does.
import net from 'node:net';
import WebSocket from 'ws';
import { next } from './wait.mjs';

/** In front of one server. `resets` counts; `calm()` ends the faults. */
export class FaultyProxy {
  resets = 0;
  #isCalm = false;
  #sockets = new Set();
  #timers = new Set();

  /** A connection lives from a quarter of `meanMs` to seven quarters. */
  static async open(port, dice, meanMs) {
    const proxy = new FaultyProxy();
    proxy.server = net.createServer((client) => proxy.#carry(client, port, dice, meanMs));
    proxy.server.listen(0, '127.0.0.1');
    await next(proxy.server, 'listening');
    proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }

  #carry(client, port, dice, meanMs) {
    const upstream = net.connect({ host: '127.0.0.1', port });
    let isDoomed = false;
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        if (isDoomed) {
          to.write(chunk.subarray(0, dice.below(chunk.length)));
          return setImmediate(end);
        }
        if (!to.write(chunk)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
      from.on('end', () => to.end());
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        clearTimeout(timer);
        this.#timers.delete(timer);
        to.destroy();
      });
    }
    const end = () => {
      if (client.destroyed) return;
      ++this.resets;
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    // What is under way then is cut; a connection that is silent is reset as it is.
    const timer = setTimeout(() => {
      if (this.#isCalm) return;
      isDoomed = true;
      setTimeout(end, 100).unref();
    }, meanMs / 4 + dice.below(meanMs * 1.5));
    this.#timers.add(timer);
  }

  calm() {
    this.#isCalm = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  close() {
    this.calm();
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/**
 * One session over WebSocket in one namespace whose events are numbered 0, 1, 2 …; counts what is wrong instead of keeping
 * what came. `recovers`: whether it asks for recovery.
 */
export class LightClient {
  received = 0;
  expected = 0;
  lost = 0;
  doubled = 0;
  resumed = 0;
  renewed = 0;
  #pid;
  #offset;
  #sequence = 0;
  #socket;
  #isClosed = false;

  constructor(url, tenant, dice, { recovers = true } = {}) {
    Object.assign(this, { url: `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, tenant, dice, recovers });
    this.begun = new Promise((resolve) => (this.hasBegun = resolve));
    this.#connect();
  }

  #connect() {
    const socket = new WebSocket(this.url, { perMessageDeflate: false });
    this.#socket = socket;
    socket.on('message', (data) => this.#take(data.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!this.#isClosed) setTimeout(() => this.#connect(), 10 + this.dice.below(40));
    });
  }

  #take(packet) {
    if (packet.startsWith('42')) this.#note(packet);
    else if (packet === '2') this.#socket.send('3');
    else if (packet.startsWith('40')) this.#join(JSON.parse(packet.slice(packet.indexOf('{'))));
    else if (packet.startsWith('0')) {
      const auth = { apikey: this.tenant.token, recovery: this.recovers, pid: this.#pid, offset: this.#offset };
      this.#socket.send(`40${this.tenant.nsp},${JSON.stringify(auth)}`);
    } else throw new Error(`the light client got ${packet}`);
  }

  #join({ pid }) {
    if (this.hasBegun) this.hasBegun();
    if (this.hasBegun === undefined) this.recovers && pid === this.#pid ? ++this.resumed : ++this.renewed;
    this.hasBegun = undefined;
    this.#pid = pid;
  }

  #note(packet) {
    const at = packet.indexOf('"data":{"n":');
    if (at < 0) return;
    const n = parseInt(packet.slice(at + 12), 10);
    ++this.received;
    if (n < this.expected) ++this.doubled;
    else {
      this.lost += n - this.expected;
      this.expected = n + 1;
    }
    if (!this.recovers) return;
    const offset = packet.slice(packet.lastIndexOf('"', packet.length - 3) + 1, -2);
    const sequence = Number(offset.slice(17));
    if (!(sequence > this.#sequence)) ++this.doubled;
    this.#sequence = sequence;
    this.#offset = offset;
  }

  close() {
    this.#isClosed = true;
    this.#socket.terminate();
  }
}
