// The command line, settings, keys at the start, signals, and what may never be in the log.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { request, requestText } from './support/http.mjs';
import { Server, newKey, newName, runToEnd, selfSigned, temporaryDirectory } from './support/server.mjs';
import { next } from './support/wait.mjs';

const key = newKey();
const withKey = { AUTHENTICATION_API_KEY: key };
const servers = [];
after(async () => {
  for (const server of servers) await server.stop();
});

/** A server that is stopped at the end of the file at the latest. */
async function start(options) {
  const server = await Server.start(options);
  servers.push(server);
  return server;
}

/** A start that must fail with a readable reason: the text. */
async function refusedStart(env, args = ['--port', '0', '--data-dir', temporaryDirectory()]) {
  const run = await runToEnd(args, env);
  assert.equal(run.signal, null, run.output);
  assert.notEqual(run.code, 0, `it should not have started: ${run.output}`);
  assert.doesNotMatch(run.output, /listening on/);
  return run.output;
}

describe('the command line', () => {
  it('--help explains every flag and exits 0', async () => {
    const run = await runToEnd(['--help']);
    assert.equal(run.code, 0);
    for (const flag of ['--help', '--version', '--check-config', '--print-config', '--port', '--data-dir', '--env-file', '--demo']) {
      assert.ok(run.output.includes(flag), `${flag} is missing in:\n${run.output}`);
    }
  });

  it('--version names the program and its version, and exits 0', async () => {
    const run = await runToEnd(['--version']);
    assert.equal(run.code, 0);
    assert.match(run.output, /^arauto.*\d+\.\d+/i);
  });

  it('an unknown flag is refused by name', async () => {
    const run = await runToEnd(['--no-such-flag']);
    assert.notEqual(run.code, 0);
    assert.match(run.output, /--no-such-flag/);
  });
});

describe('settings', () => {
  it('--check-config exits 0 when all is well, and does not start', async () => {
    const run = await runToEnd(['--check-config', '--data-dir', temporaryDirectory()], { ...withKey, WEBSOCKET_ENABLED: 'true' });
    assert.equal(run.code, 0, run.output);
    assert.doesNotMatch(run.output, /listening on/);
  });

  const wrong = [
    ['SERVER_TYPE', 'ftp', /http\b.*https|https.*http\b/s],
    ['SERVER_PORT', '70000', /65535/],
    ['IO_THREADS', '-3', /\d/],
  ];
  for (const [name, value, allowed] of wrong) {
    it(`--check-config refuses ${name}=${value}: it names setting, value and what is allowed`, async () => {
      const run = await runToEnd(['--check-config', '--data-dir', temporaryDirectory()], { ...withKey, [name]: value });
      assert.notEqual(run.code, 0, run.output);
      assert.ok(run.output.includes(name) && run.output.includes(value), run.output);
      assert.match(run.output.replaceAll(value, ''), allowed);
    });

    it(`${name}=${value} stops the start as well`, async () => {
      // --port would take the place of SERVER_PORT.
      const port = name === 'SERVER_PORT' ? [] : ['--port', '0'];
      const output = await refusedStart({ ...withKey, [name]: value }, [...port, '--data-dir', temporaryDirectory()]);
      assert.ok(output.includes(name) && output.includes(value), output);
    });
  }

  it('an unknown WEBSOCKET_GLOBL_EVENTS is warned of, with the nearest name', async () => {
    const server = await start({ env: { WEBSOCKET_GLOBL_EVENTS: 'true' } });
    await server.says(/WEBSOCKET_GLOBL_EVENTS/);
    await server.says(/WEBSOCKET_GLOBAL_EVENTS/);
  });

  it('a .env in the working directory is read, and real variables win', async () => {
    const server = await start({
      env: { SERVER_URL: 'https://from.environment' },
      prepare: (home) =>
        writeFileSync(path.join(home, '.env'), '# settings\nSERVER_URL=https://from.file\nAUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES=true\n'),
    });
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp);
    await server.emit(tenant, 'call', {});
    const { envelope } = await client.next();
    assert.equal(envelope.server_url, 'https://from.environment');
    assert.equal(envelope.apikey, tenant.token);
  });

  it('--env-file names another file', async () => {
    const file = path.join(temporaryDirectory(), 'other.env');
    writeFileSync(file, 'SERVER_URL="https://other.file"\n');
    const server = await start({ args: ['--env-file', file] });
    const tenant = await server.createInstance();
    const client = await server.connect(tenant.nsp);
    await server.emit(tenant, 'call', {});
    assert.equal((await client.next()).envelope.server_url, 'https://other.file');
  });

  it('an --env-file that does not exist stops the start and is named', async () => {
    const output = await refusedStart(withKey, ['--port', '0', '--data-dir', temporaryDirectory(), '--env-file', '/no/such/file.env']);
    assert.match(output, /\/no\/such\/file\.env/);
  });

  it('--print-config shows the values in force, but no key', async () => {
    const run = await runToEnd(['--print-config', '--data-dir', temporaryDirectory()], { ...withKey, SERVER_URL: 'https://shown.example' });
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /SERVER_URL.*https:\/\/shown\.example/);
    assert.match(run.output, /WEBSOCKET_GLOBAL_EVENTS/);
    assert.ok(!run.output.includes(key), 'the key is shown');
  });
});

describe('the global key at the start', () => {
  for (const known of ['BQYHJGJHJ', '429683C4C977415CAAFCCE10F7D57E11']) {
    it(`Evolution's well-known ${known} is refused, with a fresh key to copy`, async () => {
      const fresh = async () => {
        const output = await refusedStart({ AUTHENTICATION_API_KEY: known });
        assert.match(output, /AUTHENTICATION_API_KEY/);
        return output.match(/[A-Za-z0-9_-]{24,}/g)?.filter((word) => word !== known && !word.startsWith('AUTHENTICATION')) ?? [];
      };
      const [first, second] = [await fresh(), await fresh()];
      const keys = first.filter((word) => !second.includes(word));
      assert.ok(keys.length > 0, `no fresh key in: ${first}`);
    });
  }

  it('without a key a fresh one is made, kept with mode 0600, works, and is the same at the next start', async () => {
    const server = await start({ key: null });
    const file = path.join(server.dataDir, 'api-key');
    await server.says(/api-key|API key/i);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const made = readFileSync(file, 'utf8').trim();
    assert.ok(made.length >= 24, made);
    assert.equal((await server.request('GET', '/instance/fetchInstances', { key: made })).status, 200);
    assert.equal((await server.request('GET', '/instance/fetchInstances', { key: newKey() })).status, 401);
    assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null });
    await server.restart();
    assert.equal(readFileSync(file, 'utf8').trim(), made);
    assert.equal((await server.request('GET', '/instance/fetchInstances', { key: made })).status, 200);
  });

  it('two servers make different keys', async () => {
    const made = [];
    for (let i = 0; i < 2; ++i) made.push(readFileSync(path.join((await start({ key: null })).dataDir, 'api-key'), 'utf8'));
    assert.notEqual(made[0], made[1]);
  });

  it('a data directory that does not exist is made', async () => {
    const dataDir = path.join(temporaryDirectory(), 'deep', 'data');
    await start({ key: null, dataDir });
    assert.ok(existsSync(path.join(dataDir, 'api-key')));
  });
});

describe('what stops a start', () => {
  const certificates = async (env) => {
    const { key: privkey, chain } = await selfSigned();
    return { ...withKey, SERVER_TYPE: 'https', SSL_CONF_PRIVKEY: privkey, SSL_CONF_FULLCHAIN: chain, ...env };
  };

  for (const name of ['SSL_CONF_PRIVKEY', 'SSL_CONF_FULLCHAIN']) {
    it(`https with an unreadable ${name} names the file`, async () => {
      const output = await refusedStart(await certificates({ [name]: '/no/such/file.pem' }));
      assert.match(output, /\/no\/such\/file\.pem/);
    });

    it(`https with a ${name} that is none names the file`, async () => {
      const file = path.join(temporaryDirectory(), 'nonsense.pem');
      writeFileSync(file, 'this is no certificate\n');
      const output = await refusedStart(await certificates({ [name]: file }));
      assert.ok(output.includes(file), output);
    });
  }

  it('https without any files says which settings are missing', async () => {
    const output = await refusedStart({ ...withKey, SERVER_TYPE: 'https' });
    assert.match(output, /SSL_CONF_(PRIVKEY|FULLCHAIN)/);
  });

  it('a port in use is named', async () => {
    const holder = net.createServer();
    holder.listen(0, '127.0.0.1');
    await next(holder, 'listening');
    const { port } = holder.address();
    try {
      const output = await refusedStart(
        { ...withKey, SERVER_HOST: '127.0.0.1' },
        ['--port', String(port), '--data-dir', temporaryDirectory()],
      );
      assert.ok(output.includes(String(port)), output);
      assert.match(output, /in use/i);
    } finally {
      holder.close();
    }
  });

  it('a data directory that cannot be used is named', async () => {
    const file = path.join(temporaryDirectory(), 'a-file');
    writeFileSync(file, '');
    const output = await refusedStart(withKey, ['--port', '0', '--data-dir', file]);
    assert.ok(output.includes(file), output);
  });
});

describe('signals', () => {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    it(`${signal} ends the server with 0, also with clients and a held poll`, async () => {
      const server = await start();
      const tenant = await server.createInstance();
      const clients = [await server.connect(tenant.nsp), await server.connect(tenant.nsp, { transports: ['polling'] })];
      await server.emit(tenant, 'call', {});
      for (const client of clients) await client.next();
      assert.deepEqual(await server.end(signal), { code: 0, signal: null }, server.output);
      for (const client of clients) assert.match(await client.disconnects.next(), /^transport (close|error)$/);
    });
  }
});

describe('signals at a bad moment', () => {
  it('SIGTERM while instances are being created ends the server with 0 too', async () => {
    const server = await start();
    const head = { apikey: server.key, 'content-type': 'application/json' };
    const body = () => JSON.stringify({ instanceName: newName(), integration: 'EVOLUTION' });
    for (let i = 0; i < 4; ++i) {
      const connection = await server.raw();
      for (let n = 0; n < 20; ++n) connection.write(requestText('POST', '/instance/create', head, body()));
      if (i === 3) await connection.answer();
    }
    assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null }, server.output);
  });

  it('SIGTERM right after an instance was deleted ends the server with 0 too', async () => {
    const server = await Server.start();
    const tenant = await server.createInstance();
    const client = await server.connect('/', { key: tenant.token });
    await server.request('DELETE', `/instance/delete/${tenant.name}`);
    await client.disconnects.next('disconnect');
    assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null }, server.output);
    client.close();
  });

  it('SIGTERM right after the start ends the server with 0, also with --demo', async () => {
    for (const args of [[], ['--demo'], ['--demo'], ['--demo']]) {
      const server = await start({ args });
      assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null }, server.output);
    }
  });
});

describe('the log', () => {
  it('never holds a key or a token, even at all levels', async () => {
    const server = await start({
      env: {
        LOG_LEVEL: 'ERROR,WARN,DEBUG,INFO,LOG,VERBOSE,DARK,WEBHOOKS,WEBSOCKET',
        AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES: 'true',
        WEBSOCKET_GLOBAL_EVENTS: 'true',
        WEBSOCKET_CLIENT_EVENTS: 'true',
      },
    });
    const tenant = await server.createInstance();
    const wrong = newKey();
    for (const some of [server.key, tenant.token, wrong]) {
      await request(server.url, 'GET', `/?apikey=${some}`);
      await request(server.url, 'GET', `/no/such/route?apikey=${some}`, { headers: { apikey: some } });
      await server.request('GET', `/instance/connectionState/${tenant.name}?apikey=${some}`, { key: some });
      await server.post(tenant, { event: 'Bad Name', data: {} }, { key: some });
      await server.post(tenant, '{"event":', { key: some });
      await request(server.url, 'GET', `/socket.io/?EIO=4&transport=polling&apikey=${some}`);
      for (const via of ['auth', 'query', 'header']) {
        const client = server.open(tenant.nsp, { key: some, via });
        await (some === wrong ? client.refused() : client.connected());
      }
    }
    await server.refusal(`/${newName('ghost')}`, { key: tenant.token });
    const root = await server.connect('/', { key: tenant.token, via: 'query' });
    await server.emit(tenant, 'call', { marker: 1 });
    await root.next();
    const raw = await server.rawClient({ apikey: tenant.token });
    await raw.join(tenant.nsp, { apikey: server.key });
    raw.send(`40/other,{"apikey":"${server.key}"`);
    await raw.end();
    assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null });
    assert.ok(server.output.length > 0);
    for (const [what, secret] of [['the global key', server.key], ['a token', tenant.token], ['a wrong key', wrong]]) {
      const line = server.output.split('\n').find((text) => text.includes(secret));
      assert.equal(line, undefined, `${what} is in the log`);
    }
  });
});

describe('--demo', () => {
  it('makes events flow on an instance "demo"', async () => {
    const server = await start({ args: ['--demo'] });
    const client = await server.connect('/demo');
    const events = await client.take(3);
    for (const { name, envelope } of events) {
      assert.equal(envelope.instance, 'demo');
      assert.equal(envelope.event, name);
    }
    const [row] = (await server.request('GET', '/instance/fetchInstances?instanceName=demo')).json;
    assert.equal(row.integration, 'SYNTHETIC');
  });
});
