// The list of intended differences: what it allows, and whether all of it is still needed.
import { isDeepStrictEqual } from 'node:util';

const reasonForm = /^((A([1-9]|1[0-8])|B([1-9]|1[0-9]|20)|C([1-9]|10)|D([1-9]|1[0-2])|E)\b|design: \S)/;

/** One entry: our value at a pointer of a record, or a record that is out of scope. */
class Entry {
  uses = 0;

  constructor(fields) {
    this.fields = fields;
  }

  /** Whether this is our value; counts a use. */
  accepts(ours) {
    const is = matches(this.fields.ours, ours);
    if (is) ++this.uses;
    return is;
  }

  toString() {
    return JSON.stringify(this.fields);
  }
}

export class Differences {
  #entries = new Map();
  #outOfScope = new Map();

  constructor(list) {
    for (const fields of list) {
      const { file, record, pointer, outOfScope, reason } = fields;
      const isPointer = typeof pointer === 'string' && 'ours' in fields && reasonForm.test(reason);
      if (!file || !record || isPointer === Boolean(outOfScope)) {
        throw new Error(
          `an entry needs file, record and either outOfScope (why) or pointer, ours and reason (a number of the known ` +
            `defects, or "design: <subject>"): ${JSON.stringify(fields)}`,
        );
      }
      const into = outOfScope ? this.#outOfScope : this.#entries;
      const key = keyOf(file, record, pointer);
      if (into.has(key)) throw new Error(`listed twice: ${JSON.stringify(fields)}`);
      into.set(key, new Entry(fields));
    }
  }

  /** The entry for a pointer, if there is one. */
  at(file, record, pointer) {
    return this.#entries.get(keyOf(file, record, pointer));
  }

  /** Whether a record is listed as out of scope; counts a use. */
  isOutOfScope(file, record) {
    const entry = this.#outOfScope.get(keyOf(file, record));
    if (entry) ++entry.uses;
    return entry !== undefined;
  }

  get used() {
    return [...this.#entries.values()].filter((entry) => entry.uses > 0).length;
  }

  /** Entries that nothing needed, as text. */
  get unused() {
    return [...this.#entries.values(), ...this.#outOfScope.values()].filter((entry) => entry.uses === 0).map(String);
  }
}

const keyOf = (...parts) => parts.filter((x) => x !== undefined).join('\n');

/** `{"match": "<regular expression>"}` stands for a text that differs from run to run. */
function matches(expected, ours) {
  if (expected !== null && typeof expected === 'object' && Object.keys(expected).join() === 'match') {
    return typeof ours === 'string' && new RegExp(`^(?:${expected.match})$`, 's').test(ours);
  }
  if (Array.isArray(expected) && Array.isArray(ours)) {
    return expected.length === ours.length && expected.every((x, i) => matches(x, ours[i]));
  }
  if (expected && ours && typeof expected === 'object' && typeof ours === 'object' && !Array.isArray(expected)) {
    const keys = Object.keys(expected);
    return keys.join('\n') === Object.keys(ours).join('\n') && keys.every((key) => matches(expected[key], ours[key]));
  }
  return isDeepStrictEqual(expected, ours);
}
