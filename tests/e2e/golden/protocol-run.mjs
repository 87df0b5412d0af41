// Replays transcripts as tests: one server for each recorded configuration.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConformanceServer, isReference } from '../support/conformance-server.mjs';
import { deeds } from './protocol-deeds.mjs';
import { ProtocolDifferences, listedDifferences } from './protocol-differences.mjs';
import { transcript } from './protocol-recordings.mjs';
import { CaseReplay } from './protocol-replay.mjs';

/** How often a case is tried when the machine is slower than the recorded timers. */
const attemptsMax = 4;

/** What was recorded had one thread, so the order between two connections is part of a transcript. */
const oneThread = ['--io-threads', '1'];

/** Replays a case on a server, once more where the machine was too slow for it to mean anything. */
async function replayCase(server, recorded, { hasShortTimers, deed, ...options }) {
  for (let attempt = 1; ; ++attempt) {
    const replay = new CaseReplay(server.port, recorded, { ...options, elsewhere: '/elsewhere', act: (ours) => deed(server.url, ours) });
    await replay.run();
    if (replay.differences.length === 0 || !hasShortTimers || !replay.isLate || attempt === attemptsMax) return { replay, attempt };
  }
}

/**
 * Defines the tests for these transcripts. `count`: how many cases they have. The reference server is what was
 * recorded, so nothing is allowed to differ there.
 */
export function replayTranscripts(files, count) {
  const listed = listedDifferences();
  const differences = new ProtocolDifferences(isReference ? [] : listed);
  const done = { cases: 0, rebatched: 0, again: 0 };
  const read = files.map(transcript);

  for (const group of grouped(read)) {
    describe(group[0].switches.join(' '), () => {
      const used = new Set();
      let server;
      before(async () => (server = await ConformanceServer.start([...group[0].switches, ...oneThread])));
      after(() => server?.stop());

      for (const { file, cases, isByTheClock, hasShortTimers } of group) {
        for (const recorded of cases) {
          it(`${file}: ${recorded.name}`, async () => {
            const { replay, attempt } = await replayCase(server, recorded, { isByTheClock, hasShortTimers, used, deed: deeds[file]?.[recorded.name] });
            const found = differences.unlisted(file, recorded.name, replay.differences);
            ++done.cases;
            done.again += attempt - 1;
            done.rebatched += replay.rebatched;
            assert.equal(found.length, 0, `differs, and is not listed:\n${found.map((x) => copyable(file, recorded.name, x)).join('\n')}\n`);
          });
        }
      }
    });
  }

  it('replays every case', () => assert.equal(done.cases, count));

  it('needs every listed difference', () => {
    const { cases, rebatched, again } = done;
    console.log(
      `protocol replay: ${cases} cases, ${rebatched} polling answers in other portions, ${again} replayed again, ` +
        `${differences.used} listed differences`,
    );
    assert.deepEqual(differences.unused(files), []);
  });
}

const keyOf = ({ switches }) => switches.join(' ');

function grouped(read) {
  const keys = [...new Set(read.map(keyOf))];
  return keys.map((key) => read.filter((x) => keyOf(x) === key));
}

/** A difference as it would stand in the list, after what the recording says. */
function copyable(file, name, { position, theirs, ours }) {
  return `  theirs ${JSON.stringify(theirs)}\n  ${JSON.stringify({ file, case: name, position, ours, reason: '' })},`;
}
