// A server that says what was recorded (or a variation of it) to whoever connects: for the negative controls.
import net from 'node:net';
import { Inbox } from '../support/wait.mjs';
import { bytesOf, payloadOfFrame, recordedFrame } from './protocol-recordings.mjs';

/** A frame as a server sends it. */
function serverFrame(line) {
  const payload = payloadOfFrame(line);
  if (payload.length > 125) throw new Error('only short frames are played');
  return Buffer.concat([Buffer.from([(line.fin ? 0x80 : 0) | line.opcode, payload.length]), payload]);
}

/** Plays the lines of one case, in their order, on connections that are taken in the order of their first line. */
export class Player {
  #sockets = new Map();
  #accepted = new Inbox();

  static async start(lines) {
    const player = new Player();
    player.server = net.createServer((socket) => player.#accepted.push(new Peer(socket)));
    await new Promise((resolve) => player.server.listen(0, '127.0.0.1', resolve));
    player.port = player.server.address().port;
    player.played = player.#play(lines);
    // Who looks at the client's side sees by that what went wrong.
    player.played.catch(() => {});
    return player;
  }

  async #play(lines) {
    for (const line of lines) {
      if (!this.#sockets.has(line.conn)) this.#sockets.set(line.conn, await this.#accepted.next('a connection'));
      const peer = this.#sockets.get(line.conn);
      if (line.kind === 'tcp-end') await (line.by === 'server' ? peer.socket.end() : peer.ended);
      else if (line.dir === 'c2s') await peer.take((line.kind === 'ws-frame' ? recordedFrame(line) : bytesOf(line)).length);
      else peer.socket.write(line.kind === 'ws-frame' ? serverFrame(line) : bytesOf(line));
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
