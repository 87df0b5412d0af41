// What was recorded from Evolution API, and which recordings share one server.
import { readdirSync, readFileSync } from 'node:fs';

const directory = new URL('../../golden/evolution/', import.meta.url);

/**
 * Recordings by the configuration of the server that gave them, in the order in which they were made: the state that
 * one record leaves is what the next ones saw. `host` is what that server was called in `Host`.
 */
export const configurations = [
  {
    name: 'A',
    host: '127.0.0.1:18080',
    files: [
      'rest-root', 'rest-instance', 'rest-websocket', 'rest-webhook', 'sio-handshake', 'sio-namespaces',
      'sio-events-evolution',
    ],
  },
  {
    name: 'A2',
    host: '127.0.0.1:18080',
    // The records only say "as A".
    config:
      'WEBSOCKET_ENABLED=true WEBSOCKET_GLOBAL_EVENTS=false WEBSOCKET_ALLOWED_HOSTS=10.9.9.9 ' +
      'AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES=true CORS_ORIGIN=*',
    files: ['rest-security'],
  },
  { name: 'B', host: '127.0.0.1:18081', files: ['sio-allowed-host', 'sio-events-global'] },
  { name: 'C', host: '127.0.0.1:18082', files: ['websocket-off'] },
  { name: 'D', host: '127.0.0.1:18083', files: ['cors-tz-expose'] },
  { name: 'F', host: '127.0.0.1:18085', files: ['sio-events-baileys-injected'] },
  { name: 'G', host: '127.0.0.1:18086', files: ['sio-security-and-restart'] },
];

/** Recordings that another test takes: what Evolution API posts to webhooks is what our relay receives. */
export const replayedElsewhere = ['webhook-out'];

/** The names of all recordings that there are. */
export const recordings = () => readdirSync(directory).filter((x) => x.endsWith('.jsonl')).map((x) => x.slice(0, -'.jsonl'.length));

/** The records of one file; each gets `file`. */
export function records(file) {
  const lines = readFileSync(new URL(`${file}.jsonl`, directory), 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => ({ file, ...JSON.parse(line) }));
}

/** The listed differences, as they stand in the file. */
export function listedDifferences() {
  return JSON.parse(readFileSync(new URL('differences.json', directory), 'utf8'));
}
