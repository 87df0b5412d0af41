// What the golden replay compares with: each thing that it has to notice is done wrong here once.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aligned, compare } from './golden/compare.mjs';
import { environment } from './golden/configuration.mjs';
import { Differences } from './golden/differences.mjs';
import { etagOf, headers } from './golden/http-replay.mjs';
import { Identities } from './golden/identities.mjs';
import { injected } from './golden/injection.mjs';
import { recordings, records } from './golden/recordings.mjs';

const theirs = { status: 200, body: { id: '0b5f4a52-52c6-4d6e-9a3e-0d5b1d2c7f11', name: 'a', list: [1, 2], at: null } };
const copy = (change) => {
  const x = structuredClone(theirs);
  change(x.body, x);
  return x;
};

function found(ours, { volatile = [], identities = new Identities(), list = [] } = {}) {
  const differences = new Differences(list);
  const all = compare(theirs, ours, { volatile, identities, listed: (pointer) => differences.at('f', 'r', pointer) });
  return { pointers: all.map(({ pointer }) => pointer), unused: differences.unused, all };
}

const entry = (pointer, ours, more) => ({ file: 'f', record: 'r', pointer, ours, reason: 'D1: because', ...more });

describe('the comparison', () => {
  it('finds nothing in a copy', () => assert.deepEqual(found(copy(() => {})).pointers, []));

  it('finds a changed value', () => {
    assert.deepEqual(found(copy((body) => (body.name = 'b'))).all, [{ pointer: '/body/name', theirs: 'a', ours: 'b' }]);
    assert.deepEqual(found(copy((body) => (body.list[1] = '2'))).pointers, ['/body/list/1']);
    assert.deepEqual(found(copy((body) => (body.at = 0))).pointers, ['/body/at']);
  });

  it('finds members in another order', () => {
    const { at, ...rest } = theirs.body;
    assert.deepEqual(found({ ...theirs, body: { at, ...rest } }).pointers, ['/body#order']);
  });

  it('finds missing and additional members, and tells them from null', () => {
    assert.deepEqual(found(copy((body) => delete body.at)).all, [{ pointer: '/body/at', theirs: null, ours: 'absent' }]);
    assert.deepEqual(found(copy((body) => (body.more = null))).all, [{ pointer: '/body/more', theirs: 'absent', ours: null }]);
    assert.deepEqual(found(copy((body) => body.list.pop())).pointers, ['/body/list/1']);
    assert.deepEqual(found(copy((body) => body.list.push(3))).pointers, ['/body/list/2']);
  });

  it('finds an object in place of a value, and one without a common member as a whole', () => {
    assert.deepEqual(found(copy((body) => (body.name = {}))).pointers, ['/body/name']);
    assert.deepEqual(found(copy((_, x) => (x.body = { error: 1 }))).pointers, ['/body']);
  });
});

describe('a volatile value', () => {
  const volatile = ['/body/id'];
  const other = 'b3c9a0f2-1f49-4a7c-8a55-6f2f1f5b8e01';

  it('may be another one of the same shape', () => {
    assert.deepEqual(found(copy((body) => (body.id = other)), { volatile }).pointers, []);
  });

  it('may not have another shape, or be missing', () => {
    for (const id of [other.toUpperCase(), 'text', 12, null, undefined]) {
      assert.deepEqual(found(copy((body) => (body.id = id)), { volatile }).pointers, ['/body/id'], String(id));
    }
  });

  it('is the same one wherever it stands', () => {
    const identities = new Identities();
    assert.deepEqual(found(copy((body) => (body.id = other)), { volatile, identities }).pointers, []);
    assert.equal(identities.toOurs(`/path/${theirs.body.id}`), `/path/${other}`);
    const third = '7d1e5c86-0f0b-4f5e-9d53-2c8f9c1f4a02';
    assert.deepEqual(found(copy((body) => (body.id = third)), { volatile, identities }).pointers, ['/body/id']);
  });
});

describe('a listed difference', () => {
  it('is accepted with exactly our value', () => {
    const ours = copy((body) => (body.name = 'b'));
    assert.deepEqual(found(ours, { list: [entry('/body/name', 'b')] }).pointers, []);
    assert.deepEqual(found(ours, { list: [entry('/body/name', { match: '[a-c]' })] }).pointers, []);
    assert.deepEqual(found(ours, { list: [entry('/body', { ...theirs.body, name: 'b' })] }).pointers, []);
    assert.deepEqual(found(ours, { list: [entry('/body/name', 'c')] }).pointers, ['/body/name']);
    assert.deepEqual(found(ours, { list: [entry('/body/name', { match: '[c-z]' })] }).pointers, ['/body/name']);
    const { id, ...rest } = theirs.body;
    assert.deepEqual(found(ours, { list: [entry('/body', { ...rest, name: 'b', id })] }).pointers, ['/body']);
  });

  it('is accepted for an absent member', () => {
    assert.deepEqual(found(copy((body) => delete body.at), { list: [entry('/body/at', 'absent')] }).pointers, []);
  });

  it('says nothing about another record or pointer', () => {
    const ours = copy((body) => (body.name = 'b'));
    assert.deepEqual(found(ours, { list: [entry('/body/name', 'b', { record: 'other' })] }).pointers, ['/body/name']);
    assert.deepEqual(found(ours, { list: [entry('/body/id', 'b')] }).pointers, ['/body/name']);
  });

  it('has to be needed', () => {
    assert.equal(found(copy(() => {}), { list: [entry('/body/name', 'b')] }).unused.length, 1);
    assert.equal(found(copy((body) => (body.name = 'b')), { list: [entry('/body/name', 'b')] }).unused.length, 0);
    assert.equal(new Differences([{ file: 'f', record: 'r', outOfScope: 'why' }]).unused.length, 1);
  });

  it('has to have a reason of the known form, and to stand there once', () => {
    for (const reason of [undefined, '', 'because', 'A19: none', 'B21: none', 'D13: none', 'design:']) {
      assert.throws(() => new Differences([entry('/body', 1, { reason })]), /an entry needs/, String(reason));
    }
    for (const reason of ['A18', 'B20: x', 'C2: x', 'D12: x', 'design: instance names']) {
      new Differences([entry('/body', 1, { reason })]);
    }
    assert.throws(() => new Differences([entry('/body', 1), entry('/body', 2)]), /twice/);
    assert.throws(() => new Differences([{ file: 'f', record: 'r' }]), /an entry needs/);
  });
});

describe('ETag and length', () => {
  const recorded = { status: 200, headers: { etag: etagOf('{"a":1}'), 'content-length': '7' }, body: { a: 1 } };
  const shown = (text, fields) => {
    const answer = { text, headers: { etag: etagOf(text), 'content-length': String(Buffer.byteLength(text)), ...fields } };
    return headers(recorded, answer, answer, new Identities());
  };

  it('are those of Express in every recording', () => {
    const answers = recordings().flatMap(records).flatMap(({ response }) => response ?? []);
    const tagged = answers.filter(({ status, headers: x }) => x?.etag?.startsWith('W/') && status !== 304);
    const texts = tagged.map(({ bodyText, body }) => bodyText ?? JSON.stringify(body));
    assert.ok(texts.length > 100);
    for (const [i, text] of texts.entries()) {
      // Where a body told of the recorder's own directories, they were shortened afterwards.
      if (text.includes('/app/src/')) continue;
      const { etag, 'content-length': length } = tagged[i].headers;
      assert.deepEqual({ etag, length }, { etag: etagOf(text), length: String(Buffer.byteLength(text)) });
    }
  });

  it('pass as the recorded ones when they are right for another body', () => {
    assert.deepEqual(shown('{"a":1}'), recorded.headers);
    assert.deepEqual(shown('{"a":200}'), recorded.headers);
  });

  it('show when they are wrong or missing', () => {
    for (const text of ['{"a":1}', '{"a":200}']) {
      assert.notEqual(shown(text, { etag: etagOf('other') }).etag, recorded.headers.etag);
      assert.notEqual(shown(text, { etag: undefined }).etag, recorded.headers.etag);
      assert.equal(shown(text, { 'content-length': '8' })['content-length'], '8');
    }
  });
});

describe('the preparation', () => {
  it('puts a list in the order of another one and leaves gaps', () => {
    assert.deepEqual(aligned(['a', 'b', 'c'], ['c', 'd', 'a'], (x) => x), ['a', undefined, 'c', 'd']);
  });

  it('reads the settings of a recorded configuration', () => {
    const env = environment('X: WEBSOCKET_ENABLED unset, ON=true LIST=" a , b " SERVER_URL unset A_B=c,d, empty database');
    assert.equal(env.WEBSOCKET_ENABLED, 'false');
    assert.equal(env.SERVER_URL, undefined);
    assert.deepEqual([env.ON, env.LIST, env.A_B], ['true', ' a , b ', 'c,d']);
  });

  it('turns binary values into what JSON has for them', () => {
    const args = [{ event: 'call', data: [{ $binary: 'MwgB' }], apikey: 'k' }];
    const delivered = [{ event: 'call', args, raw: '51-[…', attachments: ['MwgB'] }];
    const [{ body }] = injected({ delivered: [{ socket: 'root', delivered }, { socket: '/bay', delivered: [] }] });
    assert.deepEqual(body.body.data, [{ 0: 51, 1: 8, 2: 1 }]);
    assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(body.body))), ['event', 'data', 'destination', 'apikey']);
  });
});
