// Events of Baileys were injected into Evolution API inside its process. Ours come as its webhooks would: one post to
// the relay per event that the root socket got, with the recorded envelope in the order of a webhook.
//
// Where a recorded value is binary (Socket.IO carries it as an attachment), a webhook holds what JSON.stringify makes
// of a Uint8Array, `{"0":1,"1":2}`. Our clients therefore get that in a plain EVENT packet; the transformation is
// applied to the recording too.
import { recordedKey } from './configuration.mjs';

/** The posts to the relay, with the status that each has to have. */
export function injected(record) {
  const [root] = record.delivered.filter(({ socket }) => socket === 'root');
  return root.delivered.map((delivery) => {
    const { event, instance, data, date_time, sender, server_url, apikey } = withoutBinary(delivery).args[0];
    const body = { event, instance, data, destination: 'http://hook.example/', date_time, sender, server_url, apikey };
    return {
      body: { method: 'POST', path: '/webhook/relay', headers: { apikey: recordedKey, 'content-type': 'application/json' }, body },
      answer: 202,
    };
  });
}

/** A recorded delivery as it is when no value is binary. The packet follows from the arguments. */
export function withoutBinary({ event, args, raw, attachments }) {
  if (!attachments) return { event, args, raw: isPacketOf(event, raw) ? raw : undefined };
  return { event, args: asJson(args) };
}

/** A recorder that took packets and events apart sometimes noted the packet with the event before, or with none. */
const isPacketOf = (event, raw) => new RegExp(`^2(/[^,]*,)?\\["${event.replaceAll('.', '\\.')}",`).test(raw ?? '');

function asJson(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value.$binary === 'string') return { ...Buffer.from(value.$binary, 'base64') };
  return Object.fromEntries(Object.entries(value).map(([key, x]) => [key, asJson(x)]));
}

/** The text of an EVENT packet. */
export const plain = (head, event, args) => head + JSON.stringify([event, ...args]);
