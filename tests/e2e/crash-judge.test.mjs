// The judge of what flowed through crashes and faults: each kind of fault has to be found.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge } from './support/flow.mjs';

const a = { name: 'a' };
const b = { name: 'b' };
const producers = [{ tenant: a, sent: 2 }, { tenant: b, sent: 1 }];
/** `[tenant, n, sequence]`; a number more than was accepted is one whose answer was lost. */
const right = { a: [['a', 0, 1], ['a', 1, 3], ['a', 2, 4]], b: [['b', 0, 2]] };
const both = [['a', 0, 1], ['b', 0, 2], ['a', 1, 3], ['a', 2, 4]];

/** What is said of one client that sees both tenants, and got these events. */
const judged = (events, { logs = right, tenants = [a, b], renewed = 0 } = {}) =>
  judge(producers, new Map(Object.entries(logs)), [{ name: 'client', tenants, events, renewed }]);

describe('the judge of a flow', () => {
  it('finds nothing wrong where nothing is', () => {
    assert.deepEqual(judged(both), []);
    assert.deepEqual(judged(right.a, { tenants: [a] }), []);
  });

  const wrong = {
    'an accepted event that the log lacks': [
      [both[1], both[2], both[3]], { logs: { ...right, a: right.a.slice(1) } }, 'lost: the log lacks 0 of a, which was accepted',
    ],
    'an event that the log has twice': [
      [...both, ['a', 1, 5]], { logs: { ...right, a: [...right.a, ['a', 1, 5]] } }, 'doubled: the log has 1 of a 2 times',
    ],
    'a client that was seen as another one': [both, { renewed: 1 }, 'client: 1 times a new session'],
    'a client that missed an event': [[both[0], both[2], both[3]], {}, 'lost: client did not get 0 of b'],
    'a client that got an event twice': [[both[0], ...both], {}, 'doubled: client got 0 of a twice'],
    'a client that got an event twice, later': [[...both, both[0]], {}, 'doubled: client got 0 of a twice'],
    'events in each other\'s place': [[both[1], both[0], both[2], both[3]], {}, 'disordered: client got 0 of a too late'],
    'an event that the log lacks': [[...both, ['a', 3, 5]], {}, 'invented: client got 3 of a, which the log lacks there'],
    'an event at the place of another one': [
      [both[0], both[1], ['a', 2, 3], both[3]], {}, 'invented: client got 2 of a, which the log lacks there',
    ],
  };
  for (const [what, [events, more, fault]] of Object.entries(wrong)) {
    it(`finds ${what}`, () => assert.ok(judged(events, more).includes(fault), judged(events, more).join('\n')));
  }
});
