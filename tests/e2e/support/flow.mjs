// Events that flow without stop while things break: producers that number them and never give up, clients that come back,
// and the judge of what arrived.
import { randomUUID } from 'node:crypto';
import { SseClient } from './streams.mjs';
import { deadline } from './wait.mjs';

/** A generator whose seed repeats a run, as far as the machine does. */
export class Dice {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** From 0 to n-1 (mulberry32). */
  below(n) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return Math.floor((((x ^ (x >>> 14)) >>> 0) / 4294967296) * n);
  }
}

/** A client whose server dies while it changes its transport hears of that by missing pings only. */
export const quickPings = { WEBSOCKET_PING_INTERVAL: '1000', WEBSOCKET_PING_TIMEOUT: '1500' };

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sequenceOf = (offset) => Number(offset.slice(offset.indexOf('-') + 1));

/**
 * Emits numbered events in batches, one request at a time, each under a key of its own: what gets no answer, or 503, is
 * sent again until it is accepted. So each number has to be in the log once.
 */
export class Producer {
  sent = 0;
  refusals = [];
  #stopped = false;
  #run;

  constructor(server, tenant, { batch = 5, text = '', pauseMs = 1, total = Infinity } = {}) {
    Object.assign(this, { server, tenant, batch, text, pauseMs, total });
  }

  start() {
    this.#run = this.#loop();
    this.#run.catch(() => {});
    return this;
  }

  async #loop() {
    while (!this.#stopped && this.sent < this.total) {
      const count = Math.min(this.batch, this.total - this.sent);
      const body = Array.from({ length: count }, (_, i) => ({ event: 'call', data: { n: this.sent + i, text: this.text } }));
      await this.#place(body, randomUUID());
      this.sent += count;
      if (this.pauseMs) await pause(this.pauseMs);
    }
  }

  async #place(body, key) {
    const until = Date.now() + 4 * deadline;
    for (;;) {
      const answer = await this.server
        .request('POST', `/event/emit/${this.tenant.name}`, { key: this.tenant.token, body, headers: { 'idempotency-key': key } })
        .catch((error) => ({ error }));
      if (answer.status === 201) return;
      if (answer.status === 503) this.refusals.push(answer);
      else if (answer.status && answer.status !== 409) throw new Error(`a producer got ${answer.status}: ${answer.text}`);
      if (Date.now() > until) throw new Error(`a producer is not accepted any more: ${answer.text ?? answer.error}`);
      await pause(5);
    }
  }

  /** Ends after the batch under way. */
  async stop() {
    this.#stopped = true;
    await this.#run;
  }

  /** Waits until all are sent. */
  async done() {
    await this.#run;
  }
}

/** What one client got, in order of arrival: `[tenant, n, sequence]`; and how often it came back, or could not. */
export class Diary {
  events = [];
  resumed = 0;
  renewed = 0;

  constructor(name, tenants) {
    Object.assign(this, { name, tenants });
  }

  note(envelope, offset) {
    if (envelope.event === 'call') this.events.push([envelope.instance, envelope.data.n, sequenceOf(offset)]);
  }
}

/** The real client, which comes back by itself; every session after the first has to be the first one again. */
export function follow(server, nsp, key, transports, tenants) {
  const diary = new Diary(`${transports.join('+')} on ${nsp}`, tenants);
  const client = server.open(nsp, {
    key, transports, auth: { recovery: true }, reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 60, timeout: 5000,
  });
  let isFirst = true;
  client.socket.on('connect', () => {
    if (!isFirst) client.socket.recovered ? ++diary.resumed : ++diary.renewed;
    isFirst = false;
  });
  client.socket.onAny((name, envelope, offset) => diary.note(envelope, offset));
  return { diary, client, begun: client.connected(), stop: () => client.close() };
}

/** A reader of server-sent events that comes back with the id of the last one, as browsers do. */
export function followStream(server, tenant, since) {
  const diary = new Diary(`server-sent events on ${tenant.nsp}`, [tenant]);
  let stopped = false;
  let stream;
  let last;
  const loop = async () => {
    while (!stopped) {
      const headers = { apikey: tenant.token, ...(last && { 'last-event-id': last }) };
      stream = await SseClient.open(server.url, `/events/sse/${tenant.name}?since=${since}`, { headers }).catch(() => undefined);
      if (!stream?.records) {
        if (stream) throw new Error(`the stream was refused: ${stream.status} ${stream.text}`);
        await pause(20);
        continue;
      }
      if (last) ++diary.resumed;
      const note = ({ data, id }) => {
        last = id;
        diary.note(JSON.parse(data), id);
      };
      for (const record of stream.records.all) note(record);
      stream.records.push = note;
      await stream.ended;
    }
  };
  const run = loop();
  run.catch(() => {});
  return { diary, begun: Promise.resolve(), stop: () => ((stopped = true), stream?.close?.()) };
}

/** The place behind which a tenant's numbered events are. */
export async function placeOf(server, tenant) {
  return (await server.request('GET', `/event/history/${tenant.name}`)).json.through;
}

/** Every numbered event of a tenant that the log has: `[tenant, n, sequence]`. */
export async function readLog(server, tenant) {
  const all = [];
  for (let next = ''; next !== null;) {
    const page = await server.request('GET', `/event/history/${tenant.name}?event=call&limit=1000${next && `&after=${next}`}`);
    if (page.status !== 200) throw new Error(`history of ${tenant.name}: ${page.status} ${page.text}`);
    for (const event of page.json.events) all.push([event.instance, event.data.n, sequenceOf(event.offset)]);
    next = page.json.next;
  }
  return all;
}

/** What is wrong, as sentences: every number once in the log, and what the log has once, in its order, at each client. */
export function judge(producers, logs, diaries) {
  const faults = [];
  const kept = new Map();
  for (const { tenant, sent } of producers) {
    const log = logs.get(tenant.name);
    const times = new Map();
    for (const [, n, sequence] of log) {
      times.set(n, (times.get(n) ?? 0) + 1);
      kept.set(sequence, `${tenant.name} ${n}`);
    }
    for (let n = 0; n < sent; ++n) {
      if (!times.has(n)) faults.push(`lost: the log lacks ${n} of ${tenant.name}, which was accepted`);
      else if (times.get(n) > 1) faults.push(`doubled: the log has ${n} of ${tenant.name} ${times.get(n)} times`);
    }
  }
  for (const { name, tenants, events, renewed } of diaries) {
    if (renewed > 0) faults.push(`${name}: ${renewed} times a new session`);
    let before = 0;
    const got = new Set();
    for (const [instance, n, sequence] of events) {
      if (sequence === before || got.has(sequence)) faults.push(`doubled: ${name} got ${n} of ${instance} twice`);
      else if (sequence < before) faults.push(`disordered: ${name} got ${n} of ${instance} too late`);
      if (kept.get(sequence) !== `${instance} ${n}`) faults.push(`invented: ${name} got ${n} of ${instance}, which the log lacks there`);
      got.add(sequence);
      before = sequence;
    }
    for (const tenant of tenants)
      for (const [, n, sequence] of logs.get(tenant.name))
        if (!got.has(sequence)) faults.push(`lost: ${name} did not get ${n} of ${tenant.name}`);
  }
  return faults;
}

/** Waits until every client has as many events as the log has for it, or nothing moves any more. */
export async function settle(logs, followers, quietMs = 8000) {
  const due = ({ diary }) => diary.tenants.reduce((sum, tenant) => sum + logs.get(tenant.name).length, 0);
  const counts = () => followers.reduce((sum, { diary }) => sum + diary.events.length, 0);
  let last = -1;
  let movedAt = Date.now();
  while (followers.some((x) => x.diary.events.length < due(x))) {
    if (counts() !== last) {
      last = counts();
      movedAt = Date.now();
    } else if (Date.now() - movedAt > quietMs) return;
    await pause(10);
  }
}
