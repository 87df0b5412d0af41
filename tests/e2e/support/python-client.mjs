// An unmodified client of another language: Debian's python3-socketio.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Process, repository, temporaryDirectory } from './server.mjs';

/** Debian's own interpreter: its packages are not those of another Python on the PATH. */
const python = '/usr/bin/python3';
const script = path.join(repository, 'tests/e2e/support/python_client.py');
const sessionScript = path.join(repository, 'tests/e2e/support/python_session.py');

/** Why there can be no such client here; false when there can. For `skip`. */
export const missingPython =
  spawnSync(python, ['-c', 'import aiohttp, socketio']).status === 0 ? false : `needs the Debian packages python3-socketio and python3-aiohttp for ${python}`;

/** One session of python3-socketio. */
export class PythonClient {
  #process;

  /** Connects and waits until the session is there. `place`: where the key goes: "header", "query" or "auth". */
  static async connect(url, nsp, key, place) {
    const client = new PythonClient();
    client.#process = new Process([script, url, nsp, key, place], {}, temporaryDirectory(), python);
    await client.#process.says(/"connected": true[^]*"transport": "\w+"/);
    return client;
  }

  /** All events so far as `{name, args}`, once one named so has come. */
  async eventsUntil(name) {
    await this.#process.says(new RegExp(`^\\{"event": "${name}".*\\n`, 'm'));
    const lines = this.#process.output.split('\n').filter((line) => line.startsWith('{"event"'));
    return lines.map((line) => JSON.parse(line)).map(({ event, args }) => ({ name: event, args }));
  }

  /** Name of the transport after connecting. */
  get transport() {
    return /"transport": "(\w+)"/.exec(this.#process.output)[1];
  }

  async close() {
    if (!this.#process.ended) await this.#process.end('SIGKILL');
  }
}

/** A session of python3-socketio that follows a plan; see python_session.py for its members. */
export class PythonSession {
  #process;

  constructor(url, plan) {
    this.#process = new Process([sessionScript, url, JSON.stringify({ namespace: '/', steps: [], ...plan })], {}, temporaryDirectory(), python);
  }

  /** All lines so far. */
  get lines() {
    return this.#process.output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  /** The values of one member of the lines that have it. */
  all(member) {
    return this.lines.filter((line) => member in line).map((line) => line[member]);
  }

  /** Resolves when the session has come to the step with this number. */
  async reaches(step) {
    await this.#process.says(new RegExp(`^\\{"step": ${step}\\}`, 'm'));
  }

  /** Resolves when it has ended by itself: as planned, or refused. Gives its lines. */
  async ends() {
    await this.#process.says(/^\{"done": .*\n/m);
    return this.lines;
  }

  async close() {
    if (!this.#process.ended) await this.#process.end('SIGKILL');
  }
}
