// Engine.IO as it was recorded from npm engine.io (../golden/protocol), replayed against conformance-server.
// Whatever differs stands in golden/protocol-differences.json with the clause that allows it, or the test fails.
import { replayTranscripts } from './golden/protocol-run.mjs';
import { engineTranscripts } from './golden/protocol-recordings.mjs';

replayTranscripts(engineTranscripts(), 116);
