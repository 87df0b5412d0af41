// The server is killed again and again while events flow, on a disk that loses what was not synced: what was accepted is
// there, and every client gets it once and in order. The seed of the moments is printed; CRASH_SEED repeats them, and
// CRASH_ROUNDS says how many (`./dev crash`).
import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Dice, Producer, follow, followStream, judge, pause, placeOf, quickPings, readLog, settle } from './support/flow.mjs';
import { Server, newName, repository, temporaryDirectory } from './support/server.mjs';
import { SseClient } from './support/streams.mjs';
import { deadline, patience, within } from './support/wait.mjs';

const program = path.resolve(repository, process.env.FAULTY_BIN ?? 'build/release/bin/arauto-on-faulty-disk');
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000_000);
const rounds = Number(process.env.CRASH_ROUNDS ?? 120);

/** A server on the faulty disk, its orders, and what flows through it. */
class Scene {
  /** Names of instances whose making was answered 201. */
  made = [];

  static async open() {
    const scene = new Scene();
    scene.orders = temporaryDirectory();
    scene.server = await Server.start({
      program,
      env: { EVENT_LOG: 'disk', IO_THREADS: '2', WEBSOCKET_GLOBAL_EVENTS: 'true', FAULTY_DISK: scene.orders, ...quickPings },
    });
    scene.tenants = [await scene.server.createInstance(), await scene.server.createInstance()];
    const [a, b] = scene.tenants;
    const { server } = scene;
    const since = await placeOf(server, b);
    scene.followers = [
      follow(server, '/', server.key, ['websocket'], [a, b]),
      follow(server, '/', server.key, ['polling'], [a, b]),
      follow(server, '/', a.token, ['websocket'], [a]),
      follow(server, a.nsp, a.token, ['websocket'], [a]),
      follow(server, b.nsp, b.token, ['polling'], [b]),
      follow(server, b.nsp, server.key, ['polling', 'websocket'], [b]),
      followStream(server, b, since),
    ];
    await Promise.all(scene.followers.map(({ begun }) => begun));
    scene.producers = scene.tenants.map((tenant) => new Producer(server, tenant).start());
    return scene;
  }

  order(what) {
    writeFileSync(path.join(this.orders, what), '');
  }

  revoke(what) {
    rmSync(path.join(this.orders, what));
  }

  /** Kills the server and starts it again; with dice now and then another time while it starts. */
  async crash(dice) {
    await this.server.kill();
    while (dice?.below(4) === 0) {
      const starting = this.server.restart().catch(() => {}); // It ends before it listens, or right behind that.
      await pause(dice.below(100));
      await this.server.kill();
      await starting;
    }
    await this.server.restart();
  }

  /** Asks for one more instance, which has to be there from the moment on when that was answered. */
  async make() {
    const instanceName = newName('made');
    const body = { instanceName, integration: 'EVOLUTION' };
    // Without an answer nobody knows whether there is one.
    const answer = await this.server.request('POST', '/instance/create', { body }).catch(() => undefined);
    if (answer?.status === 201) this.made.push(instanceName);
  }

  async lostInstances() {
    const { json } = await this.server.request('GET', '/instance/fetchInstances');
    const there = new Set(json.map(({ name }) => name));
    return this.made.filter((name) => !there.has(name));
  }

  /** The link of a client breaks without a word of either side. */
  breakLink(dice) {
    const clients = this.followers.flatMap(({ client }) => (client?.socket.connected ? [client] : []));
    if (clients.length > 0) clients[dice.below(clients.length)].manager.engine.transport.onClose();
  }

  /** Ends the flow; what is wrong. */
  async end() {
    await Promise.all(this.producers.map((x) => x.stop()));
    const logs = new Map();
    for (const tenant of this.tenants) logs.set(tenant.name, await readLog(this.server, tenant));
    await settle(logs, this.followers);
    return judge(this.producers, logs, this.followers.map(({ diary }) => diary));
  }

  get resumed() {
    return this.followers.reduce((sum, { diary }) => sum + diary.resumed, 0);
  }

  get accepted() {
    return this.producers.reduce((sum, { sent }) => sum + sent, 0);
  }

  async close() {
    for (const x of this.followers) x.stop();
    await this.server.kill();
  }
}

async function withScene(act) {
  const scene = await Scene.open();
  try {
    await act(scene);
  } finally {
    await scene.close();
  }
}

describe('a server that is killed again and again', { timeout: (60_000 + rounds * 5000) * patience }, () => {
  it('has every event that it accepted, and each client gets it once and in order', (test) =>
    withScene(async (scene) => {
      const dice = new Dice(seed);
      test.diagnostic(`CRASH_SEED=${seed}`);
      for (let round = 0; round < rounds; ++round) {
        await pause(dice.below(200));
        if (dice.below(4) === 0) scene.breakLink(dice);
        const making = scene.make();
        await pause(dice.below(20));
        await scene.crash(dice);
        await making;
      }
      const faults = await scene.end();
      test.diagnostic(`${rounds} rounds, ${scene.accepted} events accepted, ${scene.resumed} sessions resumed, ${scene.made.length} instances made`);
      assert.deepEqual(faults.slice(0, 20), [], `CRASH_SEED=${seed}`);
      assert.deepEqual(await scene.lostInstances(), [], `CRASH_SEED=${seed}`);
      assert.ok(scene.made.length > 0, 'no instance could be made');
      assert.ok(scene.resumed >= rounds, `only ${scene.resumed} sessions were resumed`);
    }));

  it('would be found out if it did not sync', () =>
    withScene(async (scene) => {
      scene.order('lies');
      await scene.make();
      for (let round = 0; round < 5; ++round) {
        const before = scene.accepted;
        while (scene.accepted < before + 50) await pause(5);
        await scene.crash();
      }
      const faults = await scene.end();
      assert.ok(faults.some((x) => x.startsWith('lost: the log lacks')), faults.slice(0, 5).join('\n'));
      assert.equal((await scene.lostInstances()).length, 1);
    }));
});

describe('a disk that fails for a while', () => {
  for (const [order, reason] of [['fails', /disk I\/O error/], ['full', /full/]]) {
    it(`(${order}) makes producers wait, and nobody else notices`, () =>
      withScene(async (scene) => {
        const disconnects = scene.followers.flatMap(({ client }) => (client ? [client.disconnects] : []));
        for (let round = 0; round < 3; ++round) {
          const known = scene.producers.map(({ refusals }) => refusals.length);
          scene.order(order);
          const until = Date.now() + deadline;
          while (scene.producers.some(({ refusals }, i) => refusals.length < known[i] + 3)) {
            assert.ok(Date.now() < until, 'producers are not refused');
            await pause(5);
          }
          scene.revoke(order);
          const before = scene.accepted;
          while (scene.accepted < before + 50) await pause(5);
        }
        const faults = await scene.end();
        assert.deepEqual(faults.slice(0, 20), []);
        for (const { refusals } of scene.producers)
          for (const { text, headers } of refusals) {
            assert.match(text, reason);
            assert.equal(headers['retry-after'], '1');
          }
        assert.deepEqual(disconnects.map((x) => x.all.length), disconnects.map(() => 0), 'a client was cut off');
        await scene.crash();
        assert.deepEqual((await scene.end()).slice(0, 20), [], 'after a kill');
      }));
  }
});

describe('what a failing disk made the server refuse', () => {
  for (const order of ['fails', 'fails-late', 'full', 'dead']) {
    it(`(${order}) is not there after a kill, and nobody ever sees it`, async () => {
      const orders = temporaryDirectory();
      const server = await Server.start({ program, env: { EVENT_LOG: 'disk', FAULTY_DISK: orders } });
      try {
        const tenant = await server.createInstance();
        const since = await placeOf(server, tenant);
        const post = (data) => server.post(tenant, { event: 'call', data });
        const client = await server.connect(tenant.nsp, { auth: { recovery: true }, reconnection: true, reconnectionDelay: 20 });
        assert.equal((await post('kept')).status, 201);
        assert.equal((await client.next()).envelope.data, 'kept');
        const { id } = client.socket;

        writeFileSync(path.join(orders, order), '');
        for (const data of ['refused', 'refused, too']) {
          const answer = await post(data);
          assert.equal(answer.status, 503, answer.text);
          assert.equal(answer.headers['retry-after'], '1');
          assert.match(answer.text, order === 'full' ? /full/ : /disk I\/O error/);
        }
        await client.barrier(); // Sockets go on.
        await server.kill();
        rmSync(path.join(orders, order));
        await server.restart();

        assert.equal((await post('kept, too')).status, 201);
        assert.equal((await client.next()).envelope.data, 'kept, too');
        assert.deepEqual([client.socket.recovered, client.socket.id], [true, id]);
        const history = await server.request('GET', `/event/history/${tenant.name}?event=call&after=${since}`);
        assert.deepEqual(history.json.events.map((x) => x.data), ['kept', 'kept, too']);
      } finally {
        await server.stop();
      }
    });
  }
});

describe('a byte that changed on the disk', () => {
  it('is detected and never served', async () => {
    const server = await Server.start({ env: { EVENT_LOG: 'disk' } });
    try {
      const tenant = await server.createInstance();
      const since = await placeOf(server, tenant);
      const client = await server.connect(tenant.nsp, { auth: { recovery: true } });
      const { id } = client.socket;
      await server.emit(tenant, [{ event: 'call', data: 'first' }]);
      await client.take(1);
      client.manager._close();
      await server.emit(tenant, ['the second text', 'third'].map((data) => ({ event: 'call', data })));
      await server.end('SIGTERM'); // Its files are closed then.
      const events = path.join(server.dataDir, 'events');
      const files = readdirSync(events).filter((name) => name.endsWith('.log')).map((name) => path.join(events, name));
      const file = files.find((name) => readFileSync(name).includes('the second text'));
      const at = readFileSync(file).indexOf('the second text');
      const handle = openSync(file, 'r+');
      writeSync(handle, 'X', at + 5);
      closeSync(handle);
      await server.restart();

      client.manager.reconnection(false);
      client.socket.connect();
      await client.reconnected();
      assert.equal(client.socket.recovered, false, 'nobody may be told that nothing is missing');
      assert.notEqual(client.socket.id, id);
      const history = await server.request('GET', `/event/history/${tenant.name}?after=${since}`);
      assert.equal(history.status, 503);
      assert.match(history.text, /checksum is wrong/);
      await server.says(new RegExp(`"${file}": The event at place \\d+ .*checksum is wrong`));
      const { data: refusal } = await server.refusal(tenant.nsp, { auth: { since } });
      assert.equal(refusal.code, 'EVENT_LOG_UNREADABLE');
      const stream = await SseClient.open(server.url, `/events/sse/${tenant.name}`, { headers: { apikey: tenant.token, 'last-event-id': since } });
      await within(stream.ended, 'the stream ends');
      assert.deepEqual(stream.records.all, []);
      await server.emit(tenant, [{ event: 'call', data: 'fourth' }]);
      assert.equal((await client.next()).envelope.data, 'fourth', 'what comes is delivered all the same');
      client.close();
    } finally {
      await server.stop();
    }
  });
});
