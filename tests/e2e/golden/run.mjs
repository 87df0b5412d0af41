// One configuration of the recordings, replayed against one server of ours.
import assert from 'node:assert/strict';
import { newKey, Server } from '../support/server.mjs';
import { compare } from './compare.mjs';
import { environment, recordedKey } from './configuration.mjs';
import { replayHttp, replayUpgrade, send } from './http-replay.mjs';
import { Identities } from './identities.mjs';
import { measures } from './measure.mjs';
import { records } from './recordings.mjs';
import { silentSetup } from './setup.mjs';
import { replayConnect, replayEvents } from './sio-replay.mjs';

const replays = { http: replayHttp, 'ws-upgrade': replayUpgrade, 'sio-connect': replayConnect, 'sio-events': replayEvents };

export class Run {
  /** Connected clients by file and name: see sio-replay. */
  listeners = new Map();
  identities = new Identities();
  #kept = [];
  #delivered = new Map();

  constructor(configuration) {
    this.host = configuration.host;
    this.records = configuration.files.flatMap(records);
    this.config = configuration.config ?? this.records[0].config;
  }

  async start() {
    const key = newKey().slice(0, recordedKey.length).toUpperCase();
    this.identities.learn(recordedKey, key);
    this.server = await Server.start({ env: environment(this.config), key });
  }

  async stop() {
    for (const client of this.#kept) client.close();
    await this.server?.stop();
  }

  keep(client) {
    this.#kept.push(client);
    return client;
  }

  /** The first event that the first socket of a record got from our server. */
  lastDelivered(file, id) {
    return this.#delivered.get(`${file}#${id}`)?.[0]?.delivered[0];
  }

  /** Replays one record; all differences that `differences` does not list. */
  async replay(record, differences) {
    for (const { steps } of silentSetup.filter((x) => x.file === record.file && x.before === record.id)) {
      for (const step of steps) await this.#prepare(step);
    }
    const { theirs, ours } = await this.#replayed(record);
    this.#delivered.set(`${record.file}#${record.id}`, ours.delivered);
    return compare(theirs, ours, {
      identities: this.identities,
      listed: (pointer) => differences.at(record.file, record.id, pointer),
      ...volatileOf(record),
    });
  }

  async #replayed(record) {
    const measure = measures[`${record.file}#${record.id}`];
    if (measure) return await measure(this, record, this.records.filter(({ file }) => file === record.file));
    return await replays[record.kind](this, record);
  }

  async #prepare({ request, expect, recordedId, pollingConnection, restart }) {
    if (restart) {
      await this.server.end('SIGTERM');
      await this.server.restart();
    } else if (pollingConnection) {
      const path = `/socket.io/?EIO=4&transport=polling&apikey=${recordedKey}`;
      const { text } = await send(this, this.identities.toOurs({ method: 'GET', path }));
      this.identities.learn(pollingConnection, JSON.parse(text.slice(1)).sid);
    } else {
      const answer = await send(this, this.identities.toOurs(request));
      assert.equal(answer.status, expect, `set-up ${JSON.stringify(request)}: ${answer.text}`);
      if (recordedId) this.identities.learn(recordedId, answer.json.instance.instanceId);
    }
  }
}

/** Where values of a record may differ: as it says, and every id and time where it says nothing. */
function volatileOf({ kind, volatile = [], response }) {
  if (kind === 'http') return { volatile: volatile.map((x) => `/body${x}`), volatileBelow: response?.headers ? [] : ['/body/'] };
  return { volatile: volatile.map((x) => `/delivered${x}`), volatileBelow: ['/response/body/'] };
}
