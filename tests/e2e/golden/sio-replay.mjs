// Replays what was recorded of Socket.IO clients: how they were let in, and what a trigger sent to them.
import { aligned } from './compare.mjs';
import { injected, plain, withoutBinary } from './injection.mjs';
import { replayHttp, send } from './http-replay.mjs';
import { Listener } from './listener.mjs';
import { clientOf, detours } from './setup.mjs';

/** The recorded and our outcome of a record of kind `sio-connect`. */
export async function replayConnect(run, record) {
  const listener = run.keep(new Listener(run.server.url, run.identities.toOurs(record.client)));
  const outcome = await listener.connect();
  listener.close();
  const [theirs, ours] = [record.result, outcome].map(withoutCacheBuster);
  for (const [i, packet] of theirs.rawPackets.entries()) {
    const other = ours.rawPackets[i];
    if (other?.split('{')[0] === packet.split('{')[0]) run.identities.learnSids(packet, other);
  }
  return { theirs: { result: theirs }, ours: { result: ours } };
}

/** The `t` of a polling request is made up by the client. */
const withoutCacheBuster = (x) => JSON.parse(JSON.stringify(x).replace(/([?&]t=)[\w.-]+/g, '$1'));

/** The recorded and our effects of a record of kind `sio-events`. */
export async function replayEvents(run, record) {
  const listeners = [];
  for (const { socket } of record.delivered) listeners.push(await listenerOf(run, record.file, socket));
  const detour = detours[`${record.file}#${record.id}`];
  await detour?.before?.(listeners);
  const { theirs, ours } = await pull(run, record, listeners);
  await detour?.after?.(listeners);
  theirs.delivered = [];
  ours.delivered = [];
  for (const [i, { socket, delivered }] of record.delivered.entries()) {
    const { listener, outcome } = listeners[i];
    if (outcome.outcome === 'connect') await listener.barrier();
    const expected = delivered.map((x) => (x.event ? inPlainForm(withoutBinary(x), socket) : x));
    const arrived = listener.take().map((x) => (x.event ? inPlainForm(x, socket) : x));
    const isOrdered = socket.startsWith('root');
    theirs.delivered.push({ socket, delivered: expected });
    ours.delivered.push({
      socket,
      ...(outcome.outcome === 'connect' ? {} : { refused: outcome.message }),
      delivered: isOrdered ? arrived : aligned(expected, arrived, (x) => x.event ?? x.disconnect),
    });
  }
  return { theirs, ours };
}

/** Does what the trigger of a record says; what it answered, as documents to compare. */
async function pull(run, record, listeners) {
  const { request, response, clientEmits, ackResult, receivedByVictimClient } = record.trigger;
  if (request) {
    const { theirs, ours } = await replayHttp(run, { request, response });
    return { theirs: { response: theirs }, ours: { response: ours } };
  }
  if (record.trigger.injected) {
    for (const { body, answer } of injected(record)) {
      const { status, text } = await send(run, run.identities.toOurs(body));
      if (status !== answer) throw new Error(`relay answered ${status} ${text}`);
    }
    return { theirs: {}, ours: {} };
  }
  if (clientEmits) {
    listeners[0].listener.emit(...clientEmits);
    await listeners[0].listener.barrier();
    return { theirs: { receivedByVictimClient }, ours: {} };
  }
  return { theirs: { ackResult }, ours: { ackResult: await customEvent(listeners.at(-1).listener) } };
}

/** Emits an event of the client's own with an acknowledgement, and a `sendNode` without anything. */
async function customEvent(listener) {
  let outcome = 'timeout';
  listener.emit('custom', { a: 1 }, (...args) => (outcome = args));
  listener.emit('sendNode');
  await listener.barrier();
  return outcome;
}

/**
 * One listener per socket of a file. The recorded ones stayed connected whatever happened, so ours come back, if they
 * may, before the next trigger.
 */
async function listenerOf(run, file, socket) {
  const key = `${file} ${socket}`;
  if (!run.listeners.has(key)) {
    run.listeners.set(key, { listener: run.keep(new Listener(run.server.url, run.identities.toOurs(clientOf(file, socket)))) });
  }
  const x = run.listeners.get(key);
  await x.listener.barrier();
  if (!x.listener.socket.connected) {
    x.outcome = await x.listener.connect();
    x.listener.take();
  }
  return x;
}

/** `raw` in words: its head, and whether the rest is just the arguments. A recorded packet sometimes stands elsewhere. */
function inPlainForm({ event, args, raw }, socket) {
  const head = socket.startsWith('root') ? '2' : `2${socket.split(' ')[0]},`;
  return { event, args, raw: raw === undefined || raw === plain(head, event, args) ? `${head}[event,…args]` : raw };
}
