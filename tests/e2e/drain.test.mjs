// How the server ends: clients are released evenly, producers are answered, and nothing that was accepted is lost.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PollingSession } from './support/engineio.mjs';
import { requestText } from './support/http.mjs';
import { Server } from './support/server.mjs';
import { SocketHolder } from './support/socket-holder.mjs';
import { SseClient, StreamSocket } from './support/streams.mjs';
import { eventually, within } from './support/wait.mjs';

const servers = [];
const start = async (options) => {
  const server = await Server.start(options);
  servers.push(server);
  return server;
};
after(async () => {
  for (const server of servers) await server.stop();
});

const slow = { DRAIN_SECONDS: '2', IO_THREADS: '2' };
const kept = { EVENT_LOG: 'sqlite', ...slow };

/** Times in ms at which these promises are settled, counted from now. */
function timesOf(promises) {
  const begin = performance.now();
  return within(Promise.all(promises.map((x) => x.then(() => performance.now() - begin))), 'the end of every client');
}

/** How many left in each half second since the first one did; half a second without one does not count. */
function spread(times) {
  const first = Math.min(...times);
  const halves = [];
  for (const x of times) halves[Math.floor((x - first) / 500)] = (halves[Math.floor((x - first) / 500)] ?? 0) + 1;
  return halves.filter((count) => count > 0);
}

describe('SIGTERM', () => {
  it('releases clients evenly over DRAIN_SECONDS, each with a close of its protocol', async () => {
    const server = await start({ env: slow });
    const tenant = await server.createInstance();
    const clients = [];
    for (let i = 0; i < 40; ++i) clients.push(await server.rawClient());
    for (const client of clients) await client.join(tenant.nsp);
    const ending = server.end('SIGTERM');
    const times = await timesOf(clients.map((client) => client.closed));
    assert.deepEqual(await ending, { code: 0, signal: null }, server.output);
    const halves = spread(times);
    assert.ok(halves.length >= 3 && halves.every((count) => count <= 28), `of 40, by half seconds: ${halves}`);
    for (const client of clients) {
      assert.notEqual(await client.closed, 1006, 'a close frame has to come before the end of the connection');
      assert.ok(!client.frames.unread.some((x) => x.startsWith('41')), 'after a DISCONNECT no client would come back');
    }
  });

  it('releases streams and polling clients, too, and they see an end that lets them come again', async () => {
    const server = await start({ env: slow });
    const key = encodeURIComponent(server.key);
    const tenant = await server.createInstance();
    const sse = await SseClient.open(server.url, `/events/sse/${tenant.name}?apikey=${key}`);
    const socket = await StreamSocket.open(server.url, `/events/ws/${tenant.name}?apikey=${key}`);
    const polling = await PollingSession.open(server.url, '/socket.io/', { apikey: server.key });
    const poll = polling.get();
    const ending = server.end('SIGTERM');
    // A poll that comes when the close waits already is answered as the reference server does: with a noop before it.
    assert.match((await poll).text, /^(6\x1e)?1$/);
    await within(sse.ended, 'the end of the stream of server-sent events');
    const { code } = await within(socket.closed, 'the end of the WebSocket');
    assert.ok(code === 1001 || code === 1012, `close code ${code}`);
    assert.deepEqual(await ending, { code: 0, signal: null }, server.output);
  });

  it('lets nobody in any more, and answers producers that are connected', async () => {
    const server = await start({ env: { DRAIN_SECONDS: '60', IO_THREADS: '1' } });
    const tenant = await server.createInstance();
    const witnesses = await Promise.all([1, 2, 3, 4].map(() => server.connect(tenant.nsp)));
    const [producer, newcomer, upgrader, streamer] = await Promise.all([1, 2, 3, 4].map(() => server.raw()));
    const key = { apikey: server.key };
    for (const x of [producer, newcomer, upgrader, streamer]) {
      x.write(requestText('GET', '/'));
      await x.answer();
    }
    process.kill(server.pid, 'SIGTERM');
    await eventually('the listener to close', async () => {
      const raw = await server.raw().catch((error) => error);
      raw.destroy?.();
      return raw.code === 'ECONNREFUSED';
    });
    producer.write(requestText('POST', `/event/emit/${tenant.name}`, { ...key, 'content-type': 'application/json' }, '{"event":"call","data":7}'));
    const taken = await producer.answer();
    assert.equal(taken.status, 202);
    assert.equal(taken.headers.connection, 'close');
    assert.equal((await Promise.any(witnesses.map((x) => x.next()))).envelope.data, 7, 'who is still here gets events');
    newcomer.write(requestText('GET', '/socket.io/?EIO=4&transport=polling', key));
    const upgrade = { upgrade: 'websocket', connection: 'upgrade', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    upgrader.write(requestText('GET', '/socket.io/?EIO=4&transport=websocket', { ...key, ...upgrade }));
    streamer.write(requestText('GET', `/events/sse/${tenant.name}`, key));
    for (const x of [newcomer, upgrader, streamer]) {
      const answer = await x.answer();
      assert.equal(answer.status, 503, answer.text);
      assert.equal(answer.headers['retry-after'], '1');
      assert.equal(answer.headers.connection, 'close');
    }
    assert.deepEqual(await server.end('SIGTERM'), { code: 143, signal: null });
  });

  it('loses nothing that a producer was told is kept', async () => {
    const server = await start({ env: kept });
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const accepted = [];
    let isOver = false;
    const produce = async (name) => {
      for (let n = 0; !isOver; ++n) {
        const id = `${name}-${n}`;
        const answer = await emitOver(agent, server, tenant, id).catch(() => undefined);
        if (answer === 201) accepted.push(id);
        else isOver = true;
      }
    };
    const producers = Promise.all(['a', 'b', 'c', 'd'].map(produce));
    await eventually('fifty events', async () => (await turn(), accepted.length > 50));
    assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null }, server.output);
    await producers;
    agent.destroy();
    client.close();
    await server.restart();
    const found = new Set();
    for (let cursor = ''; cursor !== undefined; ) {
      const { json } = await server.request('GET', `/event/history/${tenant.name}?limit=1000${cursor && `&after=${encodeURIComponent(cursor)}`}`);
      for (const { data } of json.events) found.add(data.id);
      cursor = json.next ?? undefined;
    }
    assert.deepEqual(accepted.filter((id) => !found.has(id)), []);
  });

  it('a second one ends the server at once', async () => {
    const server = await start({ env: { ...slow, DRAIN_SECONDS: '60' } });
    const clients = [await server.rawClient(), await server.rawClient(), await server.rawClient(), await server.rawClient()];
    process.kill(server.pid, 'SIGTERM');
    await server.says(/SIGTERM: going down/);
    await Promise.race(clients.map((x) => x.closed));
    assert.deepEqual(await server.end('SIGTERM'), { code: 143, signal: null });
  });
});

describe('SIGINT', () => {
  it('does not wait for DRAIN_SECONDS', async () => {
    const server = await start({ env: { ...slow, DRAIN_SECONDS: '60' } });
    const clients = [];
    for (let i = 0; i < 8; ++i) clients.push(await server.rawClient());
    assert.deepEqual(await server.end('SIGINT'), { code: 0, signal: null }, server.output);
    for (const client of clients) await client.end();
  });

  it('ends at once what SIGTERM has begun', async () => {
    const server = await start({ env: { ...slow, DRAIN_SECONDS: '60' } });
    await Promise.all([server.rawClient(), server.rawClient(), server.rawClient(), server.rawClient()]);
    process.kill(server.pid, 'SIGTERM');
    await server.says(/SIGTERM: going down/);
    assert.deepEqual(await server.end('SIGINT'), { code: 130, signal: null });
  });
});

describe('SIGTERM of a server with a socket that was handed to it', () => {
  it('releases everybody at once: the next process has them', async () => {
    const holder = await SocketHolder.open();
    const server = await start({ env: { ...slow, DRAIN_SECONDS: '60' }, holder });
    const clients = [];
    for (let i = 0; i < 8; ++i) clients.push(await server.rawClient());
    assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null }, server.output);
    for (const client of clients) await client.end();
    await holder.close();
  });
});

/** The status of one emit over these connections. */
function emitOver(agent, server, tenant, id) {
  return new Promise((resolve, reject) => {
    const headers = { apikey: server.key, 'content-type': 'application/json' };
    const request = http.request(`${server.url}/event/emit/${tenant.name}`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end(JSON.stringify({ event: 'call', data: { id } }));
  });
}
