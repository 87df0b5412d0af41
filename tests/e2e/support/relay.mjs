// What Evolution API posts by its webhooks, and what its own Socket.IO makes of the same event.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from './server.mjs';

/** The records of a file below `tests/golden`, one object per line. */
export function recordings(file) {
  const text = readFileSync(path.join(repository, 'tests/golden', file), 'utf8');
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

const socketOrder = ['event', 'instance', 'data', 'server_url', 'date_time', 'sender', 'apikey'];
const webhookOrder = ['event', 'instance', 'data', 'destination', 'date_time', 'sender', 'server_url', 'apikey'];

const inOrder = (order, members) => Object.fromEntries(order.filter((key) => members[key] !== undefined).map((key) => [key, members[key]]));

/** The envelope that Evolution's Socket.IO gives for the event of this webhook body. */
export const envelopeOf = (body) => inOrder(socketOrder, body);

/** The body that Evolution's webhook posts for the event of this envelope. */
export const webhookOf = (envelope, destination) => inOrder(webhookOrder, { ...envelope, destination });

/** The Socket.IO packet that carries an envelope in a namespace, as text. */
export const packetOf = (nsp, envelope) => `2${nsp === '/' ? '' : `${nsp},`}${JSON.stringify([envelope.event, envelope])}`;

/** The `Authorization` of a webhook whose instance has a `jwt_key`; `claims` replaces some, `header` the JWT's own. */
export function signature(key, claims = {}, header = { alg: 'HS256', typ: 'JWT' }) {
  const now = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part({ iat: now, exp: now + 600, app: 'evolution', action: 'webhook', ...claims })}`;
  return `Bearer ${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

let events = 0;
const start = Date.parse('2026-11-22T11:45:23.119Z');
/** A webhook body of an instance that no other call gives; `members` replaces or adds some. */
export const webhookBody = (instance, members = {}) => ({
  event: 'messages.upsert',
  instance: instance.name ?? instance,
  data: { key: { id: `R${++events}` } },
  destination: 'http://127.0.0.1:8081/webhook/relay',
  date_time: new Date(start + events).toISOString(),
  server_url: 'http://localhost:8080',
  apikey: instance.token ?? null,
  ...members,
});

/** Posts a webhook body (an object, or text that goes out as it is); the key goes as a header, null: nowhere. */
export const relay = (server, body, { key = server.key, headers = {}, target = '/webhook/relay' } = {}) =>
  server.request('POST', target, { key, headers: { 'content-type': 'application/json', ...headers }, body });
