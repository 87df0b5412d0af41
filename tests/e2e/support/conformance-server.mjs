// The test server with the behaviours that protocol and client suites expect: `conformance-server`, or the reference.
import assert from 'node:assert/strict';
import path from 'node:path';
import { Process, repository, temporaryDirectory } from './server.mjs';
import { within } from './wait.mjs';

/** CONFORMANCE_BIN: a command; words with a slash are paths, relative to the repository. */
const [program, ...firstWords] = (process.env.CONFORMANCE_BIN ?? 'build/release/bin/conformance-server')
  .split(' ')
  .filter(Boolean)
  .map((word) => (word === 'node' ? process.execPath : word.includes('/') ? path.resolve(repository, word) : word));

/** Whether it is npm socket.io, which the protocol was recorded from. */
export const isReference = [program, ...firstWords].some((word) => word.endsWith('reference-server.mjs'));

const launch = (args) => new Process([...firstWords, '--port', '0', ...args], {}, temporaryDirectory(), program);

/** Runs it with a command line that it has to refuse: `{code, output}`. */
export async function refusal(args) {
  const run = launch(args);
  try {
    const { code } = await within(run.exit, () => `end with ${args.join(' ')}; it said:\n${run.output}`);
    return { code, output: run.output };
  } finally {
    if (!run.ended) await run.end('SIGKILL');
  }
}

/** A `conformance-server` that listens; `args` are its switches, the port is free. */
export class ConformanceServer {
  static async start(args = []) {
    const server = new ConformanceServer();
    server.process = launch(args);
    try {
      const [, url, port] = await server.process.says(/^listening on (http:\/\/127\.0\.0\.1:(\d+)) \(profile [A-D]\)\n$/);
      server.url = url;
      server.port = Number(port);
      server.greeting = server.process.output;
    } catch (error) {
      if (!server.process.ended) await server.process.end('SIGKILL');
      throw error;
    }
    return server;
  }

  /** Ends it by SIGTERM, which it has to obey with exit code 0; it has nothing to say but its first line. For `after`. */
  async stop() {
    if (this.process.ended) assert.fail(`it ended by itself:\n${this.process.output}`);
    const outcome = await this.process.end('SIGTERM');
    assert.deepEqual(outcome, { code: 0, signal: null }, `SIGTERM must end it with 0; it said:\n${this.process.output}`);
    assert.equal(this.process.output, this.greeting, 'it has one line to say');
  }
}
