// Replays one recorded case against a server that runs.
import { performance } from 'node:perf_hooks';
import { setTimeout as pass } from 'node:timers/promises';
import { compareMessages, describe } from './protocol-compare.mjs';
import { ReplayConnection } from './protocol-connection.mjs';
import { byNamespace, messagesOf, payloadOf } from './protocol-payload.mjs';
import { recordedFrame, recordedMessage, recordedRequest } from './protocol-recordings.mjs';
import { Variables } from './protocol-variables.mjs';

/** A recorded pause of the client shorter than this one (ms) is what it took to act at once. */
const pauseMin = 15;
/** A longer one let something happen that is not answered, such as a request being held. This much is enough of it. */
const pauseEnough = 40;
/** Requests elsewhere that a server with two threads answers behind what it was sent before. */
const roundTrips = 3;
/** The client acts this many ms later than recorded at most, or its server's timers may have fired meanwhile. */
const latenessMax = 100;
/** A server message behind a silence of this many ms came by a timer of the server. */
const silenceMin = 140;
/** The part of that silence that has to pass with any server. */
const silencePart = 0.85;

export class CaseReplay {
  /** Differences as `{position, theirs, ours}`; a position is `c<connection>/<number of the message>[/<pointer>]`. */
  differences = [];
  /** Polling answers whose packets came in other portions than the recorded ones. */
  rebatched = 0;
  /** Whether the client was slower than the recorded one: with short timers, differences then say nothing. */
  isLate = false;
  #connections = new Map();
  /** Packets that came before the recorded answer that they are in, by session. */
  #surplus = new Map();
  #begin;

  /**
   * `recorded`: a case of a transcript. `used`: made-up values of the server so far. `elsewhere`: a path that the server
   * answers at once and without effect. `act`: does what a note says was done at the server; gets what tells our value
   * for a recorded one's name.
   */
  constructor(port, recorded, { isByTheClock = false, used, elsewhere, act } = {}) {
    this.port = port;
    this.elsewhere = elsewhere;
    this.act = act;
    this.lines = recorded.lines;
    this.isByTheClock = isByTheClock;
    this.variables = new Variables(used);
  }

  async run() {
    this.#begin = performance.now();
    try {
      for (const [i, line] of this.lines.entries()) await this.#step(line, this.lines[i - 1], this.lines[i + 1]);
      for (const [number, connection] of this.#connections) await this.#finish(number, connection);
      for (const [session, packets] of this.#surplus) this.#differ(`${session}/extra`, 'nothing', packets);
    } finally {
      for (const { socket } of this.#connections.values()) socket?.destroy();
    }
    return this.differences;
  }

  async #step(line, before, after) {
    if (line.kind === 'note') return await this.act((name) => this.variables.ours(name));
    const connection = this.#connections.get(line.conn);
    if (connection?.isAbandoned) return;
    const silence = line.ms - (before?.ms ?? line.ms);
    if (line.dir === 's2c') return await this.#receive(line, connection, silence);
    if (line.kind === 'tcp-end' && line.by === 'server') return await this.#awaitEnd(line, connection);
    if (silence >= pauseMin) await this.#pause(silence);
    else if (before?.dir === 'c2s' && before.conn !== line.conn) await this.#settle();
    const lateness = performance.now() - this.#begin - (line.ms - this.lines[0].ms);
    this.isLate ||= lateness > latenessMax;
    if (line.kind === 'tcp-end') return await this.#finish(line.conn, connection);
    if (line.kind === 'ws-frame') return this.#sendFrame(line, connection, after);
    if (line.kind.startsWith('http-request')) return await this.#request(line, connection);
    throw new Error(`a recorded line of an unknown kind: ${JSON.stringify(line)}`);
  }

  /** Takes as long as recorded where time is the matter; else until the server has taken what it was sent. */
  async #pause(ms) {
    await pass(this.isByTheClock ? ms : Math.min(ms, pauseEnough));
    if (!this.isByTheClock) await this.#settle();
  }

  /** What was sent on one connection is with the server before something is sent on another one. */
  async #settle() {
    if (this.elsewhere === undefined) return;
    const bytes = Buffer.from(`GET ${this.elsewhere} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    for (let i = 0; i < roundTrips; ++i) {
      const connection = await ReplayConnection.open(this.port);
      connection.sendRequest({ method: 'GET', bytes });
      await connection.next();
      connection.socket.destroy();
    }
  }

  async #request(line, connection) {
    const request = recordedRequest(line, this.variables);
    if (!request) return this.#lack(line, connection);
    if (isPoll(request) && this.#surplus.has(request.session)) {
      this.#connections.set(line.conn, { request, count: 0, isServed: true });
      return;
    }
    const live = connection ?? (await ReplayConnection.open(this.port));
    this.#connections.set(line.conn, live);
    live.sendRequest(request);
  }

  /** Frames that were recorded at the same time leave in one segment. */
  #sendFrame(line, connection, after) {
    const goesOn = after?.kind === 'ws-frame' && after.dir === 'c2s' && after.conn === line.conn && after.ms === line.ms;
    const frame = recordedFrame(line, this.variables);
    if (!frame) return this.#lack(line, connection);
    connection.unsent = Buffer.concat([connection.unsent ?? Buffer.alloc(0), frame]);
    if (goesOn) return;
    connection.send(connection.unsent);
    connection.unsent = undefined;
  }

  async #receive(line, connection, silence) {
    let theirs = recordedMessage(line, connection.request.method);
    const position = `c${line.conn}/${++connection.count}`;
    let ours = connection.isServed ? this.#fromSurplus(theirs, connection) : await connection.next();
    if (silence >= silenceMin && ours.at - this.#begin < silence * silencePart) {
      this.#differ(`${position}/time`, `not within ${silence} ms`, 'early');
    }
    if (isPoll(connection.request) && theirs.status === 200 && ours.status === 200) {
      ours = await this.#inPortions(theirs, ours, connection.request);
      if (connection.request.target.startsWith('/socket.io/')) [theirs, ours] = [theirs, ours].map((x) => sorted(x, connection.request));
    }
    const found = compareMessages(theirs, ours, this.variables, line.vars);
    for (const { pointer, ...values } of found) this.#differ([position, ...(pointer ? [pointer] : [])].join('/'), values.theirs, values.ours);
    if (found.some(({ pointer }) => pointer === '')) this.#abandon(line.conn, connection);
  }

  /** Our answer with as many packets as the recorded one: a poll more, or some kept for the next recorded poll. */
  async #inPortions(theirs, ours, request) {
    const wanted = messagesOf(theirs.body, request.target);
    const packets = messagesOf(ours.body, request.target);
    if (!wanted || !packets || wanted.length === packets.length) return ours;
    ++this.rebatched;
    while (packets.length < wanted.length) {
      const more = await this.#poll(request);
      if (!more) return ours;
      packets.push(...more);
    }
    const surplus = packets.splice(wanted.length);
    if (surplus.length > 0) this.#surplus.set(request.session, surplus);
    return withBody(ours, payloadOf(packets, request.target));
  }

  async #poll(request) {
    const connection = await ReplayConnection.open(this.port);
    connection.sendRequest(request);
    const answer = await connection.next();
    connection.socket.destroy();
    return answer.status === 200 ? messagesOf(answer.body, request.target) : undefined;
  }

  /** An answer made of packets that came too early. */
  #fromSurplus(theirs, connection) {
    const packets = this.#surplus.get(connection.request.session);
    this.#surplus.delete(connection.request.session);
    return { ...withBody(theirs, payloadOf(packets, connection.request.target)), at: performance.now() };
  }

  async #awaitEnd(line, connection) {
    if (connection.isServed) return;
    if (!(await connection.ends())) this.#differ(`c${line.conn}/end`, 'server', 'nothing');
    this.#checkUnread(line.conn, connection);
  }

  async #finish(number, connection) {
    if (connection.isAbandoned || connection.isServed || connection.isFinished) return;
    connection.isFinished = true;
    await connection.finish();
    this.#checkUnread(number, connection);
  }

  #checkUnread(number, connection) {
    const { unread } = connection;
    if (unread.length === 0) return;
    const told = unread.map((message) => describe(message, (x) => this.variables.oursNamed(x)));
    this.#differ(`c${number}/extra`, 'nothing', told);
    connection.isAbandoned = true;
  }

  #lack(line, connection) {
    this.#differ(`c${line.conn}/sent`, this.variables.named(line.raw, line.vars), 'nothing, for want of a value');
    this.#abandon(line.conn, connection ?? {});
  }

  #abandon(number, connection) {
    connection.isAbandoned = true;
    connection.socket?.destroy();
    this.#connections.set(number, connection);
  }

  #differ(position, theirs, ours) {
    this.differences.push({ position, theirs, ours });
  }
}

const isPoll = ({ method, session, target }) => method === 'GET' && session !== undefined && target.includes('transport=polling');

function withBody(message, body) {
  const fields = message.fields.map(([name, value]) => [name, name === 'content-length' ? String(body.length) : value]);
  return { ...message, body, fields };
}

function sorted(message, { target }) {
  const packets = messagesOf(message.body, target);
  return packets ? { ...message, body: payloadOf(byNamespace(packets), target) } : message;
}
