// Clients of the event streams: server-sent events read by hand, and a plain WebSocket.
import http from 'node:http';
import https from 'node:https';
import WebSocket from 'ws';
import { collect } from './http.mjs';
import { Inbox, within } from './wait.mjs';

/** Everybody is told of a new instance, also who came right behind it: left out, as with clients of Socket.IO. */
const ofTheServer = 'instance.create';

/** One stream of server-sent events. `records`: what a blank line ended, as `{event, data, id, comment}`. */
export class SseClient {
  records = new Inbox();
  comments = new Inbox();
  #rest = '';

  /** The client, or the answer that refused it. */
  static async open(base, path, { headers = {} } = {}) {
    const url = new URL(path, base);
    const module = url.protocol === 'https:' ? https : http;
    const response = await within(
      new Promise((resolve, reject) => {
        module.get(url, { headers, agent: false, rejectUnauthorized: false }, resolve).on('error', reject);
      }),
      `answer to GET ${path}`,
    );
    return response.statusCode === 200 ? new SseClient(response) : await collect(response);
  }

  constructor(response) {
    this.response = response;
    this.headers = response.headers;
    response.setEncoding('utf8');
    response.on('data', (text) => this.#take(text));
    this.ended = new Promise((resolve) => response.once('close', resolve));
  }

  #take(text) {
    this.#rest += text;
    for (let end; (end = this.#rest.indexOf('\n\n')) >= 0; this.#rest = this.#rest.slice(end + 2)) {
      const lines = this.#rest.slice(0, end).split('\n');
      if (lines.every((line) => line.startsWith(':'))) {
        for (const line of lines) this.comments.push(line.slice(1).trim());
        continue;
      }
      const fields = { data: [] };
      for (const line of lines) {
        const [, name, value] = /^(\w+): (.*)$/s.exec(line);
        if (name === 'data') fields.data.push(value);
        else fields[name] = value;
      }
      if (fields.event !== ofTheServer) this.records.push({ ...fields, data: fields.data.join('\n') });
    }
  }

  /** The next event: its name and its envelope. */
  async next() {
    const [record] = await this.records.take(1, 'events');
    return { name: record.event, id: record.id, envelope: JSON.parse(record.data) };
  }

  close() {
    this.response.destroy();
  }
}

/** One plain WebSocket of events. */
export class StreamSocket {
  messages = new Inbox();

  static async open(base, path, options = {}) {
    const client = new StreamSocket(new WebSocket(new URL(path, base.replace(/^http/, 'ws')), { rejectUnauthorized: false, ...options }));
    await within(Promise.race([client.opened, client.closed]), `WebSocket ${path}`);
    return client;
  }

  constructor(socket) {
    this.socket = socket;
    this.opened = new Promise((resolve) => socket.once('open', resolve));
    this.closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })));
    socket.on('message', (bytes, isBinary) => this.#take(bytes.toString(), isBinary));
    socket.on('error', () => {});
  }

  #take(text, isBinary) {
    const envelope = JSON.parse(text);
    if (envelope.event !== ofTheServer) this.messages.push({ envelope, isBinary });
  }

  async next() {
    return (await this.messages.take(1, 'messages'))[0];
  }

  close() {
    this.socket.terminate();
  }
}
