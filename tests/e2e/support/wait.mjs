// Waiting with a deadline. Nothing in this suite sleeps for a fixed time.

/** Factor on every deadline, for slow builds (sanitizers): `E2E_PATIENCE=5`. */
export const patience = Number(process.env.E2E_PATIENCE ?? 1) || 1;
export const deadline = 8000 * patience;
/** Whether this build's memory says anything of the product's: a sanitizer keeps what was freed, and marks every byte. */
export const hasOwnMemory = patience === 1;

/** The outcome of `promise`, or a failure that says what did not happen in time. `what` may be a function. */
export async function within(promise, what, ms = deadline) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not within ${ms} ms: ${typeof what === 'function' ? what() : what}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The arguments of the next `event` of an emitter (Node's or Socket.IO's). */
export function next(emitter, event, what = `event "${event}"`) {
  return within(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), what);
}

/** Asks again and again until `check` gives something truthy. For what the contract only promises "soon". */
export async function eventually(what, check) {
  const end = Date.now() + deadline;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (Date.now() > end) throw new Error(`not within ${deadline} ms: ${what}`);
  }
}

/** A list that one can wait on: things arrive by `push`, readers take them in order. */
export class Inbox {
  #all = [];
  #read = 0;
  #wake = new Set();

  push(item) {
    this.#all.push(item);
    for (const wake of this.#wake) wake();
  }

  get all() {
    return this.#all;
  }

  get unread() {
    return this.#all.slice(this.#read);
  }

  /** The next `count` unread items. */
  async take(count, what = 'items') {
    await this.#grown(() => this.#all.length - this.#read >= count, `${count} ${what}`);
    this.#read += count;
    return this.#all.slice(this.#read - count, this.#read);
  }

  async next(what = 'an item') {
    return (await this.take(1, what))[0];
  }

  /** All unread items up to and including the first one that satisfies `is`. */
  async takeUntil(is, what = 'the awaited item') {
    let at = -1;
    await this.#grown(() => {
      at = this.#all.findIndex((item, i) => i >= this.#read && is(item));
      return at >= 0;
    }, what);
    const taken = this.#all.slice(this.#read, at + 1);
    this.#read = at + 1;
    return taken;
  }

  async #grown(enough, what) {
    if (enough()) return;
    let wake;
    const ready = new Promise((resolve) => {
      wake = () => enough() && resolve();
      this.#wake.add(wake);
    });
    try {
      await within(ready, () => `${what}; unread: ${JSON.stringify(this.unread)?.slice(0, 500)}`);
    } finally {
      this.#wake.delete(wake);
    }
  }
}
