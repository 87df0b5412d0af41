// Socket.IO as it was recorded from npm socket.io and its clients (../golden/protocol), replayed against
// conformance-server. Whatever differs stands in golden/protocol-differences.json, as in golden-protocol-engine.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { leftOut, engineTranscripts, socketTranscripts, transcript, transcripts } from './golden/protocol-recordings.mjs';
import { ProtocolDifferences, listedDifferences } from './golden/protocol-differences.mjs';
import { replayTranscripts } from './golden/protocol-run.mjs';
import { refusal } from './support/conformance-server.mjs';

replayTranscripts(socketTranscripts(), 115);

it('leaves no transcript out but those that say why', () => {
  assert.deepEqual([...engineTranscripts(), ...socketTranscripts(), ...Object.keys(leftOut)].sort(), transcripts());
});

it('lists no difference of a transcript that is not replayed', () => {
  const replayed = [...engineTranscripts(), ...socketTranscripts()];
  assert.deepEqual(new ProtocolDifferences(listedDifferences()).files.filter((file) => !replayed.includes(file)), []);
});

it('refuses what the transcript that is left out needs', async () => {
  const { code, output } = await refusal(transcript('sio5-recovery').switches);
  assert.equal(code, 2, output);
  assert.match(output, /--recovery/);
});
