// The browser bundle that the server embeds.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import vm from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { request } from './support/http.mjs';
import { Server } from './support/server.mjs';

const dist = new URL('../../app/client/node_modules/socket.io-client/dist/', import.meta.url);
const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('the browser bundle', { skip: !existsSync(dist) && 'the server was built without npm' }, () => {
  let server;
  before(async () => {
    server = await Server.start();
  });
  after(() => server?.stop());

  const version = JSON.parse(readFileSync(new URL('../package.json', dist))).version;
  const get = (name, headers = {}, method = 'GET') => request(server.url, method, `/socket.io/${name}`, { headers });

  for (const name of ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js']) {
    for (const file of [name, `${name}.map`]) {
      it(`${file} is the file of the npm package, plain and zipped, without a key`, async () => {
        const original = sum(readFileSync(new URL(file, dist)));
        const plain = await get(file);
        assert.equal(plain.status, 200);
        assert.equal(sum(plain.bytes), original);
        assert.equal(plain.headers['content-type'], `application/${file.endsWith('.map') ? 'json' : 'javascript'}; charset=utf-8`);
        assert.equal(plain.headers.etag, `"${version}"`);
        assert.equal(plain.headers['cache-control'], 'public, max-age=0');
        const zipped = await get(file, { 'accept-encoding': 'gzip' });
        assert.equal(zipped.headers['content-encoding'], 'gzip');
        assert.ok(zipped.bytes.length < plain.bytes.length / 2);
        assert.equal(sum(gunzipSync(zipped.bytes)), original);
      });
    }
  }

  it('is not sent again to those who have it', async () => {
    for (const tag of [`"${version}"`, `W/"${version}"`]) {
      const answer = await get('socket.io.js', { 'if-none-match': tag });
      assert.equal(answer.status, 304);
      assert.equal(answer.bytes.length, 0);
    }
    assert.equal((await get('socket.io.js', { 'if-none-match': '"0.0.0"' })).status, 200);
  });

  it('HEAD gives the length and no body', async () => {
    const answer = await get('socket.io.js', {}, 'HEAD');
    assert.equal(answer.status, 200);
    assert.equal(answer.bytes.length, 0);
    assert.equal(Number(answer.headers['content-length']), readFileSync(new URL('socket.io.js', dist)).length);
  });

  it('other names below /socket.io/ belong to Engine.IO', async () => {
    assert.equal((await get('socket.io.mjs')).json.code, 0);
    assert.equal((await get('')).json.code, 0);
  });

  it('is a client that a page can run', async () => {
    const page = vm.createContext({});
    vm.runInContext((await get('socket.io.js')).text, page);
    assert.equal(vm.runInContext('typeof io', page), 'function');
  });
});
