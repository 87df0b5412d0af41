// Compares a recorded document with ours, member by member, in order.
import { isId, looksVolatile, shapeOf } from './shapes.mjs';

/** Stands for a member that is not there. */
export const absent = 'absent';

const isObject = (x) => x !== null && typeof x === 'object' && !Array.isArray(x);
const escape = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * All differences between two documents, as `{pointer, theirs, ours}`. Ours is told in the ids of the recording.
 * Another order of the members of an object is a difference at `<pointer>#order`; objects without a member in common
 * differ as a whole.
 *
 * `volatile`: JSON pointers of values that only need to have the same shape; an id among them has to be the same one
 * wherever it is mentioned (`identities`). `volatileBelow`: pointers below which everything that looks like an id or
 * a time is volatile. `listed(pointer)`: the entry that expects something else there: see `Differences`.
 */
export function compare(theirs, ours, { volatile = [], volatileBelow = [], identities, listed = () => undefined }) {
  const isVolatile = new Set(volatile);
  const found = [];
  visit('', theirs, ours, found, true);
  return found;

  function visit(pointer, a, b, into, mayBeListed) {
    const entry = mayBeListed && listed(pointer);
    if (entry) {
      const plain = [];
      visit(pointer, a, b, plain, false);
      if (plain.length === 0) return;
      if (entry.accepts(inTheirWords(b))) return;
      into.push({ pointer, theirs: a === undefined ? absent : a, ours: inTheirWords(b), note: 'listed, but otherwise' });
      return;
    }
    if (a === undefined || b === undefined) {
      if (a !== b) push(into, pointer, a, b);
    } else if (isVolatile.has(pointer) || (looksVolatile(a) && volatileBelow.some((x) => pointer.startsWith(x)))) {
      if (!isSameVolatile(a, b)) push(into, pointer, a, b);
    } else if (Array.isArray(a) && Array.isArray(b)) {
      for (let i = 0; i < Math.max(a.length, b.length); ++i) visit(`${pointer}/${i}`, a[i], b[i], into, mayBeListed);
    } else if (isObject(a) && isObject(b)) {
      visitObject(pointer, a, b, into, mayBeListed);
    } else if (a !== inTheirWords(b)) {
      push(into, pointer, a, b);
    }
  }

  function visitObject(pointer, a, b, into, mayBeListed) {
    if (Object.keys(a).length > 0 && Object.keys(b).length > 0 && !Object.keys(a).some((key) => key in b)) {
      push(into, pointer, a, b);
      return;
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      visit(`${pointer}/${escape(key)}`, own(a, key), own(b, key), into, mayBeListed);
    }
    const orders = [Object.keys(a).filter((key) => key in b), Object.keys(b).filter((key) => key in a)];
    if (orders[0].join() !== orders[1].join()) visit(`${pointer}#order`, orders[0].join(), orders[1].join(), into, mayBeListed);
  }

  function isSameVolatile(a, b) {
    if (a === inTheirWords(b)) return true;
    const shape = shapeOf(a);
    if (shape !== shapeOf(b)) return false;
    if (!isId(shape)) return true;
    if (identities.knows(a, b)) return false;
    identities.learn(a, b);
    return true;
  }

  function inTheirWords(b) {
    return b === undefined ? absent : identities.toTheirs(b);
  }

  function push(into, pointer, a, b) {
    into.push({ pointer, theirs: a === undefined ? absent : a, ours: inTheirWords(b) });
  }
}

const own = (object, key) => (Object.hasOwn(object, key) ? object[key] : undefined);

/** Puts `ours` in the order of `theirs` by what `kindOf` says, for lists without an order; what is left over comes last. */
export function aligned(theirs, ours, kindOf) {
  const left = [...ours];
  const found = theirs.map((item) => {
    const at = left.findIndex((x) => kindOf(x) === kindOf(item));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
  // A gap (undefined) is something that we do not have.
  return [...found, ...left];
}
