// Payloads of polling answers as lists of packets. Where a server cuts its packets into payloads is up to its timing.

const separator = '\x1e';

/**
 * The packets of an answer's body if all of them are messages, else undefined: `6` and `1` say something by where they
 * stand. Bodies in the binary form of Engine.IO 3 and JSONP are not taken apart.
 */
export function messagesOf(body, target) {
  const packets = isVersion3(target) ? cutVersion3(body.toString()) : body.toString().split(separator);
  return packets?.every((packet) => /^[4b]/.test(packet)) ? packets : undefined;
}

/** The body with these packets. */
export function payloadOf(packets, target) {
  return Buffer.from(isVersion3(target) ? packets.map((x) => `${x.length}:${x}`).join('') : packets.join(separator));
}

/** Packets by namespace, each namespace in its order: how they follow each other across namespaces is no promise. */
export function byNamespace(packets) {
  let nsp = '/';
  const keyed = packets.map((packet) => {
    const found = /^4[0-6](?:\d+-)?(\/[^,]*)?/.exec(packet);
    // An attachment belongs to the packet before it.
    if (found) nsp = found[1] ?? '/';
    return { packet, nsp };
  });
  const names = [...new Set(keyed.map((x) => x.nsp))].sort();
  return names.flatMap((name) => keyed.filter((x) => x.nsp === name).map((x) => x.packet));
}

const isVersion3 = (target) => target.includes('EIO=3');

function cutVersion3(text) {
  const packets = [];
  for (let rest = text; rest; ) {
    const [head, length] = /^(\d+):/.exec(rest) ?? [];
    if (!head || rest.length < head.length + Number(length)) return undefined;
    packets.push(rest.slice(head.length, head.length + Number(length)));
    rest = rest.slice(head.length + Number(length));
  }
  return packets;
}
