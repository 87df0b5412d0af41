// A real browser: Debian's chromium, headless, with one page that does what tests order (browser-page.js).
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { collect } from './http.mjs';
import { Process, selfSigned, temporaryDirectory } from './server.mjs';
import { Inbox, next, within } from './wait.mjs';

const pageScript = new URL('browser-page.js', import.meta.url);

/** `CHROMIUM_BIN`, else on the PATH. */
function findProgram() {
  const directories = [...(process.env.PATH ?? '').split(':'), '/usr/bin'];
  const found = process.env.CHROMIUM_BIN || directories.map((x) => path.join(x, 'chromium')).find((x) => existsSync(x));
  assert.ok(found, 'these tests need chromium: `./dev test` installs it, or set CHROMIUM_BIN');
  return found;
}

export class Browser {
  #process;
  #server;
  #orders = [];
  /** The response of the page's request for an order while there is none. */
  #waiting;
  #clients = new Map();
  #ready = new Inbox();

  /** Starts the browser with its page, served over https by this process, and waits until the page runs. */
  static async start() {
    const browser = new Browser();
    const { key, chain } = await selfSigned();
    browser.#server = https.createServer({ key: readFileSync(key), cert: readFileSync(chain) }, (req, res) => {
      browser.#serve(req, res).catch((error) => res.destroy(error));
    });
    browser.#server.listen(0, '127.0.0.1');
    await next(browser.#server, 'listening');
    const home = temporaryDirectory();
    browser.#process = new Process(
      [
        '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--ignore-certificate-errors', '--no-proxy-server',
        '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions',
        `--user-data-dir=${path.join(home, 'profile')}`, `https://127.0.0.1:${browser.#server.address().port}/`,
      ],
      { HOME: home },
      home,
      findProgram(),
    );
    try {
      // A browser takes its time to start, the more so beside other tests.
      await within(browser.#ready.next('page'), () => `a page that runs; chromium said:\n${browser.#process.output}`, 30_000);
    } catch (error) {
      await browser.stop();
      throw error;
    }
    return browser;
  }

  async #serve(req, res) {
    if (req.url === '/') {
      res.setHeader('content-type', 'text/html; charset=utf-8');
      res.end('<!doctype html><title>page under test</title><script src="/page.js"></script>');
    } else if (req.url === '/page.js') {
      res.setHeader('content-type', 'text/javascript; charset=utf-8');
      res.end(readFileSync(pageScript));
    } else if (req.url === '/orders') {
      this.#waiting = res;
      this.#hand();
    } else if (req.url === '/reports') {
      const entry = JSON.parse((await collect(req)).text);
      res.end();
      if (entry.what === 'ready') this.#ready.push(entry);
      else this.#clients.get(entry.id).reports.push(entry);
    } else {
      res.statusCode = 404;
      res.end();
    }
  }

  #hand() {
    if (!this.#waiting || this.#orders.length === 0) return;
    this.#waiting.end(JSON.stringify(this.#orders.shift()));
    this.#waiting = undefined;
  }

  #order(order) {
    this.#orders.push(order);
    this.#hand();
  }

  /** Orders the page to open something; `kind` and members as in browser-page.js. */
  open(kind, members) {
    const id = this.#clients.size + 1;
    const client = new BrowserClient(() => this.#order({ id, kind: 'close' }));
    this.#clients.set(id, client);
    this.#order({ id, kind, ...members });
    return client;
  }

  async stop() {
    if (!this.#process.ended) await this.#process.end('SIGTERM');
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await within(closed, 'end of the server of the page');
  }
}

/** What the page opened, and all that it reported of it. */
export class BrowserClient {
  reports = new Inbox();

  constructor(close) {
    this.close = close;
  }

  /** The next report, which must be of this sort. */
  async says(what) {
    const entry = await this.reports.next(`report "${what}" of the page`);
    assert.equal(entry.what, what, JSON.stringify(entry));
    return entry;
  }
}
