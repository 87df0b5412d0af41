// The server under test: started, stopped, killed and restarted by its process id; every instance of it has its own
// data directory and a free port.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, RawClient } from './client.mjs';
import { RawConnection, request } from './http.mjs';
import { within } from './wait.mjs';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
export const binary = path.resolve(repository, process.env.ARAUTO_BIN ?? 'build/release/bin/arauto');

export const newKey = () => randomBytes(24).toString('hex');
let names = 0;
/** An instance name that no other test of this process uses. */
export const newName = (start = 'tenant') => `${start}-${process.pid}-${++names}`;

// --- what has to go away with this process, whatever happens -------------------------------------------------------

const running = new Set();
const directories = new Set();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** A fresh directory that vanishes with this process. */
export function temporaryDirectory() {
  const directory = mkdtempSync(path.join(tmpdir(), 'arauto-e2e-'));
  directories.add(directory);
  return directory;
}

// --- processes --------------------------------------------------------------------------------------------------

/** The variables of the tests' own environment that the server may see. No setting of the server is among them. */
function inherited() {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS', 'GCOV_PREFIX'];
  return Object.fromEntries(names.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]));
}

/** The environment of a process of the tests. */
const environment = (env) => ({ ...inherited(), TZ: 'UTC', ...env });

/** One process (by default of the server), and all that it wrote. */
export class Process {
  output = '';
  #listeners = new Set();

  constructor(args, env, cwd, program = binary, input = 'ignore') {
    assert.ok(existsSync(program), `there is no ${program}; for the server: build it, or set ARAUTO_BIN`);
    this.child = spawn(program, args, { cwd, env: environment(env), stdio: [input, 'pipe', 'pipe'] });
    running.add(this.child);
    const collect = (chunk) => {
      this.output += chunk.toString().replace(/\x1b\[[0-9;]*m/g, '');
      for (const listener of this.#listeners) listener();
    };
    this.child.stdout.on('data', collect);
    this.child.stderr.on('data', collect);
    /** `{code, signal}`, once the process has ended and its output is complete. */
    this.exit = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        running.delete(this.child);
        resolve({ code, signal });
      });
    });
    this.exit.catch(() => {});
  }

  get ended() {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The match of `pattern` in the output, as soon as there is one. */
  async says(pattern) {
    let listener;
    const found = new Promise((resolve) => {
      listener = () => {
        const match = pattern.exec(this.output);
        if (match) resolve(match);
      };
      this.#listeners.add(listener);
      listener();
    });
    const ended = this.exit.then(({ code, signal }) => {
      throw new Error(`ended (code ${code}, signal ${signal}) before it said ${pattern}:\n${this.output}`);
    });
    ended.catch(() => {});
    try {
      return await within(Promise.race([found, ended]), () => `output ${pattern}; it said:\n${this.output}`);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Ends by a signal; one that does not end in time is killed, and that is a failure. */
  async end(signal) {
    this.child.kill(signal);
    try {
      return await within(this.exit, () => `end after ${signal}; it said:\n${this.output}`);
    } catch (error) {
      this.child.kill('SIGKILL');
      throw error;
    }
  }
}

/** Runs the server until it ends by itself: `{code, signal, output}`. */
export async function runToEnd(args = [], env = {}, cwd = temporaryDirectory()) {
  const run = new Process(args, env, cwd);
  try {
    const { code, signal } = await within(run.exit, () => `end of arauto ${args.join(' ')}; it said:\n${run.output}`);
    return { code, signal, output: run.output };
  } finally {
    if (!run.ended) await run.end('SIGKILL');
  }
}

let certificate;
/** Paths of a self-signed certificate for 127.0.0.1, made once per process. */
export function selfSigned() {
  certificate ??= (async () => {
    const directory = temporaryDirectory();
    const key = path.join(directory, 'privkey.pem');
    const chain = path.join(directory, 'fullchain.pem');
    await promisify(execFile)('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', chain,
    ]);
    return { key, chain };
  })();
  return certificate;
}

// --- the server -------------------------------------------------------------------------------------------------

export class Server {
  #args;
  #program;
  #env;
  #home = temporaryDirectory();
  #holder;
  #process;
  #agent;
  #clients = new Set();
  port = 0;

  /**
   * Starts a server and waits until it listens. `env`: its settings; `key`: its global key, null for none;
   * `tls`: serve https; `args`: more flags; `program`: another binary; `prepare(home)`: called before the start, `home` is the working directory;
   * `holder`: the `SocketHolder` whose socket it gets.
   */
  static async start({ env = {}, key = newKey(), tls = false, args = [], dataDir, prepare, program = binary, holder } = {}) {
    const server = new Server();
    server.#program = program;
    server.#holder = holder;
    server.key = key;
    server.dataDir = dataDir ?? path.join(server.#home, 'data');
    if (!dataDir) mkdirSync(server.dataDir);
    server.#args = args;
    const secure = tls ? await selfSigned() : undefined;
    server.#env = {
      SERVER_HOST: '127.0.0.1',
      WEBSOCKET_ENABLED: 'true',
      EVENT_LOG: 'off',
      DRAIN_SECONDS: '0',
      ...(key === null ? {} : { AUTHENTICATION_API_KEY: key }),
      ...(secure ? { SERVER_TYPE: 'https', SSL_CONF_PRIVKEY: secure.key, SSL_CONF_FULLCHAIN: secure.chain } : {}),
      ...env,
    };
    await prepare?.(server.#home);
    await server.#launch();
    return server;
  }

  async #launch() {
    const args = ['--port', String(this.port), '--data-dir', this.dataDir, ...this.#args];
    this.#process = this.#holder?.launch(args, environment(this.#env), this.#home) ?? new Process(args, this.#env, this.#home, this.#program);
    try {
      const [, scheme, host, port] = await this.#process.says(/listening on (https?):\/\/(\S+):(\d+)/);
      this.port = Number(port);
      this.url = `${scheme}://${host}:${port}`;
    } catch (error) {
      if (!this.#process.ended) await this.#process.end('SIGKILL');
      throw error;
    }
    this.#agent = new (this.url.startsWith('https') ? https : http).Agent({ keepAlive: true });
  }

  get wsUrl() {
    return this.url.replace(/^http/, 'ws');
  }

  /** All that the running process wrote so far, without colours. */
  get output() {
    return this.#process.output;
  }

  get pid() {
    return this.#process.child.pid;
  }

  says(pattern) {
    return this.#process.says(pattern);
  }

  /** Ends the process by a signal: `{code, signal}`. Clients are not told. */
  async end(signal) {
    this.#agent?.destroy();
    return await this.#process.end(signal);
  }

  /** SIGKILL: no time to write anything. */
  async kill() {
    const { signal } = await this.#process.end('SIGKILL');
    assert.equal(signal, 'SIGKILL');
    this.#agent?.destroy(); // Only now: what it had answered still arrives.
  }

  /** Starts again with the same settings, data directory and port. */
  async restart() {
    assert.ok(this.#process.ended, 'still running');
    await this.#launch();
  }

  /** Closes all clients and ends the server, which must end well within the deadline. For `after`. */
  async stop() {
    for (const client of this.#clients) client.close();
    this.#clients.clear();
    if (this.#process.ended) return;
    const outcome = await this.end('SIGTERM');
    assert.deepEqual(outcome, { code: 0, signal: null }, `SIGTERM must end the server with 0; it said:\n${this.output}`);
  }

  // --- REST ---

  /** One request with the global key; `key: null` for none, or another key. */
  request(method, target, { key = this.key, headers = {}, body } = {}) {
    const all = key === null ? headers : { apikey: key, ...headers };
    return request(this.url, method, target, { headers: all, body, agent: this.#agent });
  }

  /** A bare connection for bytes of one's own. */
  async raw() {
    return this.#keep(await RawConnection.open(this.url));
  }

  /**
   * Creates an instance: `{name, token, id, nsp}`. `events`: what its websocket passes, `[]` for everything (default),
   * null for an instance whose websocket was never set.
   */
  async createInstance({ name = newName(), token = newKey(), events = [] } = {}) {
    const answer = await this.request('POST', '/instance/create', {
      body: { instanceName: name, token, integration: 'EVOLUTION', ...(events ? { websocket: { enabled: true, events } } : {}) },
    });
    assert.equal(answer.status, 201, answer.text);
    if ((this.#env.EVENT_LOG ?? 'off') !== 'off') await this.#hears(name);
    return { name, token, id: answer.json.instance.instanceId, nsp: `/${name}` };
  }

  /** Waits until the instance's own event is placed: a client that joins now gets none of before. */
  async #hears(name) {
    const placed = async () => (await this.request('GET', `/event/history/${encodeURIComponent(name)}`)).json.events.length > 0;
    await within((async () => {
      while (!(await placed()));
    })(), 'the event of the new instance');
  }

  /** Posts a body to the emit route as it is, and returns the answer whatever it says. */
  post(instance, body, { key, type = 'application/json' } = {}) {
    return this.request('POST', `/event/emit/${encodeURIComponent(instance.name ?? instance)}`, { key, body, headers: { 'content-type': type } });
  }

  /** Emits one event (or a batch: an array of them), which must be accepted. */
  async emit(instance, event, data = {}) {
    const body = Array.isArray(event) ? event : { event, data };
    const answer = await this.post(instance, body);
    assert.equal(answer.status, this.#env.EVENT_LOG === 'disk' ? 201 : 202, answer.text);
  }

  // --- Socket.IO ---

  /** Begins to connect with the global key in `auth`; see `Client.open` for the options. `url`: of a proxy in front. */
  open(nsp = '/', { url = this.url, ...options } = {}) {
    return this.#keep(Client.open(url, nsp, { key: this.key, ...options }));
  }

  /** The same, and waits until the session is there. */
  async connect(nsp, options) {
    return await this.open(nsp, options).connected();
  }

  /** The same, where a refusal is expected: the `connect_error`. */
  async refusal(nsp, options) {
    return await this.open(nsp, options).refused();
  }

  /** A bare Engine.IO connection over WebSocket, with the global key in the query. */
  async rawClient(query = { apikey: this.key }) {
    return this.#keep(await RawClient.open(this.url, query));
  }

  #keep(client) {
    this.#clients.add(client);
    client.close ??= () => client.destroy();
    return client;
  }
}
