// Every webhook that was recorded of Evolution API 2.3.6 gives the envelope that its own Socket.IO gives.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { envelopeOf, packetOf, recordings, relay, signature } from './support/relay.mjs';
import { Server, newKey } from './support/server.mjs';

const records = recordings('evolution/webhook-out.jsonl').filter(({ kind }) => kind === 'webhook-out');
const posts = records.flatMap(({ posts }) => posts);
const sameEvent = ({ destination, ...rest }) => JSON.stringify(rest);

/** `items` without some, in the same order. */
const isPart = (part, items) => {
  const rest = [...items];
  return part.every((item) => {
    const at = rest.indexOf(item);
    if (at >= 0) rest.splice(0, at + 1);
    return at >= 0;
  });
};

describe('webhooks as recorded', () => {
  const jwtKey = newKey();
  let server;
  let clients;
  before(async () => {
    server = await Server.start({
      // As in the recording's configuration, so that apikey and server_url agree.
      env: {
        AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES: 'true',
        SERVER_URL: 'http://localhost:8080',
        WEBSOCKET_GLOBAL_EVENTS: 'true',
        RELAY_JWT_KEY: jwtKey,
      },
    });
    await server.createInstance({ name: 'w1', token: 'wtok' });
    const without = [];
    clients = [await server.connect('/', { without }), await server.connect('/w1', { without, key: 'wtok' })];
  });
  after(() => server?.stop());

  /**
   * Posts one as Evolution does with our address in the place of the recorded one: the global hook with the key in its
   * URL, the hook of the instance with its headers, signed anew where they were signed (the recorded ones have expired).
   */
  function replay({ url, headers, body }) {
    const [, hook, event] = /^\/(global|inst|errors)(\/.*)?$/.exec(url);
    const isSigned = /^Bearer \w+\.\w+\.\S+$/.test(headers.authorization ?? '');
    if (isSigned) return relay(server, body, { key: null, headers: { ...headers, authorization: signature(jwtKey) }, target: `/webhook/relay${event}` });
    if (hook === 'inst') return relay(server, body, { key: 'wtok', headers, target: `/webhook/relay${event ?? ''}` });
    return relay(server, body, { key: null, headers, target: `/webhook/relay?apikey=${server.key}` });
  }

  it('each is accepted once and reaches both modes as the same bytes', async () => {
    const taken = new Set();
    const expected = [];
    for (const { url, headers, body } of posts) {
      const answer = await replay({ url, headers, body });
      if (body.event === 'error') {
        assert.deepEqual([answer.status, answer.json], [200, { accepted: 0 }], url);
      } else if (taken.has(sameEvent(body))) {
        assert.deepEqual([answer.status, answer.json], [200, { accepted: 0, duplicate: true }], url);
      } else {
        assert.deepEqual([answer.status, answer.json], [202, { accepted: 1 }], url);
        taken.add(sameEvent(body));
        expected.push(envelopeOf(body));
      }
    }
    assert.equal(expected.length, 14, 'distinct events in the recording');
    for (const client of clients) {
      await client.barrier();
      const got = client.packets.all.filter((text) => text.startsWith('2'));
      assert.deepEqual(got, expected.map((envelope) => packetOf(client.socket.nsp, envelope)));
      assert.deepEqual(client.events.all.map(({ name, args }) => [name, args.length]), expected.map(({ event }) => [event, 1]));
    }
  });

  it("the events are those of Evolution's own sockets, in their order, without those that no hook was set for", () => {
    for (const { id, posts: ofRecord, socketioRoot } of records) {
      const names = [...new Map(ofRecord.filter(({ body }) => body.event !== 'error').map(({ body }) => [sameEvent(body), body.event])).values()];
      assert.ok(isPart(names, socketioRoot), `${id}: ${names} is no part of ${socketioRoot}`);
    }
  });
});
