// The list of intended differences from the recorded protocol: where, our value, and the clause that allows it.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

/** What a reason may be. Nothing else is a reason to differ from what was recorded. */
export const clauses = {};

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
