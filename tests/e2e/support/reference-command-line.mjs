// The command line of `conformance-server`, read for the reference server. What is said wins over the profile.
import { parseArgs } from 'node:util';

const profiles = {
  A: { pingInterval: 300, pingTimeout: 200, connectTimeout: 1000 },
  B: {},
  C: { pingInterval: 2000, handshakeDelay: 10, recovery: true },
  D: { pingInterval: 500, maxHttpBufferSize: 100, port: 3000, hosts: ['127.0.0.1', '::1'] },
};

const string = { type: 'string' };
const flag = { type: 'boolean', default: false };
const known = {
  profile: { type: 'string', default: 'B' },
  host: { type: 'string', multiple: true },
  port: string,
  'io-threads': string,
  'ping-interval': string,
  'ping-timeout': string,
  'connect-timeout': string,
  'upgrade-timeout': string,
  'max-payload': string,
  eio3: flag,
  cookie: string,
  cors: { type: 'string', default: '*' },
  'cors-credentials': flag,
  'cors-methods': string,
  'cors-headers': string,
  'cors-max-age': string,
  forbid: flag,
  recovery: flag,
  redis: string,
  'redis-adapter': string,
};

/** What to serve, where and how; throws an `Error` with a message for the user. */
export function readCommandLine(words) {
  const { values: said } = parseArgs({ args: words, options: known, allowPositionals: false });
  for (const name of ['redis', 'redis-adapter']) {
    if (said[name]) throw new Error(`--${name} is not served here; leave it out`);
  }
  const profile = profiles[said.profile];
  if (!profile) throw new Error(`--profile is A, B, C or D, not ${said.profile}`);
  const { port = 0, hosts = ['127.0.0.1'], handshakeDelay = 0, recovery = false, ...timers } = profile;
  return {
    profile: said.profile,
    hosts: said.host ?? hosts,
    port: number(said, 'port') ?? port,
    handshakeDelay,
    forbid: said.forbid,
    engine: {
      ...timers,
      ...defined({
        pingInterval: number(said, 'ping-interval'),
        pingTimeout: number(said, 'ping-timeout'),
        upgradeTimeout: number(said, 'upgrade-timeout'),
        maxHttpBufferSize: number(said, 'max-payload'),
        connectTimeout: number(said, 'connect-timeout'),
        cookie: said.cookie && { name: said.cookie, path: '/', httpOnly: true, sameSite: 'lax' },
        cors: cors(said),
        connectionStateRecovery: said.recovery || recovery ? {} : undefined,
      }),
      allowEIO3: said.eio3,
    },
  };
}

function cors(said) {
  if (said.cors === 'off') return undefined;
  return defined({
    origin: said.cors === '*' ? '*' : said.cors.split(','),
    credentials: said['cors-credentials'] || undefined,
    methods: said['cors-methods']?.split(','),
    allowedHeaders: said['cors-headers']?.split(','),
    maxAge: number(said, 'cors-max-age'),
  });
}

function number(said, name) {
  if (said[name] === undefined) return undefined;
  const value = Number(said[name]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a number, not ${said[name]}`);
  return value;
}

const defined = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
