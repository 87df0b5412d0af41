// Bench peer: emits events as the WebSocket controller of Evolution API does, with express 4 and socket.io 4.
//
//   API_KEY=... [PORT=0] [INSTANCES=1] [GLOBAL_EVENTS=true] NODE_ENV=production node server.mjs
//
// Simplified in its favour: settings and tokens of instances are in memory where Evolution API asks its database for
// each event, nothing is logged per event, and no other channel (webhook, broker) is awaited.
import http from 'node:http';
import express from 'express';
import { Server } from 'socket.io';

const globalKey = process.env.API_KEY;
if (!globalKey) throw new Error('API_KEY is not set');
const emitsGlobally = process.env.GLOBAL_EVENTS === 'true';
const keylessHosts = (process.env.ALLOWED_HOSTS ?? '127.0.0.1,::1,::ffff:127.0.0.1').split(',');
const defaultEvents = 'MESSAGES_UPSERT,CONNECTION_UPDATE,QRCODE_UPDATED,SEND_MESSAGE';
const subscribedEvents = (process.env.EVENTS ?? defaultEvents).split(',');

/** Settings by instance name. */
const instances = new Map();
/** Instance names by token. */
const tokens = new Map();

const app = express();
app.use(express.json({ limit: '136mb' }));
const server = http.createServer(app);
const io = new Server(server, { cors: { origin: '*' }, allowRequest: admit });
io.on('connection', (socket) => socket.on('disconnect', () => {}));

async function admit(request, answer) {
  const query = new URL(request.url ?? '', 'http://localhost').searchParams;
  if (query.has('EIO') && keylessHosts.includes(request.socket.remoteAddress)) return answer(null, true);
  const key = query.get('apikey') || request.headers.apikey;
  if (!key) return answer('apiKey is required', false);
  if (key !== globalKey && !tokens.has(key)) return answer('Invalid global token', false);
  answer(null, true);
}

function addInstance(name) {
  const instance = { enabled: true, events: subscribedEvents, token: `token-${name}` };
  instances.set(name, instance);
  tokens.set(instance.token, name);
  io.of(`/${name}`);
}

async function emit(instanceName, { event, data, server_url, date_time, sender, apikey }) {
  const settingName = event.replace(/[.-]/g, '_').toUpperCase();
  const envelope = { event, instance: instanceName, data, server_url, date_time, sender, apikey };
  if (emitsGlobally) io.emit(event, envelope);
  const instance = instances.get(instanceName);
  if (instance?.enabled && instance.events.includes(settingName)) io.of(`/${instanceName}`).emit(event, envelope);
}

app.post('/event/emit/:instance', async (request, response) => {
  if (typeof request.body?.event !== 'string') return response.status(400).json({ error: 'event is required' });
  await emit(request.params.instance, request.body);
  response.status(200).json({ ok: true });
});

for (let i = 0; i < Number(process.env.INSTANCES ?? 1); i++) addInstance(`inst${i}`);
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', 4096, () => {
  console.log(`listening on ${server.address().port}`);
});
