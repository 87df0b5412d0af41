// Values that a server makes up: they differ from run to run, but are the same ones wherever they stand.

const serverMade = /^(sid|pid|offset)\d+$/;
const escape = (x) => x.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** The made-up values of one case. Texts are those of bytes in `latin1`. */
export class Variables {
  #ours = new Map();
  #used;

  /** `used`: values that other cases of the same server saw; none may come twice. */
  constructor(used = new Set()) {
    this.#used = used;
  }

  /** Our value for a recorded one, by its name. */
  ours(name) {
    return this.#ours.get(name);
  }

  /** A recorded text with our values in it; undefined if one of them is not known. */
  toOurs(recorded, vars = {}) {
    let isKnown = true;
    const translated = parts(recorded, vars).map(({ name, value }) => {
      if (name && !this.#ours.has(name)) isKnown = false;
      return name ? this.#ours.get(name) : value;
    });
    return isKnown ? translated.join('') : undefined;
  }

  /** A recorded text with names for its made-up values. */
  named(recorded, vars = {}) {
    return parts(recorded, vars).map(({ name, value }) => (name ? `{${name}}` : value)).join('');
  }

  /** The same for our text, where some may have no counterpart in the recording. */
  oursNamed(text) {
    let out = text;
    for (const [name, value] of this.#ours) out = out.replaceAll(value, `{${name}}`);
    return out.replace(/"(sid|pid)":"[\w-]+"/g, '"$1":"{other}"');
  }

  /** Whether our text is the recorded one; learns the values that are in it for the first time. */
  matches(recorded, ours, vars = {}) {
    const met = [];
    const pattern = parts(recorded, vars).map(({ name, value }) => {
      if (!name) return escape(value);
      if (this.#ours.has(name)) return escape(this.#ours.get(name));
      if (met.includes(name)) return `\\k<${name}>`;
      met.push(name);
      return `(?<${name}>${name.startsWith('offset') ? '[^"]+' : `[A-Za-z0-9_-]{${value.length}}`})`; // An offset is the server's own matter.
    });
    const match = new RegExp(`^${pattern.join('')}$`, 's').exec(ours);
    const values = new Set(met.map((name) => match?.groups[name]));
    if (!match || values.size < met.length || [...values].some((value) => this.#used.has(value))) return false;
    for (const name of met) {
      this.#ours.set(name, match.groups[name]);
      this.#used.add(match.groups[name]);
    }
    return true;
  }
}

/** A text cut where made-up values are: `{name, value}`, name undefined in between. */
function parts(recorded, vars) {
  const names = Object.keys(vars).filter((name) => serverMade.test(name));
  if (names.length === 0) return [{ value: recorded }];
  const found = new RegExp(`(${names.map((name) => escape(vars[name])).join('|')})`);
  return recorded.split(found).map((value) => ({ value, name: names.find((name) => vars[name] === value) }));
}
