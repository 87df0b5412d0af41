// Socket.IO on the wire, frame by frame, as the official suite of the protocol looks at it; the Engine.IO below it is in
// conformance-a.test.mjs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeProfile, duration } from './support/conformance.mjs';
import { EngineSocket, payload, PollingSession } from './support/engineio.mjs';
import { patience } from './support/wait.mjs';

const pingInterval = 300;
const pingTimeout = 200;
const connectTimeout = 1000;

/** A client's clock may have begun after the server's by so much, and so things come early. */
const early = 40;

describeProfile('A', [], (world) => {
  const path = '/socket.io/';
  const open = async () => world.keep(await EngineSocket.open(world.url, path));

  /** A connection in the main namespace; CONNECT answer and `auth` are read. */
  async function connected() {
    const socket = await open();
    socket.send('40');
    assert.match(await socket.next(), /^40\{"sid":"/);
    await socket.gets('42["auth",{}]');
    return socket;
  }

  function assertSid(packet, head) {
    assert.equal(packet.slice(0, head.length), head);
    const answer = JSON.parse(packet.slice(head.length));
    assert.deepEqual(Object.keys(answer), ['sid']);
    assert.ok(typeof answer.sid === 'string' && answer.sid.length > 0);
  }

  describe('connect', () => {
    for (const [nsp, head] of [['the main namespace', '40'], ['a custom namespace', '40/custom,']]) {
      for (const auth of [undefined, { token: '123', nested: [1, null] }]) {
        it(`to ${nsp} ${auth ? 'with' : 'without'} a payload`, async () => {
          const socket = await open();
          const sent = auth ? head + JSON.stringify(auth) : head;
          socket.send(auth ? sent : head.replace(/,$/, ''));
          assertSid(await socket.next(), head);
          await socket.gets(`42${head.slice(2)}["auth",${JSON.stringify(auth ?? {})}]`);
        });
      }
    }

    it('to an unknown namespace is refused', async () => {
      const socket = await open();
      socket.send('40/random');
      await socket.gets('44/random,{"message":"Invalid namespace"}');
    });

    it('with a packet that is none ends the connection', async () => {
      const socket = await open();
      socket.send('4abc');
      await socket.end();
    });

    it('a connection that never connects is closed', async () => {
      await (await open()).end();
    });

    it('a connection that only pongs is closed after the connect timeout', async () => {
      const socket = await open();
      socket.socket.on('message', (data) => data.toString() === '2' && socket.send('3'));
      const took = await duration(socket.end());
      assert.ok(took > connectTimeout - early && took < connectTimeout + 250 * patience, `closed after ${took} ms`);
    });
  });

  describe('disconnect', () => {
    it('from the main namespace: no answer, the next frame is the ping, in time', async () => {
      const limit = pingInterval + (patience - 1) * 100;
      const waits = [];
      // A single try in three may be spoilt by a busy machine.
      while (!waits.some((ms) => ms < limit) && waits.length < 3) {
        const socket = await connected();
        socket.send('41');
        waits.push(await duration(socket.gets('2')));
      }
      assert.ok(waits.at(-1) < limit, `ping so many milliseconds after the DISCONNECT: ${waits}`);
    });

    it('from a custom namespace: the main one goes on', async () => {
      const socket = await connected();
      socket.send('40/custom');
      assertSid(await socket.next(), '40/custom,');
      await socket.gets('42/custom,["auth",{}]');
      socket.send('41/custom', '42["message","still here"]');
      await socket.gets('42["message-back","still here"]');
    });
  });

  describe('messages', () => {
    const first = Buffer.from([1, 2, 3]);
    const second = Buffer.from([4, 5, 6]);
    const two = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
    const exchanges = {
      'an event': [['42["message",1,"2",{"3":[true]}]'], ['42["message-back",1,"2",{"3":[true]}]']],
      'an event with attachments': [[`452-["message",${two}]`, first, second], [`452-["message-back",${two}]`, first, second]],
      'an event with an ack': [['42456["message-with-ack",1,"2",{"3":[false]}]'], ['43456[1,"2",{"3":[false]}]']],
      'an event with attachments and an ack': [[`452-789["message-with-ack",${two}]`, first, second], [`462-789[${two}]`, first, second]],
    };
    for (const [what, [sent, expected]] of Object.entries(exchanges)) {
      it(what, async () => {
        const socket = await connected();
        socket.send(...sent);
        await socket.gets(...expected);
      });
    }

    const broken = {
      'an unknown packet type': '4abc',
      'a payload that is no array': '42{}',
      'an ack id that is no number': '42abc["message-with-ack",1,"2",{"3":[false]}]',
      'an event without a name': '42[]',
      'a second CONNECT': '40',
      'an event for a namespace not joined': '42/custom,["message"]',
    };
    for (const [what, packet] of Object.entries(broken)) {
      it(`${what} ends the connection`, async () => {
        const socket = await connected();
        const since = performance.now();
        socket.send(packet);
        await socket.end();
        const took = performance.now() - since;
        assert.ok(took < pingInterval + pingTimeout - early, `closed only by the heartbeat, after ${took} ms`);
      });
    }

    it('over polling a broken packet is answered with "1"', async () => {
      const session = await PollingSession.open(world.url, path);
      await session.puts('40');
      const text = (await session.get()).text;
      if (!text.includes('"auth"')) await session.gets('42["auth",{}]');
      const held = session.get();
      await session.puts('42{}');
      assert.equal((await held).text, payload('1'));
      await session.assertGone();
    });
  });
});
