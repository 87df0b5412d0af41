// Compares a recorded server message with ours.
import { gunzipSync, inflateSync } from 'node:zlib';
import { close, text } from './protocol-wire.mjs';

/** Fields that are no part of the contract. */
const ignored = ['connection', 'date', 'keep-alive', 'transfer-encoding'];

/**
 * All differences as `{pointer, theirs, ours}`, told with names for made-up values (`Variables`, which learns).
 * Pointers: `status`, `field/<name>`, `framing`, `body`, `frame`; '' when the connection goes another way from there.
 */
export function compareMessages(theirs, ours, variables, vars = {}) {
  const said = (message) => describe(message, (x) => (message === ours ? variables.oursNamed(x) : variables.named(x, vars)));
  if (theirs.kind !== ours.kind || (theirs.status === 101) !== (ours.status === 101)) {
    return [{ pointer: '', theirs: said(theirs), ours: said(ours) }];
  }
  if (theirs.kind === 'response') return compareResponses(theirs, ours, variables, vars);
  const isSame =
    ['opcode', 'fin', 'rsv', 'masked'].every((name) => theirs[name] === ours[name]) &&
    variables.matches(latin1(theirs.payload), latin1(ours.payload), vars);
  // Behind a frame of another kind, nothing has its place any more.
  const pointer = theirs.opcode === ours.opcode && theirs.opcode !== close ? 'frame' : '';
  return isSame ? [] : [{ pointer, theirs: said(theirs), ours: said(ours) }];
}

function compareResponses(theirs, ours, variables, vars) {
  const found = [];
  const add = (pointer, a, b) => found.push({ pointer, theirs: a, ours: b });
  if (theirs.status !== ours.status) add('status', theirs.status, ours.status);
  const bodies = [decoded(theirs), decoded(ours)].map(latin1);
  const isSameBody = variables.matches(...bodies, vars);
  if (!isSameBody) add('body', variables.named(readable(bodies[0]), vars), variables.oursNamed(readable(bodies[1])));
  const fields = [theirs, ours].map(fieldsOf);
  // The recorded server frames an error in chunks, of which the answer to HEAD shows nothing.
  const isFramedFreely = theirs.chunked || ours.chunked || (theirs.status >= 400 && !fields[0].has('content-length'));
  for (const name of [...new Set([...fields[0].keys(), ...fields[1].keys()])].sort()) {
    if (name === 'content-length' && (isFramedFreely || !isSameBody)) continue;
    const [a, b] = fields.map((x) => (x.get(name) ?? ['absent']).join('\n'));
    if (!variables.matches(a, b, vars)) add(`field/${name}`, variables.named(a, vars), variables.oursNamed(b));
  }
  // How long a body is has to be said somehow; an answer that was not chunked may be only when it is an error.
  if (ours.chunked && !theirs.chunked && ours.status < 400) add('framing', 'content-length', 'chunked');
  return found;
}

function fieldsOf({ fields }) {
  const kept = fields.filter(([name]) => !ignored.includes(name));
  const names = new Map();
  for (const [name, value] of kept) names.set(name, [...(names.get(name) ?? []), value].sort());
  return names;
}

/** The body as it was before its content was encoded: two compressors may give different bytes. */
function decoded({ fields, body }) {
  const encoding = fields.find(([name]) => name === 'content-encoding')?.[1];
  if (encoding === 'gzip') return gunzipSync(body);
  return encoding === 'deflate' ? inflateSync(body) : body;
}

/** A message for people and for the list of differences. `translate` is applied to texts. */
export function describe(message, translate = (x) => x) {
  const { kind, status, opcode, payload } = message;
  if (kind === 'end' || kind === 'nothing') return kind;
  if (kind === 'bytes') return { bytes: translate(readable(latin1(message.bytes))) };
  if (kind === 'response') {
    const fields = Object.fromEntries([...fieldsOf(message)].map(([name, values]) => [name, translate(values.join('\n'))]));
    return { status, fields, body: translate(readable(latin1(decoded(message)))) };
  }
  const flags = { ...(message.fin ? {} : { fin: false }), ...(message.rsv ? { rsv: message.rsv } : {}), ...(message.masked ? { masked: true } : {}) };
  if (opcode === close && !message.rsv) {
    return { close: payload.length < 2 ? null : payload.readUInt16BE(0), reason: payload.subarray(2).toString(), ...flags };
  }
  if (opcode === text) return { text: translate(readable(latin1(payload))), ...flags };
  return { opcode, base64: payload.toString('base64'), ...flags };
}

const latin1 = (bytes) => bytes.toString('latin1');
/** Bytes that are UTF-8 as text. */
const readable = (bytes) => Buffer.from(bytes, 'latin1').toString();
