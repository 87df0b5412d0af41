// What a service manager hears of the server by the protocol of sd_notify(3).
import path from 'node:path';
import { Process, repository, temporaryDirectory } from './server.mjs';

const script = path.join(repository, 'tests/e2e/support/notify_listener.py');

export class NotifyListener {
  #process;

  /** Listens at `address`; by default at a path of its own. */
  static async open(address = path.join(temporaryDirectory(), 'notify')) {
    const listener = new NotifyListener();
    listener.address = address;
    listener.#process = new Process([script, address], {}, temporaryDirectory(), '/usr/bin/python3');
    await listener.#process.says(/^listening$/m);
    return listener;
  }

  /** All datagrams so far, each as an object of its lines. */
  get heard() {
    const lines = this.#process.output.split('\n').filter((line) => line.startsWith('"'));
    return lines.map((line) => Object.fromEntries(JSON.parse(line).split('\n').map((x) => x.split(/=(.*)/s))));
  }

  /** The first datagram with a line that begins so, once it is there. */
  async hears(start) {
    await this.#process.says(new RegExp(`["n]${start}`));
    const [name, text] = start.split('=');
    return this.heard.find((x) => x[name]?.startsWith(text));
  }

  async close() {
    await this.#process.end('SIGKILL');
  }
}
