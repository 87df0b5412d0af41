// POST /event/emit/:instance: what a producer may send, and what it gets for it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { requestText } from './support/http.mjs';
import { Server, newKey } from './support/server.mjs';

const unauthorized = { status: 401, error: 'Unauthorized', response: { message: 'Unauthorized' } };

describe('POST /event/emit/:instance', () => {
  let server;
  let tenant;
  let other;
  let listener;
  before(async () => {
    server = await Server.start();
    tenant = await server.createInstance();
    other = await server.createInstance();
    listener = await server.connect(tenant.nsp);
  });
  after(() => server?.stop());

  /** What the listener got since the last call: all up to an event of our own, emitted last. */
  async function arrived() {
    await server.emit(tenant, 'call', 'that is all');
    const events = await listener.events.takeUntil((event) => event.envelope.data === 'that is all');
    return events.slice(0, -1);
  }

  describe('keys', () => {
    it('the global key may emit to every instance', async () => {
      assert.equal((await server.post(tenant, { event: 'call', data: {} })).status, 202);
      assert.equal((await server.post(other, { event: 'call', data: {} })).status, 202);
    });

    it('a token may emit to its own instance', async () => {
      assert.equal((await server.post(tenant, { event: 'call', data: {} }, { key: tenant.token })).status, 202);
    });

    it('a token may not emit to another instance, and nothing arrives', async () => {
      await arrived();
      const answer = await server.post(tenant, { event: 'call', data: 'forged' }, { key: other.token });
      assert.equal(answer.status, 401);
      assert.deepEqual(answer.json, unauthorized);
      assert.deepEqual(await arrived(), []);
    });

    it('a query parameter cannot point a token at another instance', async () => {
      await arrived();
      const answer = await server.request('POST', `/event/emit/${other.name}?instanceName=${tenant.name}`, {
        key: other.token,
        body: { event: 'call', data: 'forged' },
      });
      assert.equal(answer.status, 202);
      assert.deepEqual(await arrived(), []);
    });

    it('no key and a wrong key get 401', async () => {
      for (const key of [null, newKey(), '']) {
        const answer = await server.post(tenant, { event: 'call', data: {} }, { key });
        assert.equal(answer.status, 401);
        assert.deepEqual(answer.json, unauthorized);
      }
    });
  });

  describe('event names', () => {
    for (const spelling of ['MESSAGES_UPSERT', 'messages.upsert']) {
      it(`${spelling} is messages.upsert on the wire`, async () => {
        await arrived();
        await server.emit(tenant, spelling, { id: 1 });
        const [event] = await arrived();
        assert.equal(event.name, 'messages.upsert');
        assert.equal(event.envelope.event, 'messages.upsert');
      });
    }

    it('names with a dash have a config spelling as well', async () => {
      await arrived();
      await server.emit(tenant, [
        { event: 'GROUP_PARTICIPANTS_UPDATE', data: {} },
        { event: 'group-participants.update', data: {} },
        { event: 'TYPEBOT_CHANGE_STATUS', data: {} },
        { event: 'SEND_MESSAGE_UPDATE', data: {} },
      ]);
      assert.deepEqual((await arrived()).map((event) => event.name), [
        'group-participants.update', 'group-participants.update', 'typebot.change-status', 'send.message.update',
      ]);
    });

    it('a name that is nearly a known one gets 400 with the names that are near', async () => {
      const answer = await server.post(tenant, { event: 'message.upsert', data: {} });
      assert.equal(answer.status, 400);
      assert.equal(answer.json.error, 'Bad Request');
      assert.match(answer.message, /message\.upsert/);
      assert.match(answer.message, /messages\.upsert/);
    });

    it('a custom name is passed on as it is', async () => {
      await arrived();
      const custom = ['order.created', 'x', '7-of_9', `a${'z'.repeat(63)}`];
      await server.emit(tenant, custom.map((event) => ({ event, data: {} })));
      const events = await arrived();
      assert.deepEqual(events.map((event) => event.name), custom);
      assert.deepEqual(events.map((event) => event.envelope.event), custom);
    });

    for (const name of ['Order.Created', '.hidden', 'two words', `a${'z'.repeat(64)}`, '', 'naïve', 'disconnect', 'connect_error']) {
      it(`${JSON.stringify(name)} is no event name: 400`, async () => {
        const answer = await server.post(tenant, { event: name, data: {} });
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.json.error, 'Bad Request');
      });
    }

    it('an event without a name gets 400 that says so', async () => {
      for (const body of [{ data: {} }, { event: 7, data: {} }, { event: null, data: {} }]) {
        const answer = await server.post(tenant, body);
        assert.equal(answer.status, 400);
        assert.match(answer.message, /event/);
      }
    });
  });

  describe('bodies', () => {
    it('one event is answered with 202 and a count of one', async () => {
      const answer = await server.post(tenant, { event: 'messages.upsert', data: { id: 1 } });
      assert.equal(answer.status, 202);
      assert.match(answer.headers['content-type'], /^application\/json/);
      assert.deepEqual(answer.json, { accepted: 1 });
    });

    it('an array is a batch: all of it arrives, in order', async () => {
      await arrived();
      const batch = Array.from({ length: 50 }, (_, n) => ({ event: 'messages.upsert', data: { n } }));
      const answer = await server.post(tenant, batch);
      assert.equal(answer.status, 202);
      assert.deepEqual(answer.json, { accepted: 50 });
      assert.deepEqual((await arrived()).map((event) => event.envelope.data.n), batch.map((event) => event.data.n));
    });

    it('NDJSON is a batch: all of it arrives, in order', async () => {
      await arrived();
      const lines = Array.from({ length: 50 }, (_, n) => JSON.stringify({ event: 'messages.upsert', data: { n } }));
      const answer = await server.post(tenant, `${lines.join('\n')}\n`, { type: 'application/x-ndjson' });
      assert.equal(answer.status, 202, answer.text);
      assert.deepEqual(answer.json, { accepted: 50 });
      assert.deepEqual((await arrived()).map((event) => event.envelope.data.n), lines.map((_, n) => n));
    });

    it('an array with one bad event is refused as a whole, with the index', async () => {
      await arrived();
      const good = { event: 'messages.upsert', data: {} };
      const answer = await server.post(tenant, [good, good, { event: 'message.upsert', data: {} }, good]);
      assert.equal(answer.status, 400);
      assert.match(answer.message, /\b2\b/);
      assert.match(answer.message, /messages\.upsert/);
      assert.deepEqual(await arrived(), []);
    });

    it('NDJSON with one bad event is refused as a whole, with the index', async () => {
      await arrived();
      const good = JSON.stringify({ event: 'messages.upsert', data: {} });
      for (const bad of ['{"event":"message.upsert","data":{}}', '{"event":"call","data":']) {
        const answer = await server.post(tenant, [good, good, bad, good].join('\n'), { type: 'application/x-ndjson' });
        assert.equal(answer.status, 400);
        assert.match(answer.message, /\b2\b/);
      }
      assert.deepEqual(await arrived(), []);
    });

    it('broken JSON gets 400 with the position and the reason', async () => {
      const broken = '{"event":"call","data":{"a":1,}}';
      const answer = await server.post(tenant, broken);
      assert.equal(answer.status, 400);
      assert.equal(answer.json.status, 400);
      const at = broken.indexOf(',}') + 1;
      const positions = answer.message.match(/\d+/g)?.map(Number) ?? [];
      // Counted from 0 or from 1, at the character or behind it.
      assert.ok(positions.some((position) => Math.abs(position - at) <= 2), `no position near ${at} in: ${answer.message}`);
      assert.match(answer.message, /[a-z]{3,}.*[a-z]{3,}/i);
    });

    const strange = {
      'an empty body': '',
      'a bare string': '"call"',
      'a bare number': '17',
      'an event in an array in an array': '[[{"event":"call","data":{}}]]',
      'a NaN': '{"event":"call","data":NaN}',
      'a lone surrogate in UTF-8': Buffer.concat([Buffer.from('{"event":"call","data":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
      'bytes that are no UTF-8': Buffer.concat([Buffer.from('{"event":"call","data":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      'a thousand levels': `{"event":"call","data":${'['.repeat(1000)}${']'.repeat(1000)}}`,
      'something behind the event': '{"event":"call","data":{}} {}',
      'a cut-off body': '{"event":"call","data":{}',
    };
    for (const [what, body] of Object.entries(strange)) {
      it(`${what} gets 400, and nothing arrives`, async () => {
        await arrived();
        const answer = await server.post(tenant, body);
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.json.status, 400);
        assert.deepEqual(await arrived(), []);
      });
    }

    it('a number that breaks parsers passes, as it is only text here', async () => {
      await arrived();
      const number = `0.${'1'.repeat(400)}e-2147483639`;
      assert.equal((await server.post(tenant, `{"event":"call","data":[${number}]}`)).status, 202);
      assert.equal((await arrived()).length, 1);
    });

    for (const data of ['[1e400,-1E+999]', `[1${'0'.repeat(400)}]`, '["\\ud83d","a\\udc00\\\\ud83d"]', '{"\\ud83d":"cut \\uDBFF"}']) {
      it(`${data.slice(0, 40)} is JSON to JavaScript and passes as it stands`, async () => {
        await arrived();
        const answer = await server.post(tenant, `{"event":"call","data":${data}}`);
        assert.equal(answer.status, 202, answer.text);
        assert.deepEqual((await arrived()).map((event) => event.envelope.data), [JSON.parse(data)]);
      });
    }
  });

  describe('pipelining', () => {
    it('many POSTs written at once on one connection are answered in order', async () => {
      await arrived();
      const connection = await server.raw();
      const head = { apikey: server.key, 'content-type': 'application/json' };
      const batch = (n) => JSON.stringify(Array.from({ length: n }, () => ({ event: 'messages.upsert', data: { n } })));
      let bytes = '';
      for (let n = 1; n <= 40; ++n) bytes += requestText('POST', `/event/emit/${tenant.name}`, head, batch(n));
      connection.write(bytes);
      for (let n = 1; n <= 40; ++n) {
        const answer = await connection.answer();
        assert.equal(answer.status, 202);
        assert.deepEqual(answer.json, { accepted: n });
      }
      const seen = (await arrived()).map((event) => event.envelope.data.n);
      assert.deepEqual(seen, Array.from({ length: 40 }, (_, i) => Array(i + 1).fill(i + 1)).flat());
    });

    it('refusals and other routes between them keep their place', async () => {
      const connection = await server.raw();
      const head = { apikey: server.key, 'content-type': 'application/json' };
      const target = `/event/emit/${tenant.name}`;
      const good = JSON.stringify({ event: 'call', data: {} });
      connection.write(
        [
          requestText('POST', target, head, good),
          requestText('POST', target, head, '{"event":'),
          requestText('GET', '/'),
          requestText('POST', target, { ...head, apikey: 'wrong' }, good),
          requestText('POST', target, head, good),
          requestText('GET', `/instance/connectionState/${tenant.name}`, head),
          requestText('POST', target, head, `[${good},${good}]`),
        ].join(''),
      );
      const statuses = [];
      for (let i = 0; i < 7; ++i) statuses.push((await connection.answer()).status);
      assert.deepEqual(statuses, [202, 400, 200, 401, 202, 200, 202]);
    });
  });
});
