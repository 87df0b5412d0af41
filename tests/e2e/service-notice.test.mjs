// What the server tells a service manager (sd_notify(3)): ready, alive, going down.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { NotifyListener } from './support/notify-listener.mjs';
import { Server } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

describe('a server that was started with NOTIFY_SOCKET', () => {
  it('says READY once it listens, and STOPPING before it lets its clients go', async () => {
    const listener = await NotifyListener.open();
    const server = await Server.start({ env: { NOTIFY_SOCKET: listener.address, DRAIN_SECONDS: '3' } });
    const ready = await listener.hears('READY=1');
    assert.equal(ready.STATUS, `Listening on port ${server.port}`);
    assert.equal((await server.request('GET', '/')).status, 200);
    assert.ok(!listener.heard.some((x) => 'WATCHDOG' in x), 'nobody asked for signs of life');
    const client = await server.rawClient();
    await server.end('SIGTERM');
    const stopping = await listener.hears('STOPPING=1');
    const needed = Number(stopping.EXTEND_TIMEOUT_USEC);
    assert.ok(needed >= 3_000_000 && needed <= 60_000_000, `asks for ${needed} us`);
    await client.end();
    await listener.close();
  });

  it('finds an address in the abstract namespace', async () => {
    const listener = await NotifyListener.open(`@arauto-${process.pid}`);
    const server = await Server.start({ env: { NOTIFY_SOCKET: listener.address } });
    await listener.hears('READY=1');
    await server.stop();
    await listener.hears('STOPPING=1');
    await listener.close();
  });

  for (const log of ['sqlite', 'off'])
    it(`gives signs of life as often as the watchdog needs them, with EVENT_LOG=${log}`, async () => {
      const listener = await NotifyListener.open();
      const server = await Server.start({
        env: { NOTIFY_SOCKET: listener.address, WATCHDOG_USEC: '400000', EVENT_LOG: log, IO_THREADS: '2' },
      });
      await eventually('five signs of life', async () => (await turn(), listener.heard.filter((x) => x.WATCHDOG === '1').length >= 5));
      await server.stop();
      await listener.close();
    });

  it('gives none when they are asked of another process', async () => {
    const listener = await NotifyListener.open();
    const env = { NOTIFY_SOCKET: listener.address, WATCHDOG_USEC: '40000', WATCHDOG_PID: '1' };
    const server = await Server.start({ env });
    await listener.hears('READY=1');
    await server.stop();
    await listener.hears('STOPPING=1');
    assert.ok(!listener.heard.some((x) => 'WATCHDOG' in x));
    await listener.close();
  });
});

describe('a NOTIFY_SOCKET that does not work', () => {
  const wrong = [
    ['no address', 'nowhere', /NOTIFY_SOCKET="nowhere" is no address of a Unix socket/],
    ['nobody there', '/nowhere/notify', /cannot tell \/nowhere\/notify "READY=1": No such file or directory/],
  ];
  for (const [what, address, reason] of wrong)
    it(`${what}: the log says so and the server runs`, async () => {
      const server = await Server.start({ env: { NOTIFY_SOCKET: address } });
      await server.says(reason);
      assert.equal((await server.request('GET', '/')).status, 200);
      await server.stop();
    });
});
