// The list of intended differences from the recorded protocol: where, our value, and the clause that allows it.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

/** What a reason may be: what the protocol leaves open, or what Node does by accident. Nothing else is a reason. */
export const clauses = {
  'refused-before-101':
    'A websocket handshake with an unsupported protocol version is refused with 400; Node completes the 101 and writes an HTTP error behind it.',
  'no-http-request':
    'A request with bytes that HTTP forbids is refused with 400 before any engine sees it; what the body says is up to the HTTP server.',
  'eio-has-to-be-said': 'EIO is exactly 3 or 4; Node takes a missing or unknown one for 3.',
  'held-get-at-upgrade': 'A GET that is held when the upgrade completes is answered; a noop does as well as the close packet of Node.',
  'close-packet-over-websocket': 'A close packet of the client over websocket may close at once; Node waits for the client to end.',
  'bundle-is-optional': 'The client bundle need not be served; its path is then an engine request like any other.',
  'disconnect-at-once': 'DISCONNECT takes effect before the next packet; Node applies it a tick late and takes a CONNECT behind it for a duplicate.',
  'ack-ids-are-integers': 'An ack id beyond 2^53 is refused; Node turns it into a floating-point number.',
};

/** The list as it stands in the file. */
export const listedDifferences = () => JSON.parse(readFileSync(new URL('protocol-differences.json', import.meta.url), 'utf8'));

export class ProtocolDifferences {
  #entries = new Map();

  constructor(list) {
    for (const entry of list) {
      const { file, case: name, position, reason } = entry;
      if (!file || !name || typeof position !== 'string' || !('ours' in entry) || !Object.hasOwn(clauses, reason)) {
        throw new Error(`an entry needs file, case, position, ours and a known clause as reason: ${JSON.stringify(entry)}`);
      }
      const key = keyOf(file, name, position);
      if (this.#entries.has(key)) throw new Error(`listed twice: ${JSON.stringify(entry)}`);
      this.#entries.set(key, { entry, uses: 0 });
    }
  }

  /** What of the differences of a case is not listed with exactly our value. Counts the uses of entries. */
  unlisted(file, name, found) {
    return found.filter(({ position, ours }) => {
      const listed = this.#entries.get(keyOf(file, name, position));
      if (!listed || !isDeepStrictEqual(listed.entry.ours, ours)) return true;
      ++listed.uses;
      return false;
    });
  }

  get used() {
    return [...this.#entries.values()].filter(({ uses }) => uses > 0).length;
  }

  /** Entries of these transcripts that nothing needed. */
  unused(files) {
    return [...this.#entries.values()].filter(({ entry, uses }) => uses === 0 && files.includes(entry.file)).map(({ entry }) => entry);
  }

  /** Transcripts that an entry names. */
  get files() {
    return [...new Set([...this.#entries.values()].map(({ entry }) => entry.file))];
  }
}

const keyOf = (...parts) => parts.join('\n');
