// A page in a real browser, with the client that the server hands out, over TLS.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Browser } from './support/browser.mjs';
import { Server } from './support/server.mjs';

const ways = { websocket: ['websocket'], polling: ['polling'], upgrade: ['polling', 'websocket'] };
const numbers = (count) => Array.from({ length: count }, (_, n) => n);

describe('in a browser', () => {
  let browser;
  before(async () => {
    browser = await Browser.start();
  });
  after(() => browser?.stop());

  for (const [mode, global] of [['traditional mode', 'false'], ['global mode', 'true']]) {
    describe(mode, () => {
      let server;
      before(async () => {
        server = await Server.start({ tls: true, env: { WEBSOCKET_GLOBAL_EVENTS: global } });
        assert.match(server.url, /^https:/);
      });
      after(() => server?.stop());

      const open = (nsp, key, options = {}) => browser.open('socket.io', { url: server.url, nsp, options: { auth: { apikey: key }, ...options } });
      const isOwn = ({ what, name }) => what === 'event' && name === 'messages.upsert';

      for (const [way, transports] of Object.entries(ways)) {
        it(`${way}: events arrive as they were sent, in order`, async () => {
          const tenant = await server.createInstance();
          const nsp = global === 'true' ? '/' : tenant.nsp;
          const client = open(nsp, global === 'true' ? server.key : tenant.token, { transports });
          const reports = await client.reports.takeUntil(({ what }) => what === 'connect', 'the page has joined');
          assert.equal(reports.at(-1).first, transports[0]);
          for (const n of numbers(20)) await server.emit(tenant, 'messages.upsert', { n, text: 'ä€😀' });
          while (reports.filter(isOwn).length < 20) reports.push(...await client.reports.takeUntil(isOwn, 'event'));
          const events = reports.filter(isOwn);
          assert.deepEqual(events.map(({ args }) => args[0].data), numbers(20).map((n) => ({ n, text: 'ä€😀' })));
          for (const { args } of events) assert.equal(args[0].instance, tenant.name);
          const changed = ({ what }) => what === 'upgrade';
          if (way !== 'upgrade') assert.deepEqual([...new Set(events.map((event) => event.transport))], transports);
          else if (!reports.some(changed)) await client.reports.takeUntil(changed, 'upgrade');
          client.close();
          assert.equal((await client.says('disconnect')).reason, 'io client disconnect');
        });
      }

      it('a wrong key is refused, and the page is told why', async () => {
        const tenant = await server.createInstance();
        const client = open(tenant.nsp, 'wrong');
        const expected = await server.refusal(tenant.nsp, { key: 'wrong' });
        const [refusal] = (await client.reports.takeUntil(({ what }) => what === 'connect_error', 'refusal')).slice(-1);
        assert.equal(refusal.message, expected.message);
        client.close();
      });
    });
  }

  it('a page comes back after the server was away', async () => {
    const server = await Server.start({ tls: true });
    try {
      const tenant = await server.createInstance();
      const options = { auth: { apikey: tenant.token }, transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 40 };
      const client = browser.open('socket.io', { url: server.url, nsp: tenant.nsp, options });
      await client.says('connect');
      await server.kill();
      assert.match((await client.says('disconnect')).reason, /^transport (close|error)$/);
      await server.restart();
      await client.reports.takeUntil(({ what }) => what === 'connect', 'the page comes back');
      await server.emit(tenant, 'call', 'after');
      const [event] = (await client.reports.takeUntil(({ name }) => name === 'call', 'event')).slice(-1);
      assert.equal(event.args[0].data, 'after');
      client.close();
    } finally {
      await server.stop();
    }
  });
});
