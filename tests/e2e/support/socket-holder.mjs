// A supervisor in small: it holds the listening socket while servers come and go.
import assert from 'node:assert/strict';
import path from 'node:path';
import { Process, binary, repository, temporaryDirectory } from './server.mjs';
import { within } from './wait.mjs';

const script = path.join(repository, 'tests/e2e/support/socket_holder.py');

export class SocketHolder {
  #process;
  #latest;

  static async open() {
    const holder = new SocketHolder();
    holder.#process = new Process([script], {}, temporaryDirectory(), '/usr/bin/python3', 'pipe');
    const [, port] = await holder.#process.says(/^holding (\d+)$/m);
    holder.port = Number(port);
    return holder;
  }

  /** Runs the server with the socket; for `Server.start`. One at a time. */
  launch(args, env, cwd) {
    assert.ok(this.#latest?.ended ?? true, 'the last one is still running');
    this.#process.output = '';
    this.#process.child.stdin.write(`${JSON.stringify({ command: [binary, ...args], env, cwd })}\n`);
    this.#latest = new HeldProcess(this.#process);
    return this.#latest;
  }

  /** Lets go of the socket, and kills what still runs. */
  async close() {
    if (!this.#process.ended) await this.#process.end('SIGKILL');
  }
}

/** A process that the holder runs; as `Process`. */
class HeldProcess {
  #holder;

  constructor(holder) {
    this.#holder = holder;
  }

  get output() {
    return this.#holder.output;
  }

  get ended() {
    return this.#holder.ended || /^ended -?\d+$/m.test(this.output);
  }

  async says(pattern) {
    const match = await this.#holder.says(new RegExp(`${pattern.source}|^ended -?\\d+$`, 'm'));
    if (pattern.test(this.output)) return pattern.exec(this.output);
    throw new Error(`${match[0]} before it said ${pattern}:\n${this.output}`);
  }

  /** Ends by a signal; one that does not end in time is killed with its holder, and that is a failure. */
  async end(signal) {
    const [, pid] = await this.#holder.says(/^started (\d+)$/m);
    process.kill(Number(pid), signal);
    try {
      const [, code] = await within(this.#holder.says(/^ended (-?\d+)$/m), () => `end after ${signal}; it said:\n${this.output}`);
      return Number(code) < 0 ? { code: null, signal } : { code: Number(code), signal: null };
    } catch (error) {
      this.#holder.child.kill('SIGKILL');
      throw error;
    }
  }
}
