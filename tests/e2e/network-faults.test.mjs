// A million deliveries while every connection is reset again and again: none lost, none twice, all in order. The seed is
// printed; FAULTS_SEED repeats it, and FAULTS_DELIVERIES says how many (`./dev faults`).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FaultyProxy, LightClient } from './support/faulty-network.mjs';
import { Dice, Producer, follow, judge, pause, quickPings, readLog, settle } from './support/flow.mjs';
import { Server } from './support/server.mjs';
import { patience } from './support/wait.mjs';

const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000_000);
const deliveries = Number(process.env.FAULTS_DELIVERIES ?? 1_000_000);
const tenantCount = 10;
const lightCount = 200;
/** Events of one tenant in a second. */
const rate = 200;

/** Lets the events of so many deliveries flow through a proxy that resets; returns what came of it. */
async function flow(total, options) {
  const server = await Server.start({ env: { EVENT_LOG: 'disk', IO_THREADS: '2', WEBSOCKET_GLOBAL_EVENTS: 'true', ...quickPings } });
  const dice = new Dice(seed);
  const proxy = await FaultyProxy.open(server.port, dice, 3000);
  const lights = [];
  const followers = [];
  try {
    const tenants = [];
    for (let i = 0; i < tenantCount; ++i) tenants.push(await server.createInstance());
    for (let i = 0; i < lightCount; ++i) lights.push(new LightClient(proxy.url, tenants[i % tenantCount], dice, options));
    const behind = { open: (nsp, more) => server.open(nsp, { ...more, url: proxy.url }) };
    if (options?.recovers !== false)
      for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']])
        for (const nsp of [tenants[0].nsp, '/']) followers.push(follow(behind, nsp, tenants[0].token, transports, [tenants[0]]));
    await Promise.all([...lights, ...followers].map(({ begun }) => begun));
    const events = Math.round(total / lightCount);
    const producers = tenants.map((tenant) => new Producer(server, tenant, { batch: rate / 5, pauseMs: 200, total: events }).start());
    await Promise.all(producers.map((x) => x.done()));
    const resets = proxy.resets;
    proxy.calm();
    const logs = new Map([[tenants[0].name, await readLog(server, tenants[0])]]);
    await settle(logs, followers);
    const until = Date.now() + 20_000 * patience;
    while (options?.recovers !== false && lights.some((x) => x.expected < events) && Date.now() < until) await pause(20);
    for (const x of lights) x.lost += events - x.expected;
    return { lights, followers, resets, faults: judge([producers[0]], logs, followers.map(({ diary }) => diary)) };
  } finally {
    for (const x of lights) x.close();
    for (const x of followers) x.stop();
    proxy.close();
    await server.stop();
  }
}

const sum = (all, member) => all.reduce((so, x) => so + x[member], 0);

describe('a network that resets every connection', { timeout: (120_000 + deliveries / 20) * patience }, () => {
  it('loses nothing, doubles nothing and keeps the order', async (test) => {
    const { lights, followers, resets, faults } = await flow(deliveries);
    const received = sum(lights, 'received') + followers.reduce((so, { diary }) => so + diary.events.length, 0);
    const resumed = sum(lights, 'resumed') + followers.reduce((so, { diary }) => so + diary.resumed, 0);
    test.diagnostic(`FAULTS_SEED=${seed}: ${received} deliveries, ${resets} resets, ${resumed} sessions resumed`);
    assert.deepEqual(
      { lost: sum(lights, 'lost'), doubled: sum(lights, 'doubled'), renewed: sum(lights, 'renewed') },
      { lost: 0, doubled: 0, renewed: 0 },
      `FAULTS_SEED=${seed}`,
    );
    assert.deepEqual(faults.slice(0, 20), [], `FAULTS_SEED=${seed}`);
    assert.ok(received >= deliveries, `only ${received} deliveries`);
    assert.ok(resets > lightCount && resumed > lightCount, `only ${resets} resets, ${resumed} sessions resumed`);
  });

  it('would lose events of clients that do not ask for them', async (test) => {
    const { lights, resets } = await flow(100_000, { recovers: false });
    const lost = sum(lights, 'lost');
    test.diagnostic(`${lost} of ${lost + sum(lights, 'received')} lost with ${resets} resets`);
    assert.ok(lost > 100, 'the network was too good to show anything');
  });
});
