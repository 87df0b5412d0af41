// A client by hand that upgrades from polling to WebSocket while messages go both ways, with a delay between any two of
// its steps; and the judge of what arrived.
import http from 'node:http';
import WebSocket from 'ws';
import { request } from './http.mjs';
import { separator } from './engineio.mjs';
import { within } from './wait.mjs';

/** Random numbers that a seed repeats. */
export class Dice {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit) {
    return Math.floor(this.next() * limit);
  }

  /** Nothing at all, the next turn of the event loop, or some milliseconds: what a network does. */
  pause() {
    const kind = this.below(4);
    if (kind === 0) return undefined;
    return new Promise((resolve) => (kind === 1 ? setImmediate(resolve) : setTimeout(resolve, this.below(6))));
  }
}

/** Compares packets in the order of arrival with what is due. A packet is a string, or a Buffer for a binary message. */
export class Ledger {
  #due = [];
  #arrived = 0;
  #wake = () => {};
  /** The first thing that went wrong; undefined so far. */
  fault;

  owe(...packets) {
    this.#due.push(...packets);
  }

  arrive(packet) {
    const due = this.#due[this.#arrived++];
    const text = (x) => (x === undefined ? 'nothing' : Buffer.isBuffer(x) ? `bytes ${x.toString('hex')}` : x);
    if (text(due) !== text(packet)) this.fault ??= `packet ${this.#arrived}: ${text(due)} was due, ${text(packet)} came`;
    this.#wake();
  }

  get isSettled() {
    return this.fault !== undefined || this.#arrived === this.#due.length;
  }

  /** Resolves when all that was due is here, or something else is. */
  async settled() {
    await within(new Promise((resolve) => {
      this.#wake = () => this.isSettled && resolve();
      this.#wake();
    }), () => `${this.#due.length} packets; ${this.#arrived} have come, due is ${this.#due[this.#arrived]}`);
  }
}

/**
 * One client. `flow` says what is spoken: `path`, `greeting(session)` (packets to post first, and one that says that the
 * answer is complete), and `message(k)`: packets to send and packets due for the k-th message.
 */
export class UpgradeDance {
  ledger = new Ledger();
  #queue = [];
  #isPaused = false;
  /** While the greeting goes on: hears its packets, which are not judged. */
  #greeted;

  constructor(url, flow, dice, agent) {
    this.url = url;
    this.flow = flow;
    this.dice = dice;
    this.agent = agent;
  }

  /** Sends `count` messages around the upgrade; gives the fault, or undefined. */
  async run(count) {
    try {
      await this.#open();
      const reading = this.#read();
      // It is awaited below; until then its failure must not end the process.
      reading.catch(() => {});
      await this.#greet();
      const before = this.dice.below(count / 3);
      const during = this.dice.below(count / 3);
      const behind = this.dice.below(4);
      this.#prepare(0, before);
      const writing = this.#write();
      writing.catch(() => {});
      await this.#probe(() => this.#prepare(before, before + during));
      this.#isPaused = true;
      await Promise.all([reading, writing]);
      await this.dice.pause();
      await this.#upgrade(before + during, Math.min(count, before + during + behind), count);
      await this.ledger.settled();
      return this.ledger.fault;
    } finally {
      this.socket?.terminate();
    }
  }

  get #target() {
    return `${this.flow.path}?EIO=4&transport=polling${this.sid ? `&sid=${this.sid}` : ''}`;
  }

  async #request(method, body) {
    const answer = await request(this.url, method, this.#target, { agent: this.agent, body, headers: body ? { 'content-type': 'text/plain;charset=UTF-8' } : {} });
    if (answer.status !== 200) throw new Error(`${method}: ${answer.status} ${answer.text}`);
    return answer.text;
  }

  async #open() {
    this.sid = JSON.parse((await this.#request('GET')).slice(1)).sid;
    await this.dice.pause();
  }

  async #greet() {
    const { packets, until } = this.flow.greeting;
    if (packets.length === 0) return;
    const greeted = new Promise((resolve) => (this.#greeted = (packet) => String(packet).startsWith(until) && resolve()));
    await this.#post(packets);
    await within(greeted, `packet ${until}`);
    this.#greeted = undefined;
  }

  /** GET after GET, until paused and the last one has returned. */
  async #read() {
    while (!this.#isPaused) {
      for (const packet of (await this.#request('GET')).split(separator)) this.#take(packet[0] === 'b' ? Buffer.from(packet.slice(1), 'base64') : packet);
      await this.dice.pause();
    }
  }

  #take(packet) {
    if (packet === '6') return;
    if (this.#greeted) this.#greeted(packet);
    else this.ledger.arrive(packet);
  }

  /** Puts messages into the queue of POSTs. */
  #prepare(from, to) {
    for (let k = from; k < to; ++k) {
      const { packets, due } = this.flow.message(k);
      this.#queue.push(...packets);
      this.ledger.owe(...due);
    }
  }

  /** POST after POST of one to four packets, until paused and everything has gone. */
  async #write() {
    while (!this.#isPaused || this.#queue.length > 0) {
      const packets = this.#queue.splice(0, 1 + this.dice.below(4));
      if (packets.length > 0) await this.#post(packets);
      else await new Promise(setImmediate);
      await this.dice.pause();
    }
  }

  #post(packets) {
    return this.#request('POST', packets.map((x) => (Buffer.isBuffer(x) ? `b${x.toString('base64')}` : x)).join(separator));
  }

  async #probe(meanwhile) {
    await this.dice.pause();
    this.socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}${this.flow.path}?EIO=4&transport=websocket&sid=${this.sid}`);
    await within(new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    }), 'opening of the WebSocket');
    await this.dice.pause();
    const answered = new Promise((resolve) => this.socket.once('message', (data) => resolve(data.toString())));
    // The answer to the probe is the only frame until the upgrade; everything later is a packet.
    answered.then(() => this.socket.on('message', (data, isBinary) => this.#take(isBinary ? data : data.toString())));
    meanwhile();
    this.socket.send('2probe');
    const answer = await within(answered, 'answer to the probe');
    if (answer !== '3probe') throw new Error(`the probe was answered with ${answer}`);
    await this.dice.pause();
  }

  /** `5`, and messages up to `together` in the same segment; the others after it. */
  async #upgrade(from, together, to) {
    const sent = (k) => {
      const { packets, due } = this.flow.message(k);
      this.ledger.owe(...due);
      for (const packet of packets) this.socket.send(packet);
    };
    this.socket._socket.cork();
    this.socket.send('5');
    for (let k = from; k < together; ++k) sent(k);
    this.socket._socket.uncork();
    for (let k = together; k < to; ++k) {
      await this.dice.pause();
      sent(k);
    }
  }
}

/** For all requests of many clients. */
export const connections = () => new http.Agent({ keepAlive: true, maxSockets: 200 });
