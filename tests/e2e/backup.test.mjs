// `arauto backup`, `restore` and `log verify` with the built server, while events flow.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Producer, pause } from './support/flow.mjs';
import { Server, runToEnd, temporaryDirectory } from './support/server.mjs';

const tool = (...args) => runToEnd(args);
const dataOf = async (server, tenant) => {
  const all = [];
  for (let next = ''; next !== null;) {
    const page = (await server.request('GET', `/event/history/${tenant.name}?event=call&limit=1000${next && `&after=${next}`}`)).json;
    all.push(...page.events.map((event) => event.data.n));
    next = page.next;
  }
  return all;
};

describe('a backup of a running server', () => {
  it('has all that was accepted before it began, and clients ahead of it begin anew', async () => {
    const server = await Server.start({ env: { EVENT_LOG: 'disk' } });
    const home = temporaryDirectory();
    let restored;
    try {
      const tenant = await server.createInstance();
      const producer = new Producer(server, tenant).start();
      while (producer.sent < 100) await pause(5);
      const before = producer.sent;
      const made = await tool('backup', path.join(home, 'copy'), '--data-dir', server.dataDir);
      assert.equal(made.code, 0, made.output);
      await producer.stop();
      const client = await server.connect(tenant.nsp, { auth: { recovery: true } });
      await server.emit(tenant, 'call', { n: -1 });
      await client.take(1);
      client.manager._close();
      assert.equal((await tool('log', 'verify', '--data-dir', server.dataDir)).code, 0, 'beside the running server');
      await server.kill();

      const done = await tool('restore', path.join(home, 'copy'), '--data-dir', path.join(home, 'data'));
      assert.equal(done.code, 0, done.output);
      restored = await Server.start({ env: { EVENT_LOG: 'disk' }, key: server.key, dataDir: path.join(home, 'data') });
      const kept = await dataOf(restored, tenant);
      assert.deepEqual(kept, Array.from({ length: kept.length }, (_, n) => n));
      assert.ok(kept.length >= before, `${kept.length} of ${before} are there`);

      const again = await restored.connect(tenant.nsp, { auth: { recovery: true, pid: client.socket._pid, offset: client.socket._lastOffset } });
      assert.equal(again.socket.recovered, false);
      await restored.emit(tenant, 'call', { n: 1_000_000 });
      assert.equal((await again.next()).envelope.data.n, 1_000_000);
      again.close();
    } finally {
      await restored?.stop();
      await server.stop();
    }
  });

  it('is refused where it is not what the manifest says, and a changed byte is found', async () => {
    const server = await Server.start({ env: { EVENT_LOG: 'disk' } });
    const copy = path.join(temporaryDirectory(), 'copy');
    try {
      const tenant = await server.createInstance();
      await server.emit(tenant, 'call', 'a text to be found');
      assert.equal((await tool('backup', copy, '--data-dir', server.dataDir)).code, 0);
      assert.match((await tool('restore', copy, '--data-dir', server.dataDir, '--force')).output, /in use by another process/);
      await server.end('SIGTERM');
      const events = path.join(server.dataDir, 'events');
      for (const directory of [events, path.join(copy, 'events')]) {
        const file = readdirSync(directory).filter((name) => /^\d+\.log$/.test(name)).map((name) => path.join(directory, name))[0];
        const bytes = readFileSync(file);
        bytes[bytes.indexOf('a text to be found')] ^= 1;
        writeFileSync(file, bytes);
      }
      const verdict = await tool('log', 'verify', '--data-dir', server.dataDir);
      assert.equal(verdict.code, 1);
      assert.match(verdict.output, /place \d+ was changed/);
      const refused = await tool('restore', copy, '--data-dir', server.dataDir, '--force');
      assert.equal(refused.code, 1);
      assert.match(refused.output, /not what the manifest says/);
    } finally {
      await server.stop();
    }
  });
});
