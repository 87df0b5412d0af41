// Replays what was recorded as one HTTP exchange, and what was recorded as the raw bytes of an upgrade.
import { createHash } from 'node:crypto';
import { RawConnection, request } from '../support/http.mjs';
import { within } from '../support/wait.mjs';
import { aligned } from './compare.mjs';

/** Left out of the recordings, so of ours too. */
const ofTheConnection = ['date', 'connection', 'keep-alive', 'transfer-encoding'];

/** Sends a recorded request (in our ids) to our server. */
export function send(run, { method, path, headers = {}, body, bodyText }) {
  return request(run.server.url, method, path, { headers: { host: run.host, ...headers }, body: bodyText ?? body });
}

/** The recorded and our answer of a record of kind `http`, as documents to compare. */
export async function replayHttp(run, record) {
  const recorded = record.response;
  const answer = await send(run, run.identities.toOurs(record.request));
  const ours = document(recorded, answer);
  const theirs = withoutTruncation(recorded, ours);
  run.identities.learnSids(theirs.bodyText ?? '', ours.bodyText ?? '');
  // A list of instances has no order.
  if (Array.isArray(theirs.body) && Array.isArray(ours.body)) ours.body = aligned(theirs.body, ours.body, ({ name }) => name);
  if (recorded.headers) {
    const entity = recorded.status === 304 ? await send(run, run.identities.toOurs(withoutCondition(record.request))) : answer;
    ours.headers = sorted(headers(recorded, answer, entity, run.identities));
    theirs.headers = sorted(recorded.headers);
  }
  return { theirs, ours };
}

/** The order of headers says nothing. */
const sorted = (x) => Object.fromEntries(Object.entries(x).sort());

function document(recorded, answer) {
  const x = { status: answer.status };
  if ('contentType' in recorded) x.contentType = answer.headers['content-type'] ?? null;
  if ('headers' in recorded) x.headers = {};
  // A recorded text is compared as a text, unless ours is JSON where theirs is empty.
  const json = 'body' in recorded || recorded.bodyText === '' ? parsed(answer.text) : undefined;
  if (json === undefined) x.bodyText = answer.text;
  else x.body = json;
  return x;
}

/** The document that a body is, if it is written as compactly as Express writes it. */
function parsed(text) {
  try {
    const json = JSON.parse(text);
    return JSON.stringify(json) === text ? json : undefined;
  } catch {
    return undefined;
  }
}

/** The recording without its mark for a shortened text; ours is shortened in the same way. */
function withoutTruncation({ bodyTruncated, ...recorded }, ours) {
  if (bodyTruncated && ours.bodyText) ours.bodyText = ours.bodyText.slice(0, recorded.bodyText.length);
  return recorded;
}

const withoutCondition = ({ headers: { 'if-none-match': _, ...rest }, ...recorded }) => ({ ...recorded, headers: rest });

/**
 * Our headers, ready to be compared. ETag and length follow from the body: when the bodies differ (by a new id, or by
 * a listed difference), they have to be right for ours, and are shown as the recorded ones if they are. An answer
 * recorded without a length came in chunks, which is a matter of its connection: there, ours only has to be right.
 */
export function headers(recorded, answer, entity, identities) {
  const x = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !ofTheConnection.includes(name)));
  const isSameBody = (recorded.bodyText ?? JSON.stringify(recorded.body)) === answer.text && recorded.status !== 304;
  const length = x['content-length'];
  const isLengthRight = length === String(Buffer.byteLength(answer.text));
  if (recorded.headers['content-length'] === undefined) {
    if (isLengthRight) delete x['content-length'];
  } else if (!isSameBody && !recorded.bodyTruncated && isLengthRight) {
    x['content-length'] = recorded.headers['content-length'];
  }
  const isWeak = recorded.headers.etag?.startsWith('W/');
  if (isWeak && !isSameBody && x.etag === etagOf(entity.text)) x.etag = recorded.headers.etag;
  return identities.toTheirs(x);
}

/** Express's weak ETag of a body. */
export function etagOf(text) {
  const bytes = Buffer.from(text);
  return `W/"${bytes.length.toString(16)}-${createHash('sha1').update(bytes).digest('base64').slice(0, 27)}"`;
}

/** The recorded and our answer to the upgrade of a record of kind `ws-upgrade`. */
export async function replayUpgrade(run, record) {
  const { path, extraHeaders = '' } = run.identities.toOurs(record.request);
  const connection = await RawConnection.open(run.server.url);
  const socket = connection.socket;
  let bytes = '';
  const complete = new Promise((resolve) => {
    socket.on('data', (chunk) => {
      bytes += chunk.toString('latin1');
      if (endsWithAFrame(bytes) || isWholeAnswer(bytes)) resolve();
    });
    connection.closed.then(resolve);
  });
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${run.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extraHeaders}\r\n`,
  );
  try {
    await within(complete, () => `answer to the upgrade ${path}; got ${JSON.stringify(bytes)}`);
  } finally {
    connection.destroy();
  }
  const theirs = upgradeDocument(record.responseLatin1);
  const ours = upgradeDocument(bytes);
  run.identities.learnSids(theirs, ours);
  return { theirs, ours };
}

/** Whether the bytes after a 101 are one whole short text frame. */
function endsWithAFrame(bytes) {
  const at = bytes.indexOf('\r\n\r\n') + 4;
  if (!bytes.startsWith('HTTP/1.1 101') || at === 3) return false;
  return bytes[at] === '\x81' && bytes.length === at + 2 + bytes.charCodeAt(at + 1);
}

/** Whether the bytes are an answer of HTTP with all of its body, after which a connection may stay open. */
function isWholeAnswer(bytes) {
  const at = bytes.indexOf('\r\n\r\n') + 4;
  const head = bytes.slice(0, at);
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head);
  return at > 4 && length !== null && !/\r\nconnection: close\r\n/i.test(head) && bytes.length === at + Number(length[1]);
}

/** Status line, headers (their order, the case of their names and of `Connection` say nothing) and all that follows. */
function upgradeDocument(bytes) {
  if (bytes === '') return { bytes };
  const [head, ...rest] = bytes.split('\r\n\r\n');
  const [status, ...lines] = head.split('\r\n');
  const fields = lines.map((line) => [line.split(':')[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  const kept = fields.filter(([name]) => !['date', 'keep-alive'].includes(name)).sort();
  for (const field of kept) if (field[0] === 'connection') field[1] = field[1].toLowerCase();
  return { status, headers: Object.fromEntries(kept), rest: rest.join('\r\n\r\n') };
}
