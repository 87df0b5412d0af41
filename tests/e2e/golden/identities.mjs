// Values that every run makes anew (ids, keys), recorded ones against ours, so that both can be told in the same words.

const sid = /sid\\*":\\*"([\w-]{20})\\*"/g;

export class Identities {
  #ours = new Map();
  #theirs = new Map();

  /** From now on `theirs` and `ours` are the same thing. The first pair stays: what is told twice has to agree. */
  learn(theirs, ours) {
    if (theirs === ours || this.#ours.has(theirs) || this.#theirs.has(ours)) return;
    this.#ours.set(theirs, ours);
    this.#theirs.set(ours, theirs);
  }

  /** Pairs the Socket.IO and Engine.IO ids in two documents, in their order. */
  learnSids(theirs, ours) {
    const found = [theirs, ours].map((x) => [...JSON.stringify(x).matchAll(sid)].map((match) => match[1]));
    found[0].forEach((id, i) => found[1][i] && this.learn(id, found[1][i]));
  }

  /** Whether one of the two already stands for something else. */
  knows(theirs, ours) {
    return this.#ours.has(theirs) || this.#theirs.has(ours);
  }

  /** A recorded value (text, or anything that JSON can hold) with our ids in it. */
  toOurs(value) {
    return replaced(value, this.#ours);
  }

  /** A value of ours, told in the ids of the recording. */
  toTheirs(value) {
    return replaced(value, this.#theirs);
  }
}

/** `value` with all names replaced, wherever they stand in a text. */
function replaced(value, names) {
  if (value === undefined) return undefined;
  let text = JSON.stringify(value, withoutGaps);
  for (const [from, to] of names) text = text.replaceAll(from, to);
  return JSON.parse(text);
}

/** A list that was put in the order of another one (`aligned`) has gaps, which JSON does not know. */
const withoutGaps = (_, value) => (Array.isArray(value) ? value.filter((x) => x !== undefined) : value);
