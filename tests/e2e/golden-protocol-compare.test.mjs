// What the replay of the recorded protocol compares: every kind of deviation has to be found. The server here is a
// player of the recording itself, or of an altered copy of it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ProtocolDifferences, clauses, listedDifferences } from './golden/protocol-differences.mjs';
import { Player } from './golden/protocol-player.mjs';
import { recordedMessage, switches, transcript } from './golden/protocol-recordings.mjs';
import { CaseReplay } from './golden/protocol-replay.mjs';

const caseOf = (file, name) => transcript(file).cases.find((x) => x.name === name);

/** Replays a recorded case against a server that plays `edit(lines)`: all differences, as `[position, ours]`. */
async function replayed(file, name, edit = (lines) => lines, { keepsTime, used } = {}) {
  const recorded = caseOf(file, name);
  const player = await Player.start(edit(structuredClone(recorded.lines)), { keepsTime });
  try {
    const replay = new CaseReplay(player.port, recorded, { used });
    const found = await replay.run();
    return { found: found.map(({ position, ours }) => [position, ours]), rebatched: replay.rebatched };
  } finally {
    player.stop();
  }
}

/** Where the differences are. */
const positions = async (...args) => (await replayed(...args)).found.map(([position]) => position);

const server = (kind) => (lines, number) => lines.filter((line) => line.dir === 's2c' && line.kind === kind)[number];
const answer = server('http-response');
const frame = server('ws-frame');
const textFrame = (conn, raw) => ({ conn, dir: 's2c', kind: 'ws-frame', opcode: 1, fin: true, masked: false, raw });

/** Edits of the lines that a server plays. `pick(lines)` gives the line that is meant. */
const edited = (pick, from, to) => (lines) => {
  const line = pick(lines);
  assert.ok(line.raw.includes(from), `${line.raw} has no ${from}`);
  line.raw = line.raw.replace(from, to);
  return lines;
};
const changed = (pick, members) => (lines) => {
  Object.assign(pick(lines), members);
  return lines;
};
const without = (pick) => (lines) => lines.filter((line) => line !== pick(lines));
const behind = (pick, ...more) => (lines) => lines.flatMap((line) => (line === pick(lines) ? [line, ...more] : [line]));

describe('the recording itself differs in nothing', () => {
  for (const [file, name] of [
    ['eio4-polling', 'binary'],
    ['eio4-polling', 'gzip'],
    ['eio4-polling', 'get-aborted'],
    ['eio4-websocket', 'text'],
    ['eio4-upgrade', 'second-ws-while-probing'],
    ['eio3-engine', 'binary-raw'],
    ['sio5-events', 'rooms'],
    ['clients', 'socket.io-client-4.8.4-polling'],
  ]) {
    it(`${file}: ${name}`, async () => assert.deepEqual((await replayed(file, name)).found, []));
  }
});

describe('an answer', () => {
  const polling = (edit) => positions('eio4-polling', 'text', edit);

  it('has the recorded status and body', async () => {
    assert.deepEqual(await polling(edited((x) => answer(x, 1), '200 OK', '201 OK')), ['c2/1/status']);
    assert.deepEqual(await polling(edited((x) => answer(x, 2), '4hello', '4hallo')), ['c3/1/body']);
    assert.deepEqual(await polling(edited((x) => answer(x, 1), '\r\n\r\nok', '\r\n\r\nno')), ['c2/1/body']);
  });

  it('has the recorded fields', async () => {
    const field = 'cache-control: no-store\r\n';
    const to = (text) => polling(edited((x) => answer(x, 1), field, text));
    assert.deepEqual(await to(''), ['c2/1/field/cache-control']);
    assert.deepEqual(await to('cache-control: no-cache\r\n'), ['c2/1/field/cache-control']);
    assert.deepEqual(await to(`${field}${field}`), ['c2/1/field/cache-control']);
    assert.deepEqual(await to(`${field}Server: x\r\n`), ['c2/1/field/server']);
  });

  it('may have its fields in another case and order, and another date', async () => {
    const moved = edited((x) => answer(x, 1), 'cache-control: no-store\r\n', '');
    const back = edited((x) => answer(x, 1), 'Content-Type', 'CACHE-CONTROL: no-store\r\ncontent-TYPE');
    const later = edited((x) => answer(x, 1), 'Nov', 'Dec');
    assert.deepEqual(await polling((x) => later(back(moved(x)))), []);
  });

  it('may frame the body of an error in its own way, but no other body', async () => {
    const refusal = '{"code":1,"message":"Session ID unknown"}';
    const inChunks = `Transfer-Encoding: chunked\r\n\r\n29\r\n${refusal}\r\n0\r\n\r\n`;
    const counted = edited((x) => answer(x, 2), inChunks, `Content-Length: 41\r\n\r\n${refusal}`);
    assert.deepEqual(await positions('eio4-polling', 'unknown-packet-type', counted), []);
    const ofHead = edited((x) => answer(x, 1), '\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n');
    assert.deepEqual(await positions('eio4-polling', 'method-head-on-session', ofHead), []);
    const chunked = edited((x) => answer(x, 1), 'Content-Length: 2', 'Transfer-Encoding: chunked');
    assert.deepEqual(await polling((x) => edited((y) => answer(y, 1), '\r\n\r\nok', '\r\n\r\n2\r\nok\r\n0\r\n\r\n')(chunked(x))), ['c2/1/framing']);
  });

  it('comes once', async () => {
    const twice = (lines) => changed((x) => answer(x, 1), { raw: answer(lines, 1).raw.repeat(2) })(lines);
    assert.deepEqual(await polling(twice), ['c2/extra']);
  });

  it('comes at all', async () => {
    const { found } = await replayed('eio4-polling', 'text', without((x) => answer(x, 1)));
    assert.deepEqual(found, [['c2/1', 'nothing']]);
  });

  it('is decompressed before it is compared', async () => {
    const compressed = (body, level) => (lines) => {
      const line = lines.find(({ raw_b64: x }) => x && Buffer.from(x, 'base64').includes('Content-Encoding'));
      const [head] = Buffer.from(line.raw_b64, 'base64').toString('latin1').split('\r\n\r\n');
      const bytes = gzipSync(body, { level });
      const counted = head.replace('Transfer-Encoding: chunked', `Content-Length: ${bytes.length}`);
      return changed(() => line, { raw_b64: Buffer.concat([Buffer.from(`${counted}\r\n\r\n`), bytes]).toString('base64') })(lines);
    };
    assert.deepEqual(await positions('eio4-polling', 'gzip', compressed(`4${'x'.repeat(2000)}`, 1)), []);
    assert.deepEqual(await positions('eio4-polling', 'gzip', compressed(`4${'x'.repeat(1999)}`, 9)), ['c3/1/body']);
  });
});

describe('a frame', () => {
  const socket = (edit) => replayed('eio4-websocket', 'text', edit);
  const positionsOf = async (edit) => (await socket(edit)).found.map(([position]) => position);

  it('has the recorded bytes, opcode and end', async () => {
    assert.deepEqual(await positionsOf(edited((x) => frame(x, 1), '4hello', '4hellO')), ['c1/3/frame']);
    assert.deepEqual(await positionsOf(changed((x) => frame(x, 1), { opcode: 2 })), ['c1/3']);
    assert.deepEqual(await positionsOf(changed((x) => frame(x, 1), { fin: false })), ['c1/3/frame']);
  });

  it('stands in the recorded order', async () => {
    const swapped = (lines) => {
      const [first, second] = [frame(lines, 3), frame(lines, 4)];
      [first.raw, second.raw] = [second.raw, first.raw];
      return lines;
    };
    assert.deepEqual(await positions('sio5-events', 'big-burst', swapped), ['c1/5/frame', 'c1/6/frame']);
  });

  it('is not followed by another one, in between or at the end', async () => {
    assert.equal((await positionsOf(behind((x) => frame(x, 0), textFrame(1, '6'))))[0], 'c1/3/frame');
    assert.deepEqual(await positionsOf(behind((x) => frame(x, 3), textFrame(1, '6'))), ['c1/extra']);
  });

  it('comes at all', async () => {
    assert.deepEqual((await socket((lines) => lines.slice(0, lines.indexOf(frame(lines, 2))))).found, [['c1/4', 'nothing']]);
  });

  it('closes, and with the recorded code and reason', async () => {
    assert.deepEqual((await socket(without((x) => frame(x, 3)))).found, [['c1/5', 'end']]);
    assert.deepEqual((await socket(changed((x) => frame(x, 3), { close_code: 1001 }))).found, [['c1/5', { close: 1001, reason: '' }]]);
    assert.deepEqual((await socket(changed((x) => frame(x, 3), { close_code: null }))).found, [['c1/5', { close: null, reason: '' }]]);
    assert.deepEqual((await socket(changed((x) => frame(x, 3), { close_reason: 'x' }))).found, [['c1/5', { close: 1000, reason: 'x' }]]);
  });

  it('is followed by the end of the connection where the server ended it', async () => {
    assert.deepEqual(await positionsOf(without((x) => x.find(({ kind }) => kind === 'tcp-end'))), ['c1/end']);
  });

  it('does not come when the handshake is refused', async () => {
    const raw = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno';
    const refused = (lines) => changed((x) => answer(x, 0), { raw })(lines.slice(0, lines.indexOf(frame(lines, 0))));
    assert.deepEqual((await socket(refused)).found, [['c1/1', { status: 400, fields: { 'content-length': '2' }, body: 'no' }]]);
  });
});

describe('a made-up value', () => {
  const handshake = (edit, options) => positions('eio4-websocket', 'handshake-close', edit, options);

  it('is the same one wherever it stands', async () => {
    const list = (lines) => lines.find(({ raw }) => raw?.startsWith('433[['));
    const rooms = (lines) => changed(list, { raw: list(lines).raw.replace(/[\w-]{20}/, 'x'.repeat(20)) })(lines);
    assert.deepEqual(await positions('sio5-events', 'rooms', rooms), ['c1/9/frame']);
  });

  it('is no other case\'s', async () => {
    const [, value] = /"sid":"([\w-]+)"/.exec(frame(caseOf('eio4-websocket', 'handshake-close').lines, 0).raw);
    assert.deepEqual(await handshake(undefined, { used: new Set([value]) }), ['c1/2/frame']);
  });

  it('that never came stops what needs it', async () => {
    const { found } = await replayed('eio4-polling', 'text', edited((x) => answer(x, 0), '"sid"', '"SID"'));
    const positionsOf = found.map(([position]) => position);
    assert.deepEqual(positionsOf, ['c1/1/body', 'c2/sent', 'c3/sent']);
  });

  it('has the recorded length and letters', async () => {
    for (const value of ['x'.repeat(19), 'x'.repeat(21), `${'x'.repeat(19)}.`]) {
      const edit = (lines) => edited((x) => frame(x, 0), frame(lines, 0).vars.sid1, value)(lines);
      assert.deepEqual(await handshake(edit), ['c1/2/frame'], value);
    }
  });
});

it('a timer may be late, but not early', async () => {
  assert.deepEqual(await positions('sio5-connect-timeout', 'websocket'), []);
  assert.deepEqual(await positions('sio5-connect-timeout', 'websocket', undefined, { keepsTime: false }), ['c1/3/time']);
});

describe('packets of polling answers', () => {
  const bodyOf = (line, body) => {
    const [head] = line.raw.split('\r\n\r\n');
    return { ...line, raw: `${head.replace(/Content-Length: \d+/, `Content-Length: ${Buffer.byteLength(body)}`)}\r\n\r\n${body}` };
  };
  /** The recorded answer to a poll in two: the client has to poll once more. */
  const inTwo = (first, second) => (lines) => {
    const at = lines.indexOf(answer(lines, 2));
    const request = lines[at - 1];
    const more = [{ ...request, conn: 90 }, { ...bodyOf(lines[at], second), conn: 90 }];
    return [...lines.slice(0, at), bodyOf(lines[at], first), ...more, ...lines.slice(at + 1)];
  };

  it('may come in more portions than recorded', async () => {
    const { found, rebatched } = await replayed('eio4-polling', 'multi-text', inTwo('4test1', '4test2\x1e4test3'));
    assert.deepEqual([found, rebatched], [[], 1]);
    assert.deepEqual(await positions('eio4-polling', 'multi-text', inTwo('4test1', '4test3\x1e4test2')), ['c3/1/body']);
  });

  it('may come in fewer portions than recorded', async () => {
    // Connection 8 has the header of a binary event, connection 11 its attachment.
    const body = (lines, conn) => lines.find((line) => line.conn === conn && line.dir === 's2c').raw.split('\r\n\r\n')[1];
    const together = (lines) => {
      const both = `${body(lines, 8)}\x1e${body(lines, 11)}`;
      const isEarly = ({ conn, dir }) => conn === 8 && dir === 's2c';
      return lines.filter(({ conn }) => conn !== 11).map((line) => (isEarly(line) ? bodyOf(line, both) : line));
    };
    const { found, rebatched } = await replayed('clients', 'socket.io-client-4.8.4-polling', together);
    assert.deepEqual([found, rebatched], [[], 1]);
  });

  it('are no more than recorded', async () => {
    const more = edited((x) => answer(x, 2), 'Content-Length: 6', 'Content-Length: 9');
    const found = await replayed('eio4-polling', 'text', (x) => edited((y) => answer(y, 2), '4hello', '4hello\x1e4x')(more(x)));
    assert.deepEqual(found.found, [['sid1/extra', ['4x']]]);
  });

  it('that are no messages stand where they were recorded', async () => {
    const later = (lines) => edited((x) => answer(x, 2), '6\x1e1', '6\x1e2')(lines);
    assert.deepEqual(await positions('eio4-polling', 'server-close-no-get', later), ['c3/1/body']);
    const alone = (lines) => {
      const line = answer(lines, 2);
      return lines.map((x) => (x === line ? bodyOf(line, '6') : x));
    };
    assert.deepEqual(await positions('eio4-polling', 'server-close-no-get', alone), ['c3/1/body']);
  });

  it('keep their order within a namespace, not across namespaces', async () => {
    const body = (lines) => recordedMessage(answer(lines, 2), 'GET').body.toString().split('\x1e');
    const ordered = (...order) => (lines) => {
      const packets = body(lines);
      return lines.map((x) => (x === answer(lines, 2) ? bodyOf(x, order.map((i) => packets[i]).join('\x1e')) : x));
    };
    const replay = (...order) => positions('sio5-connect', 'polling-two-namespaces', ordered(...order));
    assert.deepEqual(await replay(1, 3, 2, 0, 4), []);
    assert.deepEqual(await replay(0, 2, 1, 3, 4), ['c3/1/body']);
  });
});

describe('the list of differences', () => {
  const [reason] = Object.keys(clauses);
  const entry = { file: 'f', case: 'c', position: 'c1/1/status', ours: 400, reason };
  const found = { position: 'c1/1/status', theirs: 500, ours: 400 };

  it('allows exactly our value at a position', () => {
    const list = new ProtocolDifferences([entry]);
    assert.deepEqual(list.unlisted('f', 'c', [found]), []);
    for (const [file, name, other] of [['g', 'c', {}], ['f', 'd', {}], ['f', 'c', { ours: 401 }], ['f', 'c', { position: 'c1/2/status' }]]) {
      assert.equal(list.unlisted(file, name, [{ ...found, ...other }]).length, 1, JSON.stringify([file, name, other]));
    }
  });

  it('has nothing that is not needed', () => {
    const list = new ProtocolDifferences([entry]);
    assert.deepEqual(list.unused(['f']), [entry]);
    assert.deepEqual(list.unused(['g']), []);
    list.unlisted('f', 'c', [found]);
    assert.deepEqual([list.unused(['f']), list.used], [[], 1]);
  });

  it('has known reasons only, and each position once', () => {
    for (const other of [undefined, '', 'because', clauses[reason], 'toString']) {
      assert.throws(() => new ProtocolDifferences([{ ...entry, reason: other }]), /a known clause/, String(other));
    }
    assert.throws(() => new ProtocolDifferences([entry, entry]), /twice/);
    assert.throws(() => new ProtocolDifferences([{ ...entry, position: undefined }]), /an entry needs/);
  });

  it('uses every clause', () => {
    const cited = new Set(listedDifferences().map((x) => x.reason));
    assert.deepEqual(Object.keys(clauses).filter((x) => !cited.has(x)), []);
  });
});

it('a recorded setting without a switch is not passed over', () => {
  assert.throws(() => switches({ pingInterval: 1, perMessageDeflate: true }), /perMessageDeflate/);
});

describe('a slow machine', () => {
  const lateness = async (delay) => {
    const recorded = structuredClone(caseOf('clients', 'socket.io-client-4.8.4-websocket'));
    const player = await Player.start(recorded.lines.map((line) => ({ ...line, ms: line.ms + (line.opcode === 1 ? delay : 0) })));
    try {
      const replay = new CaseReplay(player.port, recorded);
      await replay.run();
      return replay.isLate;
    } finally {
      player.stop();
    }
  };

  it('is told from one that keeps up', async () => {
    assert.equal(await lateness(0), false);
    assert.equal(await lateness(250), true);
  });
});
