// A client that does not read for a while: its byte stream stays valid, its queue is bounded, nobody else waits.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Server } from './support/server.mjs';
import { within } from './support/wait.mjs';

const bound = 64 * 1024 * 1024;
const numbers = (first, count) => Array.from({ length: count }, (_, i) => first + i);

/** Emits `count` events of about `size` bytes, numbered from `first` on, in batches of about 1 MB. */
async function emitLarge(server, tenant, first, count, size) {
  const perBatch = Math.max(1, Math.floor(1_000_000 / size));
  for (let n = first; n < first + count; n += perBatch) {
    const batch = numbers(n, Math.min(perBatch, first + count - n));
    await server.emit(tenant, batch.map((i) => ({ event: 'messages.upsert', data: { n: i, text: 'é'.repeat(size / 2) } })));
  }
}
const numberOf = (frame) => Number(/"data":\{"n":(\d+),/.exec(frame)?.[1]);

for (const tls of [false, true]) {
  describe(`a slow reader over ${tls ? 'TLS' : 'plain TCP'}`, () => {
    let server;
    let tenant;
    before(async () => {
      server = await Server.start({ tls, env: { WEBSOCKET_MAX_BACKLOG: String(bound) } });
      tenant = await server.createInstance();
    });
    after(() => server?.stop());

    it('gets every frame of 20 KB and 2 MB whole and in order, with the answers to its pings between them', async () => {
      const client = await server.rawClient();
      await client.join(tenant.nsp);
      let pongs = 0;
      let allPongs;
      const ponged = new Promise((resolve) => (allPongs = resolve));
      client.socket.on('pong', (data) => {
        assert.equal(data.toString(), `ping ${pongs++}`);
        if (pongs === 40) allPongs();
      });
      client.socket._socket.pause();
      // More than the kernel takes: the rest waits in the server, the last of it with its head already sent.
      for (let round = 0; round < 4; ++round) {
        await emitLarge(server, tenant, round * 151, 150, 20_000);
        for (let i = 0; i < 10; ++i) client.socket.ping(`ping ${round * 10 + i}`);
        await emitLarge(server, tenant, round * 151 + 150, 1, 2_000_000);
      }
      client.socket._socket.resume();
      const frames = (await client.frames.take(604, 'large frames')).filter((frame) => frame !== '2');
      assert.deepEqual(frames.map(numberOf), numbers(0, 604));
      for (const frame of frames) assert.match(frame.slice(-120), /é"\},"date_time":"[^"]+","apikey":null\}\]$/);
      await within(ponged, () => `40 pongs; there were ${pongs}`);
    });
  });
}

describe('a reader that stays slow', () => {
  it('is closed once its backlog is over the bound; the others get everything', async () => {
    const server = await Server.start({ env: { WEBSOCKET_MAX_BACKLOG: '1048576' } });
    try {
      const tenant = await server.createInstance();
      const slow = await server.rawClient();
      await slow.join(tenant.nsp);
      slow.socket._socket.pause();
      const quick = await server.connect(tenant.nsp);
      const received = [];
      // 30 MB: far beyond what the kernel buffers for a peer that does not read.
      const total = 1500;
      for (let sent = 0; sent < total; sent += 50) {
        await emitLarge(server, tenant, sent, 50, 20_000);
        received.push(...(await quick.take(50)).map((event) => event.envelope.data.n));
      }
      assert.deepEqual(received, numbers(0, total));
      slow.socket._socket.resume();
      await slow.end();
      const seen = slow.frames.all.filter((frame) => frame.includes('messages.upsert')).map(numberOf);
      assert.ok(seen.length < total, 'the server has queued all of it');
      assert.deepEqual(seen, numbers(0, seen.length), 'what it got before the end is not the beginning');
    } finally {
      await server.stop();
    }
  });
});
