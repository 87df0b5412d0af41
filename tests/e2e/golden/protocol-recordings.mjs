// The recorded transcripts (tests/golden/protocol): which there are, what they say, and what server they need.
import { readdirSync, readFileSync } from 'node:fs';
import { WireReader, clientFrame, close, closePayload } from './protocol-wire.mjs';

const directory = new URL('../../golden/protocol/', import.meta.url);

/** What the first line of a transcript does not say about its server. */
const unsaid = {
  // Its answers carry `Access-Control-Allow-Origin: *`.
  clients: { cors: { origin: '*' } },
  // The hook that refuses is no setting.
  'eio4-forbidden': { forbid: true },
};

/** Transcripts in which the client acts by the clock, and not just a moment later. */
const byTheClock = ['eio3-heartbeat', 'eio4-heartbeat'];

/** A timer (ms) that a busy machine may be too slow for. */
const shortTimer = 1000;

/** The names of all transcripts. */
export const transcripts = () =>
  readdirSync(directory).filter((x) => x.endsWith('.jsonl')).map((x) => x.slice(0, -'.jsonl'.length)).sort();

const isEngine = (file) => /^(eio|default)/.test(file);
/** Those of the Engine.IO layer, and those of the Socket.IO layer. */
export const engineTranscripts = () => transcripts().filter((file) => isEngine(file));
export const socketTranscripts = () => transcripts().filter((file) => !isEngine(file));

/** One transcript: `{file, switches, isByTheClock, hasShortTimers, cases: [{name, lines}]}`. */
export function transcript(file) {
  const [head, ...lines] = readFileSync(new URL(`${file}.jsonl`, directory), 'utf8').split('\n').filter(Boolean).map((x) => JSON.parse(x));
  const cases = [];
  for (const line of lines) {
    if (line.kind === 'case') cases.push({ name: line.case, lines: [] });
    else cases.at(-1).lines.push(line);
  }
  for (const x of cases) x.lines = withVars(x.lines);
  const { pingInterval, connectTimeout, upgradeTimeout } = head.config;
  return {
    file,
    switches: switches({ ...head.config, ...unsaid[file] }),
    isByTheClock: byTheClock.includes(file),
    hasShortTimers: [pingInterval, connectTimeout, upgradeTimeout].some((ms) => ms < shortTimer),
    cases,
  };
}

/**
 * Lines that are recorded in base64 do not name what differs in them; other lines of the case do. What a client said
 * before the server did, the client had made up.
 */
function withVars(lines) {
  const all = Object.entries(Object.assign({}, ...lines.map(({ vars }) => vars)));
  const saidFirst = (name) => lines.find(({ vars }) => vars?.[name] !== undefined).dir;
  const differing = all.filter(([name]) => saidFirst(name) === 's2c');
  return lines.map((line) => {
    const content = line.raw_b64 === undefined ? undefined : bytesOf(line).toString('latin1');
    const isIn = ([name, value]) => content?.includes(value) ?? line.vars?.[name] === value;
    return { ...line, vars: Object.fromEntries(differing.filter(isIn)) };
  });
}

const valued = {
  pingInterval: '--ping-interval',
  pingTimeout: '--ping-timeout',
  connectTimeout: '--connect-timeout',
  upgradeTimeout: '--upgrade-timeout',
  maxHttpBufferSize: '--max-payload',
};

/** The command line for a recorded configuration. A setting that it does not know throws. */
export function switches(config) {
  const words = ['--profile', 'B'];
  const { allowEIO3, forbid, cookie, cors, ...rest } = config;
  for (const [name, value] of Object.entries(rest)) {
    if (name === 'connectionStateRecovery') words.push('--recovery');
    else if (valued[name]) words.push(valued[name], String(value));
    else throw new Error(`a recorded setting without a switch: ${name}`);
  }
  if (allowEIO3) words.push('--eio3');
  if (forbid) words.push('--forbid');
  if (cookie) words.push('--cookie', cookie.name);
  words.push('--cors', cors ? [cors.origin].flat().join(',') : 'off');
  if (cors?.credentials) words.push('--cors-credentials');
  if (cors?.methods) words.push('--cors-methods', cors.methods.join(','));
  if (cors?.allowedHeaders) words.push('--cors-headers', cors.allowedHeaders.join(','));
  if (cors?.maxAge) words.push('--cors-max-age', String(cors.maxAge));
  return words;
}

/** The bytes of a recorded line. */
export const bytesOf = ({ raw, raw_b64: encoded }) => (encoded === undefined ? Buffer.from(raw ?? '') : Buffer.from(encoded, 'base64'));

/** A recorded server message as `WireReader` gives it. `method`: of the request that it answers. */
export function recordedMessage(line, method) {
  if (line.kind === 'ws-frame') {
    const { opcode, fin, rsv = 0 } = line;
    return { kind: 'frame', opcode, fin, rsv, masked: line.masked, payload: payloadOfFrame(line) };
  }
  const reader = new WireReader();
  reader.expects(method);
  reader.push(bytesOf(line));
  const message = reader.next(true);
  if (!message || reader.rest.length > 0) throw new Error(`no complete answer is recorded: ${JSON.stringify(line)}`);
  return message;
}

/** A recorded request: `{method, target, session, bytes}`; undefined if it needs a value that was not learned. */
export function recordedRequest(line, variables) {
  const ours = variables.toOurs(bytesOf(line).toString('latin1'), line.vars);
  if (ours === undefined) return undefined;
  const [, method, target] = /^(\S+) (\S+) /.exec(ours);
  return { method, target, session: Object.keys(line.vars ?? {}).find((name) => name.startsWith('sid')), bytes: Buffer.from(ours, 'latin1') };
}

/** The payload of a recorded frame, unmasked. */
export function payloadOfFrame(line) {
  if (line.opcode !== close || line.rsv) return bytesOf(line);
  return closePayload(line.close_code, line.close_reason);
}

/**
 * A recorded frame of the client, as it goes over the wire, as it was or with our values in it; undefined if it needs one
 * that was not learned.
 */
export function recordedFrame(line, variables) {
  if (!variables || line.raw === undefined) return clientFrame({ ...line, payload: payloadOfFrame(line) });
  const raw = variables.toOurs(line.raw, line.vars);
  return raw === undefined ? undefined : clientFrame({ ...line, payload: payloadOfFrame({ ...line, raw }) });
}
