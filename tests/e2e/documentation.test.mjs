// The example of Evolution's documentation, as people copy it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { io } from 'socket.io-client';
import { Server } from './support/server.mjs';
import { within } from './support/wait.mjs';

describe("the example of Evolution's documentation", () => {
  let server;
  let tenant;
  before(async () => {
    server = await Server.start({ tls: true, env: { WEBSOCKET_GLOBAL_EVENTS: 'true' } });
    tenant = await server.createInstance({ events: null });
  });
  after(() => server?.stop());

  it("io('wss://host', {transports: ['websocket']}): connect, an event, disconnect", async () => {
    const log = [];
    let done;
    const step = (text) => {
      log.push(text);
      done?.();
    };
    const reached = (count, what) =>
      within(new Promise((resolve) => ((done = () => log.length >= count && resolve()), done())), what);

    // The self-signed certificate of the test needs one more option than the documentation has.
    const socket = io(`wss://127.0.0.1:${server.port}?apikey=${server.key}`, {
      transports: ['websocket'],
      rejectUnauthorized: false,
    });
    try {
      socket.on('connect', () => step('Connected to the Evolution API WebSocket'));
      socket.on('messages.upsert', (data) => step(`Event received: ${data.event} of ${data.instance}: ${JSON.stringify(data.data)}`));
      socket.on('disconnect', () => step('Disconnected from the Evolution API WebSocket'));

      await reached(1, 'connect');
      await server.emit(tenant, 'messages.upsert', { text: 'hello' });
      await reached(2, 'event');
      socket.disconnect();
      await reached(3, 'disconnect');
      assert.deepEqual(log, [
        'Connected to the Evolution API WebSocket',
        `Event received: messages.upsert of ${tenant.name}: {"text":"hello"}`,
        'Disconnected from the Evolution API WebSocket',
      ]);
    } finally {
      socket.disconnect();
    }
  });

  it('the same without a key: the client can read why it is not let in', async () => {
    const socket = io(`wss://127.0.0.1:${server.port}`, { transports: ['websocket'], rejectUnauthorized: false, forceNew: true });
    try {
      const error = await within(new Promise((resolve) => socket.on('connect_error', resolve)), 'connect_error');
      assert.equal(error.message, 'apiKey is required');
      assert.equal(typeof error.data.hint, 'string');
    } finally {
      socket.disconnect();
    }
  });
});
