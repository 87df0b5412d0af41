// Records of kind `measure` are numbers; what they show is measured on our server too.
import { within } from '../support/wait.mjs';
import { send } from './http-replay.mjs';
import { Listener } from './listener.mjs';

const messages = 150;

export const measures = {
  /** How many hours the recorded `date_time` of an event is off UTC, by its sign `Z`. */
  'cors-tz-expose#clock': async (run, record, before) => {
    const recorded = before.find(({ id }) => id === 'event').delivered[0].delivered[0].args[0].date_time;
    const ours = run.lastDelivered('cors-tz-expose', 'event')?.args?.[0]?.date_time;
    return {
      theirs: { hoursFromUtc: hours(recorded, record.utcNow) },
      ours: { hoursFromUtc: ours === undefined ? null : hours(ours, new Date().toISOString()) },
    };
  },

  /** Concurrent messages: whether all events come to both namespaces, and how often an event overtakes another. */
  'sio-events-global#ordering-experiment': async (run, { globalCount, namespaceCount, adjacentInversions }) => {
    const [root, namespace] = ['/', '/ordered'].map((nsp) => run.keep(new Listener(run.server.url, { nsp })));
    await root.connect();
    await namespace.connect();
    const ingest = (i) => ({
      method: 'POST',
      path: '/webhook/evolution',
      headers: { 'content-type': 'application/json' },
      body: {
        numberId: '663333',
        key: { id: `O${i}`, remoteJid: `55119${String(i).padStart(8, '0')}@s.whatsapp.net`, fromMe: false },
        message: { conversation: String(i) },
        messageType: 'conversation',
      },
    });
    await within(Promise.all(Array.from({ length: messages }, (_, i) => send(run, ingest(i)))), 'answers to all messages');
    await root.barrier();
    await namespace.barrier();
    const [everywhere, here] = [root, namespace].map((x) => x.take().map(({ args }) => JSON.stringify(args)));
    const place = new Map(everywhere.map((text, i) => [text, i]));
    const places = here.map((text) => place.get(text));
    return {
      theirs: { globalCount, namespaceCount, adjacentInversions },
      ours: {
        globalCount: everywhere.length,
        namespaceCount: here.length,
        adjacentInversions: places.filter((x, i) => i > 0 && x < places[i - 1]).length,
      },
    };
  },
};

const hours = (text, now) => Math.round((Date.parse(text) - Date.parse(now)) / 3600000);
