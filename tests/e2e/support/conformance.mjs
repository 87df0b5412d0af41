// The program with the behaviours that the protocol suites expect: `conformance-server`, started like the product.
// `CONFORMANCE_BIN` is a command, so that another implementation can stand in, e.g. `node support/reference-server.mjs`.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { Process, repository, temporaryDirectory } from './server.mjs';
import { within } from './wait.mjs';

const [program, ...leading] = commandOf(process.env.CONFORMANCE_BIN || 'build/release/bin/conformance-server');

/** How often every test of a profile runs: `CONFORMANCE_RUNS`. */
const runs = Number(process.env.CONFORMANCE_RUNS ?? 1);

/** Program and arguments; paths may be relative to the repository or to this directory's parent. */
function commandOf(text) {
  const bases = [repository, path.join(repository, 'tests/e2e')];
  const here = (word) => bases.map((base) => path.resolve(base, word)).find((file) => word.includes('/') && existsSync(file)) ?? word;
  const [first, ...others] = text.trim().split(/\s+/);
  return [first === 'node' ? process.execPath : here(first), ...others.map(here)];
}

export class ConformanceServer {
  #process;
  #args;
  port = 0;

  /** Starts one of a profile ("A" to "D") with more flags, and waits until it listens. */
  static async start(profile, ...args) {
    const server = new ConformanceServer();
    server.#args = ['--profile', profile, ...args];
    await server.#launch();
    return server;
  }

  async #launch() {
    this.#process = new Process([...leading, ...this.#args, '--port', String(this.port)], {}, temporaryDirectory(), program);
    try {
      const [, url, port] = await this.#process.says(/listening on (http:\/\/127\.0\.0\.1:(\d+))/);
      this.url = url;
      this.port = Number(port);
    } catch (error) {
      if (!this.#process.ended) await this.#process.end('SIGKILL');
      throw error;
    }
  }

  /** All that the running process wrote so far. */
  get output() {
    return this.#process.output;
  }

  /** Sends a signal that does not end it. */
  signal(name) {
    this.#process.child.kill(name);
  }

  /** Ends the process by a signal: `{code, signal}`. */
  async end(signal) {
    return await this.#process.end(signal);
  }

  /** Starts again on the same port. */
  async restart() {
    assert.ok(this.#process.ended, 'still running');
    await this.#launch();
  }

  /** For `after`: SIGTERM must end it. */
  async stop() {
    if (this.#process.ended) return;
    assert.deepEqual(await this.end('SIGTERM'), { code: 0, signal: null }, this.output);
  }
}

/**
 * Declares tests against one profile, `CONFORMANCE_RUNS` times, each time with a server of its own. `tests` gets an
 * object with `server` (there once the tests run) and `keep`, which closes at the end what it was given. Options are those
 * of `describe`, and a title.
 */
export function describeProfile(profile, args, tests, { title = `profile ${profile}`, ...options } = {}) {
  for (let run = 1; run <= runs; ++run) {
    describe(`${title}${runs > 1 ? `, run ${run}` : ''}`, options, () => {
      const world = new World();
      before(async () => {
        world.server = await ConformanceServer.start(profile, ...args);
      });
      after(async () => {
        world.closeAll();
        await world.server?.stop();
      });
      tests(world);
    });
  }
}

export class World {
  server;
  #open = new Set();

  get url() {
    return this.server.url;
  }

  /** Remembers what is to be closed at the end; gives it back. */
  keep(thing) {
    this.#open.add(thing);
    return thing;
  }

  closeAll() {
    for (const thing of this.#open) thing.close();
    this.#open.clear();
  }
}

/** Milliseconds until `promise` is settled, from `since` on. */
export async function duration(promise, since = performance.now()) {
  await promise;
  return performance.now() - since;
}

/** The first argument of the next `event`. There may be more: with recovery every event ends in an offset. */
export async function once(emitter, event) {
  return await within(new Promise((resolve) => emitter.once(event, (first) => resolve(first))), `event "${event}"`);
}
