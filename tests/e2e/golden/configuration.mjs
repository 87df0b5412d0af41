// The settings under which our server replays a configuration of the recordings.

/** The well-known key of the recordings. Our server refuses it, so the replay maps it to another one of that form. */
export const recordedKey = '429683C4C977415CAAFCCE10F7D57E11';

/** Our safe defaults where Evolution API is less careful, each switched to its way. */
const evolutionsPosition = {
  CORS_CREDENTIALS: 'true',
  DATABASE_SAVE_DATA_INSTANCE: 'true',
  EVENT_DATE_TIME: 'evolution',
  FETCH_INSTANCES_SHOW_TOKENS: 'true',
  INSTANCE_TOKENS_MAY_REPEAT: 'true',
  RELAY_EVERY_PROTOCOL_MESSAGE: 'true',
  REST_NAMES_BEFORE_KEY: 'true',
  WEBHOOK_EVOLUTION_KEYLESS: 'true',
  WEBSOCKET_KEYLESS: 'true',
  WEBSOCKET_REFUSE_WRONG_KEY_UPGRADE: 'true',
};

/** What all recorded servers had, although not every `config` says so. */
const ofAllRecordings = {
  CORS_METHODS: 'GET,POST,PUT,DELETE',
  DATABASE_CONNECTION_CLIENT_NAME: 'evolution_exchange',
  SERVER_URL: 'http://localhost:8080',
  TZ: 'UTC',
  WA_BUSINESS_TOKEN_WEBHOOK: 'evolution',
};

/** Settings whose default is not Evolution's, for a `config` that calls them unset. */
const evolutionsDefaults = { WEBSOCKET_ENABLED: 'false' };

/** One loop: what a trigger causes is under way to every client before the next answer is. */
const ofTheReplay = { IO_THREADS: '1' };

/** The environment for the text that a record has as `config`. */
export function environment(config) {
  const env = { ...evolutionsPosition, ...ofAllRecordings, ...ofTheReplay };
  for (const [, name, quoted, plain] of config.matchAll(/\b([A-Z][A-Z_]+)=(?:"([^"]*)"|([^\s"]*))/g)) {
    env[name] = quoted ?? plain.replace(/,$/, '');
  }
  for (const [, name] of config.matchAll(/\b([A-Z][A-Z_]+) unset\b/g)) {
    delete env[name];
    if (name in evolutionsDefaults) env[name] = evolutionsDefaults[name];
  }
  return env;
}
