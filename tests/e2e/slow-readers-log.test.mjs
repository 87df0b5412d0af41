// Readers that are behind, on a server with a log: they get everything at their own pace, and nobody pays for them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import WebSocket from 'ws';
import { Server } from './support/server.mjs';
import { deadline, hasOwnMemory, patience, within } from './support/wait.mjs';

const million = Math.floor(1_000_000 / patience);
/** What the process may grow by while it reads the log for others; far less than what it reads. */
const growthMax = 64 * 1024 * 1024;
const numbers = (first, count) => Array.from({ length: count }, (_, i) => first + i);

const residentBytes = ({ pid }) => 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

function assertBounded(growth) {
  if (hasOwnMemory) assert.ok(growth < growthMax, `${growth} bytes more`);
}

/** Emits numbered events in order; the offset of the last one. */
async function emitNumbers(server, tenant, first, count, text) {
  let offset;
  const perBatch = Math.max(1, Math.floor(500_000 / (text.length + 40)));
  for (let n = first; n < first + count; n += perBatch) {
    const batch = numbers(n, Math.min(perBatch, first + count - n)).map((i) => ({ event: 'call', data: { n: i, text } }));
    const answer = await server.post(tenant, batch);
    assert.equal(answer.status, 201, answer.text);
    offset = answer.json.offset;
  }
  return offset;
}

/** A bare client that counts: whether every number came, once and in order. */
class Counter {
  got = 0;
  bytes = 0;
  fault;

  constructor(server, tenant, auth) {
    this.socket = new WebSocket(`${server.wsUrl}/socket.io/?EIO=4&transport=websocket&apikey=${tenant.token}`);
    this.ended = new Promise((resolve) => this.socket.once('close', resolve));
    this.ended.then(() => (this.fault ??= 'the connection has ended'));
    this.socket.on('error', (error) => (this.fault ??= error.message));
    this.socket.on('message', (data) => this.#take(data.toString(), `${tenant.nsp},`, auth));
    this.joined = new Promise((resolve) => (this.#hasJoined = resolve));
  }
  #hasJoined;

  #take(text, nsp, auth) {
    if (text === '2') this.socket.send('3');
    else if (text.startsWith('0')) this.socket.send(`40${nsp}${JSON.stringify(auth)}`);
    else if (text.startsWith('40')) this.#hasJoined();
    else if (text.startsWith('44')) this.fault = text;
    else {
      const n = Number(/"data":\{"n":(\d+),/.exec(text)?.[1]);
      if (n !== this.got + 1) this.fault ??= `${n} came behind ${this.got}`;
      this.got = n;
      this.bytes += text.length;
    }
  }

  async has(count) {
    const until = Date.now() + 20 * deadline;
    while (this.got < count && !this.fault) {
      assert.ok(Date.now() < until, `${this.got} of ${count} in time`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(this.fault, undefined);
  }
}

const start = () => Server.start({ env: { EVENT_LOG: 'disk', IO_THREADS: '2', PROMETHEUS_METRICS: 'true', WEBSOCKET_MAX_BACKLOG: '1048576' } });

describe('a reader of a million old events', () => {
  it('gets all of them in order, in bounded memory, while others get theirs', async () => {
    const server = await start();
    try {
      const [tenant, neighbour] = [await server.createInstance(), await server.createInstance()];
      const since = await emitNumbers(server, tenant, 0, 1, '');
      await emitNumbers(server, tenant, 1, million, 'x'.repeat(100));
      const client = await server.connect(neighbour.nsp);
      const before = residentBytes(server);
      let [most, others] = [before, 0];
      const readers = [1, 2].map(() => new Counter(server, tenant, { since }));
      let isDone = false;
      const all = Promise.all(readers.map((x) => x.has(million))).finally(() => (isDone = true));
      while (!isDone) {
        await server.emit(neighbour, 'call', ++others);
        assert.equal((await client.next()).envelope.data, others);
        most = Math.max(most, residentBytes(server));
      }
      await all;
      const bytes = readers.reduce((sum, x) => sum + x.bytes, 0);
      console.log(`${readers.length} readers of ${million} events, ${bytes >> 20} MiB: ${(most - before) >> 20} MiB more memory, ${others} events of others`);
      assertBounded(most - before);
      assert.ok(patience > 1 || bytes > 4 * growthMax, 'too little to prove anything');
      assert.ok(others > 50, `${others} events of others`);
      await emitNumbers(server, tenant, million + 1, 1, '');
      await Promise.all(readers.map((x) => x.has(million + 1)));
      for (const x of readers) x.socket.terminate();
    } finally {
      await server.stop();
    }
  });
});

describe('a reader that does not read for a while', () => {
  it('is not cut off: it goes over to the log, and comes back to what is live', async () => {
    const server = await start();
    try {
      const tenant = await server.createInstance();
      const [slow, quick] = [new Counter(server, tenant, {}), new Counter(server, tenant, {})];
      await within(Promise.all([slow.joined, quick.joined]), 'two sessions');
      slow.socket.pause();
      const before = residentBytes(server);
      const count = 4000; // 80 MB: far beyond what the kernel buffers for a peer that does not read.
      await emitNumbers(server, tenant, 1, count, 'y'.repeat(20_000));
      await quick.has(count);
      assertBounded(residentBytes(server) - before);
      slow.socket.resume();
      await slow.has(count);
      await emitNumbers(server, tenant, count + 1, 10, '');
      await slow.has(count + 10);
      const { text } = await server.request('GET', '/metrics');
      assert.ok(Number(/^arauto_fallen_behind_total (\d+)$/m.exec(text)[1]) > 0, 'it was never behind');
      for (const x of [slow, quick]) x.socket.terminate();
    } finally {
      await server.stop();
    }
  });
});
