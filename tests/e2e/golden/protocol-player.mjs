// A server that says what was recorded (or a variation of it) to whoever connects: for the negative controls.
import net from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import { Inbox } from '../support/wait.mjs';
import { bytesOf, payloadOfFrame, recordedFrame } from './protocol-recordings.mjs';

/** A frame as a server sends it. */
function serverFrame(line) {
  const payload = payloadOfFrame(line);
  if (payload.length > 125) throw new Error('only short frames are played');
  return Buffer.concat([Buffer.from([(line.fin ? 0x80 : 0) | line.opcode, payload.length]), payload]);
}

function wireBytes(line) {
  if (line.kind === 'tcp-end') return undefined;
  if (line.kind !== 'ws-frame') return bytesOf(line);
  return line.dir === 'c2s' ? recordedFrame(line) : serverFrame(line);
}

/**
 * Plays the lines of one case, in their order, on connections that are taken in the order of their first line.
 * `keepsTime`: the timers of the recorded server run.
 */
export class Player {
  #sockets = new Map();
  #accepted = new Inbox();

  static async start(lines, { keepsTime = true } = {}) {
    const player = new Player();
    player.server = net.createServer((socket) => player.#accepted.push(new Peer(socket)));
    await new Promise((resolve) => player.server.listen(0, '127.0.0.1', resolve));
    player.port = player.server.address().port;
    const script = lines.map((line, i) => ({ line, bytes: wireBytes(line), silence: line.ms - lines[i - 1]?.ms }));
    // A client that goes another way leaves the player waiting; what it did wrong is seen at its side.
    player.#play(script, keepsTime).catch(() => {});
    return player;
  }

  async #play(script, keepsTime) {
    for (const { line, bytes, silence } of script) {
      if (!this.#sockets.has(line.conn)) this.#sockets.set(line.conn, await this.#accepted.next('a connection'));
      const peer = this.#sockets.get(line.conn);
      if (line.kind === 'tcp-end') await (line.by === 'server' ? peer.socket.end() : peer.ended);
      else if (line.dir === 'c2s') await peer.take(bytes.length);
      else {
        if (keepsTime && silence > 0) await pass(silence);
        peer.socket.write(bytes);
      }
    }
  }

  stop() {
    for (const { socket } of [...this.#sockets.values(), ...this.#accepted.unread]) socket.destroy();
    this.server.close();
  }
}

class Peer {
  #bytes = 0;
  #wake = () => {};

  constructor(socket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#bytes += chunk.length;
      this.#wake();
    });
  }

  async take(length) {
    await new Promise((resolve) => {
      this.#wake = () => this.#bytes >= length && resolve();
      this.#wake();
    });
    this.#bytes -= length;
  }
}
