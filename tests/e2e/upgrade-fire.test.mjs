// A thousand upgrades from polling to WebSocket while messages go both ways: each message once and in order. The seed of
// all delays is printed; UPGRADE_SEED repeats a run (as far as the machine does).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeProfile } from './support/conformance.mjs';
import { connections, Dice, Ledger, UpgradeDance } from './support/upgrade-dance.mjs';

const seed = Number(process.env.UPGRADE_SEED ?? Date.now() % 1_000_000_000);
const upgrades = 500;
const atOnce = 25;
const messages = 24;
const bytesOf = (k) => Buffer.from([k, 255 - k, 0x1e]);

const flows = {
  'Engine.IO, text and binary': {
    path: '/engine.io/',
    greeting: { packets: [] },
    message: (k) => {
      const packets = [k % 3 === 2 ? bytesOf(k) : `4m${k}`];
      return { packets, due: packets };
    },
  },
  'Socket.IO, events, attachments and bursts': {
    path: '/socket.io/',
    greeting: { packets: ['40'], until: '42["auth"' },
    message: (k) => {
      if (k % 8 === 7) return { packets: ['42["burst",5]'], due: [0, 1, 2, 3, 4].map((n) => `42["burst",${n}]`) };
      if (k % 3 !== 2) return { packets: [`42["message",${k}]`], due: [`42["message-back",${k}]`] };
      const placeholder = '{"_placeholder":true,"num":0}';
      return { packets: [`451-["message",${placeholder},${k}]`, bytesOf(k)], due: [`451-["message-back",${placeholder},${k}]`, bytesOf(k)] };
    },
  },
};

describe('what judges the arrivals', () => {
  const judge = (due, arrivals) => {
    const ledger = new Ledger();
    ledger.owe(...due);
    for (const packet of arrivals) ledger.arrive(packet);
    return ledger;
  };

  it('finds nothing wrong with the right packets', () => {
    const ledger = judge(['4a', bytesOf(1), '4b'], ['4a', bytesOf(1), '4b']);
    assert.equal(ledger.fault, undefined);
    assert.ok(ledger.isSettled);
  });

  const wrong = {
    'two packets in each other\'s place': ['4b', '4a', bytesOf(1)],
    'a packet twice': ['4a', '4a', '4b', bytesOf(1)],
    'a packet that is missing': ['4a', bytesOf(1)],
    'a packet too many at the end': ['4a', '4b', bytesOf(1), '4c'],
    'text instead of bytes': ['4a', '4b', bytesOf(1).toString('latin1')],
  };
  for (const [what, arrivals] of Object.entries(wrong)) {
    it(`finds ${what}`, () => assert.match(judge(['4a', '4b', bytesOf(1)], arrivals).fault, /was due/));
  }

  it('waits for a packet that does not come', () => {
    assert.equal(judge(['4a', '4b'], ['4a']).isSettled, false);
  });
});

for (const [what, flow] of Object.entries(flows)) {
  describeProfile('B', ['--io-threads', '2'], (world) => {
    /** Runs many; a flow may be tampered with, to see that it is noticed. */
    async function runAll(count, used, firstSeed) {
      const agent = connections();
      world.keep({ close: () => agent.destroy() });
      const faults = [];
      let begun = 0;
      await Promise.all(Array.from({ length: Math.min(atOnce, count) }, async () => {
        while (begun < count && faults.length === 0) {
          const own = firstSeed + begun++;
          const outcome = await new UpgradeDance(world.url, used, new Dice(own), agent).run(messages).catch((error) => error.message);
          if (outcome) faults.push(`seed ${own}: ${outcome}`);
        }
      }));
      return { faults, begun };
    }

    it(`${upgrades} upgrades under fire: ${what}`, async (test) => {
      test.diagnostic(`UPGRADE_SEED=${seed}`);
      const { faults, begun } = await runAll(upgrades, flow, seed);
      assert.deepEqual(faults, [], `UPGRADE_SEED=${seed}`);
      assert.equal(begun, upgrades);
    });

    it(`a client that sends two messages in each other's place is found out: ${what}`, async () => {
      const swapped = { ...flow, message: (k) => ({ packets: flow.message({ 12: 13, 13: 12 }[k] ?? k).packets, due: flow.message(k).due }) };
      const { faults } = await runAll(1, swapped, seed);
      assert.match(faults.join(), /was due/);
    });
  });
}
