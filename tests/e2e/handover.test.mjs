// Listening sockets that somebody else holds (systemd's socket activation): servers come and go, and no connect is refused.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Process, Server, binary, newKey, temporaryDirectory } from './support/server.mjs';
import { SocketHolder } from './support/socket-holder.mjs';
import { eventually, within } from './support/wait.mjs';

const kept = { EVENT_LOG: 'disk', IO_THREADS: '2' };
const patient = { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 40, auth: { recovery: true } };
const wasCut = /(\d+) connections did not end in time and are cut/;

/** Connects, and asks: the text of the answer, once it is complete. Fails when the connect does; `''` when it was cut later. */
async function ask(port) {
  const socket = net.connect(port, '127.0.0.1');
  const failed = new Promise((_, reject) => socket.once('error', reject));
  await within(Promise.race([once(socket, 'connect'), failed]), `connect to ${port}`);
  failed.catch(() => {});
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  return { answer: within(new Promise((resolve) => socket.once('close', () => resolve(text))), `answer from ${port}`) };
}

/** A WebSocket that says nothing any more, not even that it has read. */
async function openSilent(server) {
  const raw = await server.raw();
  raw.socket.allowHalfOpen = true; // Else Node closes when the server does.
  raw.write(
    `GET /socket.io/?EIO=4&transport=websocket&apikey=${server.key} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n` +
      'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await raw.answer();
  return raw;
}

describe('a server with a socket that was handed to it', () => {
  let holder;
  let server;
  before(async () => {
    holder = await SocketHolder.open();
    server = await Server.start({ env: kept, holder });
  });
  after(async () => {
    await server.stop();
    await holder.close();
  });

  it('accepts there, whatever port the settings name', async () => {
    assert.equal(server.port, holder.port);
    await server.says(/handed over as descriptor 3 \(front\); SERVER_HOST and SERVER_PORT have no effect/);
    assert.equal((await server.request('GET', '/')).status, 200);
  });

  it('leaves connects that come while it is away to the next one', async () => {
    await server.end('SIGTERM');
    const waiting = await Promise.all(Array.from({ length: 100 }, () => ask(holder.port)));
    await server.restart();
    for (const { answer } of waiting) assert.match(await answer, /^HTTP\/1.1 200 OK/);
  });

  it('does so after SIGKILL as well', async () => {
    await server.kill();
    const waiting = await ask(holder.port);
    await server.restart();
    assert.match(await waiting.answer, /^HTTP\/1.1 200 OK/);
  });

  it('refuses nobody who connects again and again meanwhile', async () => {
    const answers = [];
    let isOver = false;
    const connectOnAndOn = async () => {
      while (!isOver) answers.push(await (await ask(holder.port)).answer);
    };
    const clients = Promise.all(Array.from({ length: 8 }, connectOnAndOn));
    clients.catch(() => (isOver = true));
    for (let round = 0; round < 3; ++round) {
      const before = answers.length;
      await eventually('answers of this process', async () => (await server.request('GET', '/')) && answers.length > before + 8);
      await server.end('SIGTERM');
      await server.restart();
    }
    isOver = true;
    await clients;
    // A refused connect would have failed `ask`. Whom the old process had accepted and not heard yet may be cut.
    const others = answers.filter((text) => text !== '' && !text.startsWith('HTTP/1.1 200 OK'));
    assert.deepEqual(others, []);
  });

  it('has its clients back at their first attempt, with all that they missed', async () => {
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp, patient);
    const failed = [];
    client.manager.on('reconnect_error', (error) => failed.push(error.message));
    for (let round = 0; round < 3; ++round) {
      await server.emit(tenant, 'call', round);
      assert.equal((await client.next()).envelope.data, round);
      await server.end('SIGTERM');
      await server.restart();
      await client.reconnected();
      assert.equal(client.socket.recovered, true);
    }
    assert.deepEqual(failed, []);
    client.close();
  });

  it('does not wait for clients that are slow to close', async () => {
    const silent = await openSilent(server);
    await server.end('SIGTERM');
    assert.equal(wasCut.exec(server.output)?.[1], '1', server.output);
    silent.destroy();
    await server.restart();
  });
});

describe('a server with a socket of its own', () => {
  it('refuses connects while it is away, and waits for slow clients', async () => {
    const server = await Server.start({ env: kept });
    const silent = await openSilent(server);
    await server.end('SIGTERM');
    assert.doesNotMatch(server.output, wasCut);
    silent.destroy();
    await assert.rejects(ask(server.port), { code: 'ECONNREFUSED' });
  });

  it('leaves sockets alone that are for another process', async () => {
    const server = await Server.start({ env: { LISTEN_FDS: '1', LISTEN_PID: '1' } });
    await server.says(/LISTEN_PID names process 1, and this is \d+/);
    assert.equal((await server.request('GET', '/')).status, 200);
    await server.stop();
  });
});

describe('a socket that cannot be taken', () => {
  const wrong = [
    ['a file', 'LISTEN_PID=$$ LISTEN_FDS=1', /LISTEN_FDS=1 announces descriptor 3, but it is no socket/],
    ['fewer sockets than announced', 'LISTEN_PID=$$ LISTEN_FDS=9', /LISTEN_FDS=9 announces descriptor 3, but/],
    ['no process id', 'LISTEN_FDS=1', /LISTEN_FDS is set, but LISTEN_PID is not/],
    ['a number that is none', 'LISTEN_PID=$$ LISTEN_FDS=many', /LISTEN_FDS="many" is not allowed/],
  ];
  for (const [what, variables, reason] of wrong) {
    it(`${what} stops the start with the reason`, async () => {
      const home = temporaryDirectory();
      const script = `${variables} exec "$0" --port 0 --data-dir data 3</dev/null`;
      const run = new Process(['-c', script, binary], { AUTHENTICATION_API_KEY: newKey() }, home, '/bin/sh');
      assert.deepEqual(await run.exit, { code: 1, signal: null }, run.output);
      assert.match(run.output, reason);
    });
  }
});
