// nginx in front of Evolution API and Arauto, with the configuration that the documentation ships.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { next } from './wait.mjs';
import { Process, repository, temporaryDirectory } from './server.mjs';

/** The shipped file. */
export const siteFile = path.join(repository, 'docs/nginx/arauto-beside-evolution.conf');

/** `NGINX_BIN`, else on the PATH, else where `./dev test` puts it. */
function findProgram() {
  const directories = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', path.join(repository, 'build/tools/nginx/usr/sbin')];
  const found = process.env.NGINX_BIN || directories.map((x) => path.join(x, 'nginx')).find((x) => existsSync(x));
  assert.ok(found, 'these tests need nginx: `./dev test` fetches it, or set NGINX_BIN');
  return found;
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await next(server, 'listening');
  const { port } = server.address();
  server.close();
  await next(server, 'close');
  return port;
}

const attempts = 5;

export class Nginx {
  #process;

  /**
   * Starts nginx in the foreground with the shipped file, in which only addresses, the port and the directory of logs
   * are replaced. `evolution`, `arauto`: URLs; `edit(text)`: breaks the file on purpose.
   */
  static async start({ evolution, arauto, edit = (text) => text }) {
    const nginx = new Nginx();
    nginx.home = temporaryDirectory();
    for (let i = 1; ; ++i) {
      nginx.port = await freePort();
      nginx.url = `http://127.0.0.1:${nginx.port}`;
      if (await nginx.#launch(edit(nginx.#site(evolution, arauto)))) return nginx;
      // Somebody else took the port meanwhile.
      assert.ok(i < attempts, `nginx does not start:\n${nginx.#process.output}`);
    }
  }

  #site(evolution, arauto) {
    let text = readFileSync(siteFile, 'utf8');
    const here = {
      'server 127.0.0.1:8080;': `server ${new URL(evolution).host};`,
      'server 127.0.0.1:8081;': `server ${new URL(arauto).host};`,
      'listen 80;': `listen 127.0.0.1:${this.port};`,
      '/var/log/nginx/': `${this.home}/`,
    };
    for (const [documented, replacement] of Object.entries(here)) {
      assert.equal(text.split(documented).length, 2, `${siteFile} must hold "${documented}" once`);
      text = text.replace(documented, replacement);
    }
    return text;
  }

  async #launch(site) {
    const file = (name, text) => writeFileSync(path.join(this.home, name), text);
    file('site.conf', site);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((x) => `${x}_temp_path ${this.home}/${x};`);
    file(
      'nginx.conf',
      // One process: then nobody has to drop privileges, and its id is the one that ends it.
      `daemon off; master_process off; pid ${this.home}/nginx.pid; error_log stderr notice;
       events {} http { ${temporary.join(' ')} include ${this.home}/site.conf; }`,
    );
    this.#process = new Process(['-e', 'stderr', '-p', this.home, '-c', `${this.home}/nginx.conf`], {}, this.home, findProgram());
    try {
      // Said after the sockets are open.
      await this.#process.says(/using the "\w+" event method/);
      return true;
    } catch (error) {
      if (!this.#process.ended) await this.#process.end('SIGKILL');
      if (/Address already in use/.test(this.#process.output)) return false;
      throw error;
    }
  }

  /** The access log; complete once nginx has ended. */
  get accessLog() {
    return readFileSync(path.join(this.home, 'evolution.log'), 'utf8');
  }

  async stop() {
    if (!this.#process.ended) assert.deepEqual(await this.#process.end('SIGTERM'), { code: 0, signal: null }, this.#process.output);
  }
}
