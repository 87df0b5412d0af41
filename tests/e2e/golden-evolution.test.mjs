// Answers recorded from Evolution API 2.3.6, replayed against our server with every switch in Evolution's position.
// Whatever differs stands in tests/golden/evolution/differences.json with the reason why, or the test fails.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Differences } from './golden/differences.mjs';
import { configurations, listedDifferences, recordings, records, replayedElsewhere } from './golden/recordings.mjs';
import { Run } from './golden/run.mjs';
import { silentSetup } from './golden/setup.mjs';

const differences = new Differences(listedDifferences());
const count = { records: 0, compared: 0, outOfScope: 0 };

for (const configuration of configurations) {
  const run = new Run(configuration);

  describe(`configuration ${configuration.name}`, () => {
    before(() => run.start());
    after(() => run.stop());

    for (const record of run.records) {
      it(`${record.file}#${record.id}`, async () => {
        ++count.records;
        if (differences.isOutOfScope(record.file, record.id)) {
          ++count.outOfScope;
          return;
        }
        ++count.compared;
        const found = await run.replay(record, differences);
        assert.equal(found.length, 0, `differs, and is not listed:\n${found.map((x) => copyable(record, x)).join('\n')}\n`);
      });
    }
  });
}

it('replays every recording', () => {
  const replayed = [...configurations.flatMap(({ files }) => files), ...replayedElsewhere];
  assert.deepEqual(recordings().sort(), replayed.sort());
});

it('has no set-up for a record that does not exist', () => {
  const exists = ({ file, before }) => records(file).some(({ id }) => id === before);
  assert.deepEqual(silentSetup.filter((x) => !exists(x)), []);
});

it('needs every listed difference', () => {
  console.log(
    `golden replay: ${count.records} records, ${count.compared} compared, ${count.outOfScope} out of scope, ` +
      `${differences.used} listed differences`,
  );
  assert.deepEqual(differences.unused, []);
});

/** A difference as it would stand in the list, after what the recording says. */
function copyable({ file, id }, { pointer, theirs, ours, note = '' }) {
  return `  theirs ${JSON.stringify(theirs)} ${note}\n  ${JSON.stringify({ file, record: id, pointer, ours, reason: '' })},`;
}
