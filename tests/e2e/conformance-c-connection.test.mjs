// What the test suite of socket.io-client asks of a server, second part: how connections come, go and come back.
import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, it } from 'node:test';
import { io, Manager } from 'socket.io-client';
import { ConformanceServer, describeProfile, once } from './support/conformance.mjs';
import { eventually, Inbox, next } from './support/wait.mjs';

const quick = { reconnectionDelay: 10, reconnectionDelayMax: 40, randomizationFactor: 0, autoUnref: true };

/** An address at which nobody listens. */
async function deadUrl() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await next(server, 'listening');
  const { port } = server.address();
  server.close();
  await next(server, 'close');
  return `http://127.0.0.1:${port}`;
}

describeProfile('C', [], (world) => {
  const openAt = (url, options) => world.keep(io(url, { ...quick, ...options }));
  const open = (nsp = '/', options = {}) => openAt(`${world.url}${nsp}`, { forceNew: true, ...options });
  const connect = async (nsp, options) => {
    const socket = open(nsp, options);
    await once(socket, 'connect');
    return socket;
  };
  const managed = (options = {}, url = world.url) => {
    const manager = new Manager(url, { ...quick, ...options });
    world.keep({ close: () => manager._close() });
    return manager;
  };
  const alive = async (socket) => assert.equal(await socket.timeout(5000).emitWithAck('echo', 'alive'), 'alive');

  describe('one connection or several', () => {
    it('a second namespace shares the connection', async () => {
      const [main, foo] = [openAt(world.url), openAt(`${world.url}/foo`)];
      assert.equal(main.io, foo.io);
      await Promise.all([main, foo].map((socket) => once(socket, 'connect')));
      assert.notEqual(main.id, foo.id);
      assert.equal(await foo.emitWithAck('getId'), foo.id);
      assert.equal(await main.emitWithAck('getId'), main.id);
      main.disconnect();
      foo.disconnect();
    });

    const apart = {
      'the same namespace twice': ['/', {}, '/', {}],
      'forceNew': ['/', {}, '/foo', { forceNew: true }],
      'multiplex: false': ['/', {}, '/foo', { multiplex: false }],
      'another query in the URL': ['/?n=1', {}, '/?n=2', {}],
    };
    for (const [what, [nsp, options, nsp2, options2]] of Object.entries(apart)) {
      it(`${what}: two connections`, async () => {
        const sockets = [openAt(world.url + nsp, options), openAt(world.url + nsp2, options2)];
        assert.notEqual(sockets[0].io, sockets[1].io);
        await Promise.all(sockets.map((socket) => once(socket, 'connect')));
        assert.notEqual(sockets[0].io.engine.id, sockets[1].io.engine.id);
        for (const socket of sockets) socket.disconnect();
      });
    }

    it('a namespace may join when the connection is there already', async () => {
      const main = await connect();
      const foo = world.keep(main.io.socket('/foo'));
      await once(foo, 'connect');
      assert.equal(foo.io.engine, main.io.engine);
    });

    it('a namespace opens the connection again when it is closed', async () => {
      const main = await connect();
      main.disconnect();
      await eventually('the manager is closed', () => main.io._readyState === 'closed');
      const foo = world.keep(main.io.socket('/foo'));
      await once(foo, 'connect');
      foo.disconnect();
    });

    it('one leaves, the other stays', async () => {
      const main = await connect();
      const foo = world.keep(main.io.socket('/foo'));
      await once(foo, 'connect');
      foo.disconnect();
      await alive(main);
      await once(foo.connect(), 'connect');
      assert.equal(main.connected, true);
    });

    it('one connects while another one disconnects', async () => {
      const main = managed();
      const foo = main.socket('/foo');
      await once(foo, 'connect');
      const asd = main.socket('/asd');
      const joined = once(asd, 'connect');
      foo.disconnect();
      await joined;
    });

    it('a name behind "#" is no part of the address', async () => alive(await connect('/#name')));
  });

  describe('the state of a session', () => {
    it('connected, active and id', async () => {
      const socket = open('/', { autoConnect: false });
      assert.deepEqual([socket.connected, socket.active, socket.id], [false, false, undefined]);
      socket.connect();
      assert.deepEqual([socket.connected, socket.active], [false, true]);
      await once(socket, 'connect');
      assert.deepEqual([socket.connected, socket.disconnected, typeof socket.id], [true, false, 'string']);
      const left = once(socket, 'disconnect');
      socket.disconnect();
      assert.equal(await left, 'io client disconnect');
      assert.deepEqual([socket.connected, socket.active, socket.id], [false, false, undefined]);
    });

    it('the upgrade takes place, and the session stays', async () => {
      const socket = open();
      await once(socket, 'connect');
      const { id } = socket;
      if (socket.io.engine.transport.name !== 'websocket') await once(socket.io.engine, 'upgrade');
      assert.equal(socket.io.engine.transport.name, 'websocket');
      assert.equal(socket.id, id);
      await alive(socket);
    });

    it('transports in another order, and upgrade: false', async () => {
      for (const [options, name] of [[{ transports: ['websocket', 'polling'] }, 'websocket'], [{ upgrade: false }, 'polling']]) {
        const socket = await connect('/', options);
        await alive(socket);
        assert.equal(socket.io.engine.transport.name, name);
      }
    });

    it('a session is gone for the server when it comes back under another id', async () => {
      const socket = await connect('/foo');
      const before = socket.id;
      socket.disconnect().connect();
      await once(socket, 'connect');
      assert.notEqual(socket.id, before);
      assert.equal(await socket.emitWithAck('getId'), socket.id);
    });
  });

  describe('events of the manager', () => {
    it('open, ping, packet, close', async () => {
      const manager = managed({ transports: ['websocket'] });
      const log = [];
      for (const name of ['open', 'ping', 'close']) manager.on(name, () => log.push(name));
      const packets = new Inbox();
      manager.on('packet', (packet) => packets.push(packet));
      const socket = manager.socket('/');
      await once(socket, 'connect');
      assert.equal((await packets.next()).type, 0);
      await once(manager, 'ping');
      await alive(socket);
      const closed = once(manager, 'close');
      socket.disconnect();
      assert.equal(await closed, 'forced close');
      assert.deepEqual(log, ['open', 'ping', 'close']);
    });

    it('reconnect_attempt and reconnect, with their numbers', async () => {
      const manager = managed();
      const socket = manager.socket('/');
      await once(socket, 'connect');
      const attempts = [];
      manager.on('reconnect_attempt', (n) => attempts.push(n));
      const back = once(manager, 'reconnect');
      manager.engine.close();
      assert.equal(await back, 1);
      assert.deepEqual(attempts, [1]);
    });

    it('reconnect_error and reconnect_failed when nobody listens there', async () => {
      const manager = managed({ reconnectionAttempts: 3 }, await deadUrl());
      const log = [];
      for (const name of ['error', 'reconnect_attempt', 'reconnect_error', 'reconnect_failed', 'open']) manager.on(name, () => log.push(name));
      const socket = manager.socket('/');
      socket.on('connect_error', () => log.push('connect_error'));
      await once(manager, 'reconnect_failed');
      assert.equal(log.filter((x) => x === 'reconnect_attempt').length, 3);
      assert.equal(log.filter((x) => x === 'reconnect_error').length, 3);
      assert.equal(log.filter((x) => x === 'connect_error').length, 4);
      assert.ok(!log.includes('open'));
    });

    it('delays of attempts grow', async () => {
      const manager = managed({ reconnectionAttempts: 3, reconnectionDelay: 60, reconnectionDelayMax: 1000 }, await deadUrl());
      const times = [];
      manager.on('error', () => times.push(performance.now()));
      manager.on('reconnect_attempt', () => times.push(performance.now()));
      manager.socket('/');
      await once(manager, 'reconnect_failed');
      const delays = [1, 3, 5].map((i) => times[i] - times[i - 1]);
      assert.ok(delays[0] < delays[1] && delays[1] < delays[2], String(delays));
    });

    it('reconnection: false tries once', async () => {
      const manager = managed({ reconnection: false }, await deadUrl());
      let attempts = 0;
      manager.on('reconnect_attempt', () => ++attempts);
      const socket = manager.socket('/timeout_socket');
      assert.equal((await once(socket, 'connect_error')).type, 'TransportError');
      assert.equal(attempts, 0);
    });

    it('a time limit of nothing: the attempt fails, whatever the server does', async () => {
      const manager = managed({ timeout: 0, reconnectionAttempts: 2 });
      const socket = manager.socket('/timeout_socket');
      assert.equal((await once(socket, 'connect_error')).message, 'timeout');
      await once(manager, 'reconnect_failed');
    });
  });

  describe('coming back', () => {
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
      const name = transports.join(', then ');

      it(`${name}: by itself after the engine has closed, as a new session`, async () => {
        const socket = await connect('/', { transports });
        const { id } = socket;
        const lost = once(socket, 'disconnect');
        const back = once(socket, 'connect');
        socket.io.engine.close();
        assert.equal(await lost, 'forced close');
        await back;
        assert.ok(socket.recovered || socket.id !== id);
        await alive(socket);
      });

      it(`${name}: every namespace comes back`, async () => {
        const main = await connect('/', { transports });
        const foo = world.keep(main.io.socket('/foo'));
        await once(foo, 'connect');
        const back = [main, foo].map((socket) => once(socket, 'connect'));
        main.io.engine.close();
        await Promise.all(back);
        assert.equal(await foo.emitWithAck('getId'), foo.id);
      });

      it(`${name}: again and again`, async () => {
        const socket = await connect('/', { transports });
        for (let i = 0; i < 5; ++i) {
          const back = once(socket, 'connect');
          socket.io.engine.close();
          await back;
          await alive(socket);
        }
      });
    }

    it('by hand', async () => {
      const socket = await connect('/', { reconnection: false });
      const lost = once(socket, 'disconnect');
      socket.io.engine.close();
      await lost;
      const back = once(socket, 'connect');
      socket.connect();
      await back;
      await alive(socket);
    });

    it('by itself after it came back by hand', async () => {
      const socket = await connect();
      socket.disconnect();
      const back = once(socket, 'connect');
      socket.connect();
      await back;
      const again = once(socket.io, 'reconnect');
      socket.io.engine.close();
      await again;
    });

    it('not after disconnect()', async () => {
      const socket = await connect();
      let attempts = 0;
      socket.io.on('reconnect_attempt', () => ++attempts);
      socket.disconnect();
      await connect();
      assert.equal(attempts, 0);
    });

    it('disconnect() between two attempts ends them', async () => {
      const manager = managed({}, await deadUrl());
      const socket = manager.socket('/');
      let attempts = 0;
      manager.on('reconnect_attempt', () => ++attempts);
      await once(manager, 'reconnect_error');
      socket.disconnect();
      const then = attempts;
      await connect();
      assert.equal(attempts, then);
    });

    it('one session gives up, the other one of the connection comes back', async () => {
      const manager = managed();
      const [gives, goes] = [manager.socket('/'), manager.socket('/asd')];
      await Promise.all([gives, goes].map((socket) => once(socket, 'connect')));
      const back = once(goes, 'connect');
      const attempted = once(manager, 'reconnect_attempt');
      manager.engine.close();
      await attempted;
      gives.disconnect();
      await back;
      assert.equal(gives.connected, false);
    });

    it('what is emitted meanwhile arrives, in order', async () => {
      const socket = await connect();
      const lost = once(socket, 'disconnect');
      socket.io.engine.close();
      await lost;
      const answers = new Inbox();
      for (let i = 0; i < 20; ++i) socket.emit('echo', i, (x) => answers.push(x));
      assert.deepEqual(await answers.take(20), Array.from({ length: 20 }, (_, i) => i));
    });

    it('after the server was away', async () => {
      const server = await ConformanceServer.start('C');
      try {
        const sockets = ['websocket', 'polling'].map((transport) => openAt(server.url, { forceNew: true, transports: [transport] }));
        await Promise.all(sockets.map((socket) => once(socket, 'connect')));
        const reasons = sockets.map((socket) => once(socket, 'disconnect'));
        await server.end('SIGTERM');
        for (const reason of await Promise.all(reasons)) assert.match(reason, /^transport (close|error)$/);
        const back = sockets.map((socket) => once(socket, 'connect'));
        await server.restart();
        await Promise.all(back);
        for (const socket of sockets) await alive(socket);
        for (const socket of sockets) socket.disconnect();
      } finally {
        await server.stop();
      }
    });
  });
});
