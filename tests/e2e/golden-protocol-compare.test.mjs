// What the replay of the recorded protocol compares: every kind of deviation has to be found. The server here is a
// player of the recording itself, or of an altered copy of it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ProtocolDifferences, clauses } from './golden/protocol-differences.mjs';
import { Player } from './golden/protocol-player.mjs';
import { switches, transcript } from './golden/protocol-recordings.mjs';
import { CaseReplay } from './golden/protocol-replay.mjs';

/** Replays a recorded case against a server that plays `edit(lines)`: the positions of all differences. */
async function positions(file, name, edit = (lines) => lines, options = {}) {
  const recorded = transcript(file).cases.find((x) => x.name === name);
  const played = edit(structuredClone(recorded.lines));
  const player = await Player.start(played ?? recorded.lines);
  try {
    const replay = new CaseReplay(player.port, recorded, options);
    const found = await replay.run();
    return Object.assign(found.map(({ position }) => position), { rebatched: replay.rebatched, found });
  } finally {
    player.stop();
  }
}

const at = (lines, kind, number) => lines.filter((line) => line.dir === 's2c' && line.kind === kind)[number];
const answer = (lines, number) => at(lines, 'http-response', number);
const frame = (lines, number) => at(lines, 'ws-frame', number);
const edited = (pick, from, to) => (lines) => {
  const line = pick(lines);
  assert.ok(line.raw.includes(from), `${line.raw} has no ${from}`);
  line.raw = line.raw.replace(from, to);
  return lines;
};
const without = (pick) => (lines) => lines.filter((line) => line !== pick(lines));
const behind = (pick, ...more) => (lines) => lines.flatMap((line) => (line === pick(lines) ? [line, ...more] : [line]));
const textFrame = (conn, raw) => ({ conn, dir: 's2c', kind: 'ws-frame', opcode: 1, fin: true, masked: false, raw });

describe('the recording itself', () => {
  for (const [file, name] of [
    ['eio4-polling', 'binary'],
    ['eio4-polling', 'gzip'],
    ['eio4-websocket', 'text'],
    ['eio4-upgrade', 'second-ws-while-probing'],
    ['eio3-engine', 'binary-raw'],
    ['sio5-events', 'rooms'],
    ['clients', 'socket.io-client-4.8.4-polling'],
  ]) {
    it(`differs in nothing: ${file}, ${name}`, async () => assert.deepEqual((await positions(file, name)).found, []));
  }
});

describe('an answer', () => {
  const polling = (edit) => positions('eio4-polling', 'text', edit);

  it('with another body', async () => {
    assert.deepEqual([...(await polling(edited((x) => answer(x, 2), '4hello', '4hallo')))], ['c3/1/body']);
    assert.deepEqual([...(await polling(edited((x) => answer(x, 1), '\r\n\r\nok', '\r\n\r\nno')))], ['c2/1/body']);
    assert.deepEqual([...(await polling(edited((x) => answer(x, 0), '25000', '25001')))].at(0), 'c1/1/body');
  });

  it('with another status', async () => {
    assert.deepEqual([...(await polling(edited((x) => answer(x, 1), '200 OK', '201 OK')))], ['c2/1/status']);
  });

  it('with a field too few, too many or with another value', async () => {
    const field = 'cache-control: no-store\r\n';
    const changed = async (to) => [...(await polling(edited((x) => answer(x, 1), field, to)))];
    assert.deepEqual(await changed(''), ['c2/1/field/cache-control']);
    assert.deepEqual(await changed('cache-control: no-cache\r\n'), ['c2/1/field/cache-control']);
    assert.deepEqual(await changed(`${field}Server: x\r\n`), ['c2/1/field/server']);
    assert.deepEqual(await changed(`${field}Content-Type: text/html\r\n`), ['c2/1/field/content-type']);
  });

  it('may have its fields in another case and order, and another date', async () => {
    const moved = edited((x) => answer(x, 1), 'cache-control: no-store\r\nDate', 'Date');
    const back = edited((x) => answer(x, 1), 'Content-Type', 'CACHE-CONTROL: no-store\r\ncontent-TYPE');
    assert.deepEqual([...(await polling((x) => edited((y) => answer(y, 1), 'Nov', 'Dec')(back(moved(x)))))], []);
  });

  it('may frame the body of an error otherwise, but no other body', async () => {
    const chunked = (number, body) => (lines) => {
      const line = answer(lines, number);
      const chunks = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      line.raw = line.raw.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked').replace(/\r\n\r\n[^]*/, `\r\n\r\n${chunks}`);
      return lines;
    };
    assert.deepEqual([...(await polling(chunked(1, 'ok')))], ['c2/1/framing']);
    const withLength = edited((x) => answer(x, 2), /Transfer-Encoding: chunked\r\n\r\n29\r\n([^]*)\r\n0\r\n\r\n/.exec(errorRaw())[0], `Content-Length: 41\r\n\r\n${errorBody}`);
    assert.deepEqual([...(await positions('eio4-polling', 'unknown-packet-type', withLength))], []);
  });

  it('that comes twice', async () => {
    const twice = (lines) => {
      answer(lines, 1).raw += answer(lines, 1).raw;
      return lines;
    };
    assert.deepEqual([...(await polling(twice))], ['c2/extra']);
  });

  it('is decompressed before it is compared', async () => {
    const compressed = (body, level) => (lines) => {
      const line = lines.find(({ raw_b64: x }) => x && Buffer.from(x, 'base64').includes('Content-Encoding'));
      const head = Buffer.from(line.raw_b64, 'base64').toString('latin1').split('\r\n\r\n')[0].replace('Transfer-Encoding: chunked', '');
      const bytes = gzipSync(body, { level });
      line.raw_b64 = Buffer.concat([Buffer.from(`${head.trim()}\r\nContent-Length: ${bytes.length}\r\n\r\n`), bytes]).toString('base64');
      return lines;
    };
    assert.deepEqual([...(await positions('eio4-polling', 'gzip', compressed(`4${'x'.repeat(2000)}`, 1)))], []);
    assert.deepEqual([...(await positions('eio4-polling', 'gzip', compressed(`4${'x'.repeat(1999)}`, 9)))], ['c3/1/body']);
  });
});

const errorBody = '{"code":1,"message":"Session ID unknown"}';
const errorRaw = () => answer(transcript('eio4-polling').cases.find((x) => x.name === 'unknown-packet-type').lines, 2).raw;

describe('a frame', () => {
  const socket = (edit) => positions('eio4-websocket', 'text', edit);

  it('with other bytes, another opcode, or not whole', async () => {
    assert.deepEqual([...(await socket(edited((x) => frame(x, 1), '4hello', '4hellO')))], ['c1/3/frame']);
    for (const change of [{ opcode: 2 }, { fin: false }]) {
      assert.deepEqual([...(await socket((x) => (Object.assign(frame(x, 1), change), x)))], ['c1/3/frame'], JSON.stringify(change));
    }
  });

  it('too many, in between and at the end', async () => {
    assert.deepEqual([...(await socket(behind((x) => frame(x, 0), textFrame(1, '6'))))], ['c1/3/frame']);
    assert.deepEqual([...(await socket(behind((x) => frame(x, 3), textFrame(1, '6'))))], ['c1/extra']);
  });

  it('that does not come', async () => {
    const { found } = await socket((lines) => lines.slice(0, lines.indexOf(frame(lines, 2))));
    assert.deepEqual(found.map(({ position, ours }) => [position, ours]), [['c1/4', 'nothing']]);
  });

  it('in another order', async () => {
    const swapped = (lines) => ((frame(lines, 3).raw = '42["burst",1]'), (frame(lines, 4).raw = '42["burst",0]'), lines);
    assert.deepEqual([...(await positions('sio5-events', 'big-burst', swapped))], ['c1/5/frame']);
  });

  it('that closes is missing, or has another code', async () => {
    const { found } = await socket(without((x) => frame(x, 3)));
    assert.deepEqual(found.map(({ position, ours }) => [position, ours]), [['c1/5', 'end']]);
    assert.deepEqual([...(await socket((x) => ((frame(x, 3).close_code = 1001), x)))], ['c1/5/frame']);
    assert.deepEqual([...(await socket((x) => ((frame(x, 3).close_code = null), x)))], ['c1/5/frame']);
    assert.deepEqual([...(await socket((x) => ((frame(x, 3).close_reason = 'x'), x)))], ['c1/5/frame']);
  });

  it('behind no end of the connection', async () => {
    assert.deepEqual([...(await socket(without((x) => x.find(({ kind }) => kind === 'tcp-end'))))], ['c1/end']);
  });

  it('instead of which the handshake is refused', async () => {
    const refused = (lines) => {
      answer(lines, 0).raw = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno';
      return lines.slice(0, lines.indexOf(answer(lines, 0)) + 1);
    };
    const { found } = await socket(refused);
    assert.deepEqual(found.map(({ position, ours }) => [position, ours]), [['c1/1', { status: 400, fields: { 'content-length': '2' }, body: 'no' }]]);
  });
});

describe('a made-up value', () => {
  it('is the same one wherever it stands, and no other case has it', async () => {
    const sid = /"sid":"([\w-]{20})"/;
    const other = (lines) => {
      const line = lines.find(({ raw, dir }) => dir === 's2c' && raw?.includes('"get-') === false && raw.startsWith('431[["') );
      assert.ok(line);
      line.raw = line.raw.replace(/\["[\w-]{20}"/, `["${'x'.repeat(20)}"`);
      return lines;
    };
    const rooms = (lines) => {
      const line = lines.find(({ raw }) => raw?.startsWith('433[['));
      line.raw = line.raw.replace(/[\w-]{20}/, 'x'.repeat(20));
      return lines;
    };
    assert.equal(typeof other, 'function');
    assert.ok((await positions('sio5-events', 'rooms', rooms)).some((x) => x.endsWith('/frame')));
    const [{ raw }] = transcript('eio4-websocket').cases[0].lines.filter((line) => sid.test(line.raw));
    const used = new Set([sid.exec(raw)[1]]);
    assert.deepEqual([...(await positions('eio4-websocket', 'handshake-close', undefined, { used }))], ['c1/2/frame']);
  });

  it('has the recorded length and letters', async () => {
    for (const value of ['x'.repeat(19), 'x'.repeat(21), `${'x'.repeat(19)}"`]) {
      const edit = (lines) => ((frame(lines, 0).raw = frame(lines, 0).raw.replace(/[\w-]{20}/, value)), lines);
      assert.deepEqual([...(await positions('eio4-websocket', 'handshake-close', edit))], ['c1/2/frame'], value);
    }
  });
});

it('a timer that fires at once is found', async () => {
  const found = await positions('sio5-connect-timeout', 'websocket');
  assert.deepEqual([...found], ['c1/3/time']);
});
