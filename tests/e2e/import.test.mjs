// `arauto import` from a (recorded) Evolution API, and `arauto migrate-env`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { EvolutionServer } from './support/evolution-server.mjs';
import { recordings } from './support/relay.mjs';
import { Server, binary, newKey, runToEnd, selfSigned, temporaryDirectory } from './support/server.mjs';
import { next, within } from './support/wait.mjs';

const records = recordings('import/evolution.jsonl');
const [list] = records.map(({ response }) => response.body);
const notAllowed = ['a/b', ''];
const allowed = list.filter(({ name }) => !notAllowed.includes(name));
const secrets = list.map(({ token }) => token);

const freshDirectory = () => path.join(temporaryDirectory(), 'data');
/** Every file below a data directory with its bytes. */
const content = (directory) =>
  readdirSync(directory).sort().map((name) => [name, readFileSync(path.join(directory, name)).toString('hex')]);

let evolution;
/** Runs an import; it must show no token and no key, whatever else it says. */
async function runImport(dataDir, { from = evolution.url, key = evolution.key, args = [], env = {} } = {}) {
  const run = await runToEnd(['import', '--from', from, ...args], { DATA_DIR: dataDir, ...(key ? { EVOLUTION_API_KEY: key } : {}), ...env });
  assert.equal(run.signal, null, run.output);
  for (const secret of [...secrets, ...(key ? [key] : [])]) assert.ok(!run.output.includes(secret), run.output);
  return run;
}

/** A server that gives every request the same answer. */
async function playing(answer, tls) {
  const server = tls ? https.createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.chain) }, answer) : http.createServer(answer);
  server.listen(0, '127.0.0.1');
  await next(server, 'listening');
  const close = () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    return within(closed, 'end of the played server');
  };
  return { url: `http${tls ? 's' : ''}://127.0.0.1:${server.address().port}`, close };
}

before(async () => {
  evolution = await EvolutionServer.start(records);
});
after(() => evolution.stop());

describe('import', () => {
  const dataDir = freshDirectory();

  it('a dry run shows what would come and writes nothing', async () => {
    const run = await runImport(dataDir, { args: ['--dry-run'] });
    assert.equal(run.code, 2, run.output);
    assert.match(run.output, /16 taken, 0 brought up to date, 2 not taken/);
    assert.match(run.output, /Dry run: nothing was written/);
    assert.ok(!existsSync(dataDir));
  });

  it('takes all it can, names the others with the reason, and asks with the global key only', async () => {
    evolution.requests.length = 0;
    const run = await runImport(dataDir);
    assert.equal(run.code, 2, run.output);
    assert.match(run.output, /18 instances there: 16 taken, 0 brought up to date, 2 not taken/);
    assert.match(run.output, /^a\/b .*NOT TAKEN: its name is not allowed here/m);
    assert.match(run.output, /^evo3 +EVOLUTION +2 events +taken$/m);
    assert.match(run.output, /^evo7 .*unknown events left out: NOT_AN_EVENT/m);
    assert.match(run.output, /^my inst 1 /m);
    assert.equal(evolution.requests.length, 1 + allowed.length);
    for (const { headers, method } of evolution.requests) assert.deepEqual([method, headers.apikey], ['GET', evolution.key]);
    assert.equal(evolution.asked(`/websocket/find/${encodeURIComponent('çã日本')}`).length, 1);
  });

  it('a second run brings everything up to date', async () => {
    const run = await runImport(dataDir);
    assert.equal(run.code, 2, run.output);
    assert.match(run.output, /0 taken, 16 brought up to date, 2 not taken/);
  });

  describe('then the server', () => {
    let server;
    before(async () => {
      server = await Server.start({ dataDir, env: { FETCH_INSTANCES_SHOW_TOKENS: 'true' } });
    });
    after(() => server.stop());

    it('knows every instance with what it had', async () => {
      const { json } = await server.request('GET', '/instance/fetchInstances');
      // Not kept: the client name is a setting, a Setting has the times of its instance.
      const facts = (x) => ({ ...x, clientName: '', Setting: { ...x.Setting, createdAt: '', updatedAt: '' } });
      const known = (row) => row && { ...row, events: row.events.filter((name) => name !== 'NOT_AN_EVENT') };
      const byName = (a, b) => (a.name < b.name ? -1 : 1);
      const expected = allowed.map((x) => ({ ...facts(x), Websocket: known(x.Websocket) }));
      assert.deepEqual(json.map(facts).sort(byName), expected.sort(byName));
    });

    it('lets clients in by their old tokens, and only into their own namespace', async () => {
      const client = await server.connect('/evo3', { key: 'tok3', via: 'query' });
      const answer = await server.request('POST', '/event/emit/evo3', { key: 'tok3', body: { event: 'messages.upsert', data: { n: 1 } } });
      assert.equal(answer.status, 202, answer.text);
      assert.deepEqual((await client.next()).envelope.data, { n: 1 });
      assert.equal((await server.refusal('/evo4', { key: 'tok3' })).message, 'Invalid namespace');
      assert.equal((await server.refusal('/evo9', { key: server.key })).message, 'Invalid namespace', 'its websocket was never set');
    });

    it('keeps an import out while it runs, but not a dry run', async () => {
      evolution.requests.length = 0;
      const run = await runImport(dataDir);
      assert.equal(run.code, 1, run.output);
      assert.match(run.output, /in use by another process.*stop it, import, start it again.*\nNothing was imported/);
      assert.equal(evolution.requests.length, 0);
      const dry = await runImport(dataDir, { args: ['--dry-run'] });
      assert.match(dry.output, /0 taken, 16 brought up to date, 2 not taken/);
      assert.equal((await server.request('GET', '/instance/fetchInstances')).json.length, 16);
    });
  });

  it('a dry run on what is there already changes no byte', async () => {
    const home = freshDirectory();
    await runImport(home);
    const before = content(home);
    const run = await runImport(home, { args: ['--dry-run'] });
    assert.match(run.output, /16 brought up to date/);
    assert.deepEqual(content(home), before);
  });

  it('a token that opens two is refused, unless it may repeat', async () => {
    const env = { AUTHENTICATION_API_KEY: 'tok3' };
    const run = await runToEnd(['import', '--from', evolution.url, '--apikey', evolution.key], { DATA_DIR: freshDirectory(), ...env });
    assert.match(run.output, /^evo3 .*NOT TAKEN: its token is the global key of this server/m);
    assert.equal(run.code, 2);
    const allowedRun = await runToEnd(['import', '--from', evolution.url, '--apikey', evolution.key, '--dry-run'], { DATA_DIR: freshDirectory(), ...env, INSTANCE_TOKENS_MAY_REPEAT: 'true' });
    assert.match(allowedRun.output, /^evo3 .* taken$/m);
  });

  it('ends with 0 when nothing stays behind', async () => {
    const one = structuredClone(records);
    one[0].response.body = allowed;
    const complete = await EvolutionServer.start(one);
    try {
      const run = await runImport(freshDirectory(), { from: complete.url, key: complete.key });
      assert.equal(run.code, 0, run.output);
    } finally {
      await complete.stop();
    }
  });

  it('stands behind a path', async () => {
    const asked = [];
    const server = await playing((req, res) => {
      asked.push(req.url);
      res.end('[]');
    });
    try {
      const run = await runImport(freshDirectory(), { from: `${server.url}/evolution/` });
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(asked, ['/evolution/instance/fetchInstances']);
    } finally {
      await server.close();
    }
  });
});

describe('an import that cannot begin', () => {
  /** It must end with 1, say why, and write no instance. */
  async function refused(pattern, options) {
    const home = freshDirectory();
    const run = await runImport(home, options);
    assert.equal(run.code, 1, run.output);
    assert.match(run.output, pattern);
    assert.match(run.output, /Nothing was imported/);
    const dry = await runImport(home, { ...options, args: [...(options.args ?? []), '--dry-run'] });
    assert.equal(dry.code, 1, dry.output);
    const server = await Server.start({ dataDir: home });
    try {
      assert.deepEqual((await server.request('GET', '/instance/fetchInstances')).json, []);
    } finally {
      await server.stop();
    }
  }

  it('a wrong key', () => refused(/got 401 Unauthorized.*AUTHENTICATION_API_KEY in its \.env/, { key: newKey() }));
  it('no key', () => refused(/--apikey.*EVOLUTION_API_KEY/, { key: null }));
  it('a key that no header can carry', () => refused(/cannot be sent in a header/, { key: 'a\r\nb: c' }));
  it('no address', () => refused(/http:\/\/host\[:port\]/, { from: 'evolution.example' }));
  it('nobody there', async () => {
    const server = await playing(() => {});
    await server.close();
    await refused(/Cannot connect to 127\.0\.0\.1:\d+.*Connection refused/, { from: server.url });
  });

  const answers = [
    ['a page', 200, { 'content-type': 'text/html' }, '<html>manager</html>', /got 200 OK, text\/html.*not an answer of Evolution API 2.*no JSON/],
    ['another API', 200, { 'content-type': 'application/json' }, '{"status":"ok"}', /JSON, but no list/],
    ['a redirect', 301, { location: 'https://elsewhere.example/' }, '', /got 301.*https:\/\/elsewhere\.example\//],
    ['a wrong path', 404, { 'content-type': 'text/html' }, '<html>', /got 404.*behind a path/],
    ['a proxy without its server', 502, { 'content-type': 'text/html' }, '<html>', /got 502.*import again/],
  ];
  for (const [name, status, headers, body, pattern] of answers)
    it(name, async () => {
      const server = await playing((req, res) => res.writeHead(status, headers).end(body));
      try {
        await refused(pattern, { from: server.url });
      } finally {
        await server.close();
      }
    });

  it('more than the bound', async () => {
    const server = await playing((req, res) => {
      res.writeHead(200, { 'content-length': '268435457' });
      res.flushHeaders();
    });
    try {
      await refused(/more than 268435456 bytes/, { from: server.url });
    } finally {
      await server.close();
    }
  });

  it('a certificate that nobody vouches for; with its authority or --insecure it is fine', async () => {
    const tls = await selfSigned();
    const server = await playing((req, res) => res.end('[]'), tls);
    try {
      await refused(/certificate is not trusted \(self-signed certificate\).*SSL_CERT_FILE.*--insecure/, { from: server.url });
      for (const options of [{ args: ['--insecure'] }, { env: { SSL_CERT_FILE: tls.chain } }]) {
        const run = await runImport(freshDirectory(), { from: server.url, ...options });
        assert.equal(run.code, 0, run.output);
      }
      const elsewhere = server.url.replace('127.0.0.1', 'localhost');
      await refused(/certificate is not trusted \(hostname mismatch\)/, { from: elsewhere, env: { SSL_CERT_FILE: tls.chain } });
    } finally {
      await server.close();
    }
  });
});

describe('migrate-env', () => {
  it('gives a file that the server accepts, and keeps the report apart', async () => {
    const home = temporaryDirectory();
    const file = path.join(home, 'old.env');
    const key = newKey();
    writeFileSync(file, `SERVER_PORT=8080\nAUTHENTICATION_API_KEY=${key}\nLOG_LEVEL=ERROR, WARN\nRABBITMQ_ENABLED=true\nCACHE_REDIS_ENABLED=false\n`);
    const { stdout, stderr } = await promisify(execFile)(binary, ['migrate-env', file]);
    for (const pattern of [/^SERVER_PORT=8080$/m, /^LOG_LEVEL=ERROR$/m]) assert.match(stdout, pattern);
    for (const pattern of [/RABBITMQ_ENABLED: brokers/, /CACHE_REDIS_ENABLED: there is no cache/]) assert.match(stderr, pattern);
    assert.ok(!stderr.includes(key));
    const result = path.join(home, 'new.env');
    writeFileSync(result, stdout);
    const check = await runToEnd(['--check-config', '--env-file', result]);
    assert.equal(check.code, 0, check.output);
    const print = await runToEnd(['--print-config', '--env-file', result]);
    assert.match(print.output, /^WEBSOCKET_ENABLED=true {2}# \S+new\.env$/m);
    assert.match(print.output, /^AUTHENTICATION_API_KEY=\*\*\* {2}# \S+new\.env$/m);
  });

  it('a file that is not there is an error', async () => {
    const run = await runToEnd(['migrate-env', path.join(temporaryDirectory(), 'no.env')]);
    assert.equal(run.code, 1);
    assert.match(run.output, /cannot read the env file/);
  });
});
