// The envelope as it stands on the wire: compared as text, since parsing would hide order and digits.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Server } from './support/server.mjs';

/** Everything that a parser and a writer would change: digits, order of keys, escapes. */
const verbatim =
  '{"z":12345678901234567890,"a":1.10,"list":[1.0,-0,1E+2,0.1e-7],"2":"two","1":"one","":null,"text":"\\u00e9 é \\/ \\ud83d\\ude00 😀 <\\u2028>","z2":{"b":[],"a":{}}}';
const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

for (const transports of [['websocket'], ['polling']]) {
  describe(`the envelope over ${transports}`, () => {
    let server;
    let tenant;
    let client;
    before(async () => {
      server = await Server.start();
      tenant = await server.createInstance();
      client = await server.connect(tenant.nsp, { transports });
    });
    after(() => server?.stop());

    /** Posts an event with these members and returns the packet that the client got for it. */
    async function packetOf(members) {
      const answer = await server.post(tenant, `{"event":"messages.upsert",${members}}`);
      assert.equal(answer.status, 202, answer.text);
      return await client.packetWith('["messages.upsert",');
    }

    it('has its members in order, data verbatim, apikey null, and neither sender nor server_url when there is none', async () => {
      const packet = await packetOf(`"data":${verbatim}`);
      const expected = new RegExp(
        `^2${escape(tenant.nsp)},\\["messages\\.upsert",\\{"event":"messages\\.upsert","instance":"${escape(tenant.name)}","data":${escape(verbatim)},"date_time":"${time}","apikey":null\\}\\]$`,
      );
      assert.match(packet, expected);
    });

    it('has sender and server_url in their places when the producer gives them', async () => {
      const packet = await packetOf(`"sender":"5511@s.whatsapp.net","server_url":"https://evo.example","data":${verbatim}`);
      const expected = new RegExp(
        `"data":${escape(verbatim)},"server_url":"https://evo\\.example","date_time":"${time}","sender":"5511@s\\.whatsapp\\.net","apikey":null\\}\\]$`,
      );
      assert.match(packet, expected);
    });

    it('takes the date_time of the producer as it is', async () => {
      assert.match(await packetOf('"data":{},"date_time":"2024-02-29T08:44:00.000Z"'), /"date_time":"2024-02-29T08:44:00\.000Z"/);
    });

    it("date_time is the server's clock in UTC", async () => {
      const start = Date.now();
      const packet = await packetOf('"data":{}');
      const at = Date.parse(JSON.parse(packet.slice(packet.indexOf('[')))[1].date_time);
      assert.ok(at >= start - 5 && at <= Date.now() + 5, `${at} is not now`);
    });

    it('data may be an array, null or a bare value, at any place in the body', async () => {
      for (const data of ['[1,2.50,[]]', 'null', 'true', '"text"', '12345678901234567890']) {
        assert.ok((await packetOf(`"data":${data}`)).includes(`"data":${data},"date_time"`), data);
      }
      const answer = await server.post(tenant, `{"data":${verbatim},"event":"messages.upsert"}`);
      assert.equal(answer.status, 202);
      assert.ok((await client.packetWith('["messages.upsert"')).includes(`"data":${verbatim},`));
    });

    it('is what the listener of the event gets as its only argument', async () => {
      await server.emit(tenant, 'presence.update', { id: 'x', presences: {} });
      const { args } = await client.nextNamed('presence.update');
      assert.equal(args.length, 1);
      assert.deepEqual(Object.keys(args[0]), ['event', 'instance', 'data', 'date_time', 'apikey']);
    });

    it('keeps data of a megabyte whole', async () => {
      const data = JSON.stringify({ base64: 'A'.repeat(1_000_000), end: 1.10 }).replace('1.1', '1.10');
      assert.ok((await packetOf(`"data":${data}`)).includes(`"data":${data},`));
    });
  });
}

describe('the envelope by settings', () => {
  it("shows the instance's token with AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES=true, and SERVER_URL", async () => {
    const server = await Server.start({
      env: { AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES: 'true', SERVER_URL: 'https://api.example', WEBSOCKET_GLOBAL_EVENTS: 'true' },
    });
    try {
      const tenant = await server.createInstance();
      const own = await server.connect(tenant.nsp);
      const root = await server.connect('/');
      await server.emit(tenant, 'messages.upsert', { id: 1 });
      for (const client of [own, root]) {
        const packet = await client.packetWith('["messages.upsert"');
        assert.ok(packet.includes('"data":{"id":1},"server_url":"https://api.example","date_time":"'), packet);
        assert.ok(packet.endsWith(`"apikey":"${tenant.token}"}]`), packet);
      }
    } finally {
      await server.stop();
    }
  });

  it('is in UTC whatever the time zone of the process', async () => {
    const server = await Server.start({ env: { TZ: 'America/Sao_Paulo' } });
    try {
      const tenant = await server.createInstance();
      const client = await server.connect(tenant.nsp);
      await server.emit(tenant, 'call', {});
      const { envelope } = await client.next();
      assert.ok(Math.abs(Date.parse(envelope.date_time) - Date.now()) < 60_000, envelope.date_time);
    } finally {
      await server.stop();
    }
  });
});
