// Socket.IO as it was recorded from npm socket.io and its clients (../golden/protocol), replayed against
// conformance-server. Whatever differs stands in golden/protocol-differences.json, as in golden-protocol-engine.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { engineTranscripts, socketTranscripts } from './golden/protocol-recordings.mjs';
import { ProtocolDifferences, listedDifferences } from './golden/protocol-differences.mjs';
import { replayTranscripts } from './golden/protocol-run.mjs';

replayTranscripts(socketTranscripts(), 121);

it('lists no difference of a transcript that is not replayed', () => {
  const replayed = [...engineTranscripts(), ...socketTranscripts()];
  assert.deepEqual(new ProtocolDifferences(listedDifferences()).files.filter((file) => !replayed.includes(file)), []);
});
