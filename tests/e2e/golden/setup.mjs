// What the recordings leave out and the replay therefore does by itself, without comparing anything.
import { recordedKey as key } from './configuration.mjs';

const json = { apikey: key, 'content-type': 'application/json' };
const post = (path, body) => ({ request: { method: 'POST', path, headers: json, body } });
const create = (recordedId, body) => ({ ...post('/instance/create', body), expect: 201, recordedId });
const evolution = (instanceName, token, number, more) => ({ instanceName, token, number, integration: 'EVOLUTION', ...more });
const selection = (name, events) => ({
  ...post(`/websocket/set/${name}`, { websocket: { enabled: events !== null, events: events ?? [] } }),
  expect: 201,
});
const message = (numberId, id) => {
  const key = { id, remoteJid: '5511988887777@s.whatsapp.net', fromMe: false };
  return { ...post('/webhook/evolution', { numberId, key, message: { conversation: id } }), expect: 200 };
};

/** Steps before a record: `{file, before: <record>, why, steps}`. `recordedId` is the id that the recording knows. */
export const silentSetup = [
  {
    file: 'sio-handshake',
    before: 'nokey',
    why: 'the instances whose tokens and namespaces the Socket.IO files of configuration A use',
    steps: [
      create('20c83860-5883-4750-a08c-b6f79fa561dc', evolution('sio1', 'stok1', '551111')),
      create(undefined, evolution('sio2', 'stok2', '552222')),
    ],
  },
  {
    file: 'sio-handshake',
    before: 'poll-connect-post',
    why: 'the handshake of the polling connection that the next records use',
    steps: [{ pollingConnection: 'vMnooLQhlosxTUAUAAAG' }],
  },
  {
    file: 'sio-namespaces',
    before: 'ns-event-but-not-set',
    why: 'the event that gives the record its name',
    steps: [message('552222', 'S2')],
  },
  {
    file: 'sio-events-evolution',
    before: 'subset-filter',
    why: 'the selection that gives the record its name: of the events of a message, contacts.upsert passed',
    steps: [selection('sio1', ['CONTACTS_UPSERT'])],
  },
  {
    file: 'sio-events-evolution',
    before: 'disabled-filter',
    why: 'the selection that gives the record its name; the records after it are of an enabled websocket again',
    steps: [selection('sio1', null)],
  },
  {
    file: 'sio-events-evolution',
    before: 'client-custom-event',
    why: 'as above: the deletion was delivered, so the websocket was enabled again',
    steps: [selection('sio1', [])],
  },
  {
    file: 'sio-events-global',
    before: 'filter-does-not-apply-to-global',
    why: 'the selection that gives the record its name: none of the events of a message passed to the namespace',
    steps: [selection('g2', ['CALL'])],
  },
  {
    file: 'sio-events-global',
    before: 'disabled-still-global',
    why: 'the selection that gives the record its name',
    steps: [selection('g2', null)],
  },
  {
    file: 'sio-events-global',
    before: 'ordering-experiment',
    why: 'the instance of the measurement',
    steps: [create(undefined, evolution('ordered', 'otok', '663333', { websocket: { enabled: true, events: [] } }))],
  },
  {
    file: 'rest-security',
    before: 'empty-name-instance-emits-on-root',
    why: 'the instance without a name, which our server refuses',
    steps: [{ ...post('/instance/create', evolution('', 'emp', '4321')), expect: 400 }],
  },
  {
    file: 'sio-events-baileys-injected',
    before: 'qrcode.updated',
    why: 'the instance into which the events are injected',
    steps: [
      create('68bdec4d-17cc-47e7-a5e1-b062ab56efe1', {
        instanceName: 'bay', token: 'baytok', integration: 'WHATSAPP-BAILEYS', qrcode: false,
        websocket: { enabled: true, events: [] },
      }),
    ],
  },
  {
    file: 'sio-security-and-restart',
    before: 'instance-token-sees-other-tenants-on-root',
    why: 'the tenants of the file',
    steps: [
      create(undefined, evolution('tenant1', 'tt1', '901', { websocket: { enabled: true, events: [] } })),
      create('e5e2e830-23ca-49ec-9f70-0ace4e8d44b1', evolution('tenant2', 'tt2', '902', { websocket: { enabled: true, events: [] } })),
      create(undefined, { instanceName: 'victim', token: 'vtok', integration: 'WHATSAPP-BAILEYS', qrcode: false }),
    ],
  },
  {
    file: 'sio-security-and-restart',
    before: 'after-restart-namespace',
    why: 'the restart that gives the record its name',
    steps: [{ restart: true }],
  },
  {
    file: 'sio-security-and-restart',
    before: 'after-restart-first-event',
    why: 'the event that gives the record its name',
    steps: [message('901', 'FIRST')],
  },
];

/** Recorded sockets by their names: a namespace with the global key, unless a token is named. */
export function clientOf(file, socket) {
  const nsp = socket.startsWith('root') ? '/' : socket.split(' ')[0];
  const apikey = tokens[`${file} ${socket}`] ?? key;
  // Configuration B lets loopback in without a key, and its clients had none.
  return file === 'sio-events-global' || file === 'cors-tz-expose' ? { nsp } : { nsp, query: { apikey } };
}

const tokens = {
  'sio-events-evolution /sio1 (foreign token)': 'stok2',
  'sio-security-and-restart root with tenant1 token': 'tt1',
  'sio-security-and-restart /tenant1': 'tt1',
};

/** Records whose client leaves before the trigger and comes back after it. */
export const detours = {
  'sio-security-and-restart#no-replay': {
    before: async ([{ listener }]) => listener.leave(),
    after: async ([{ listener }]) => void (await listener.connect()),
  },
};
