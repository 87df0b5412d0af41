// Plays Evolution API: gives recorded answers, and for everything else says what it was asked.
import { createServer } from 'node:http';
import { collect } from './http.mjs';
import { newKey } from './server.mjs';
import { next, within } from './wait.mjs';

export class EvolutionServer {
  /** Every request: `{method, url, headers, text}`. */
  requests = [];
  key = newKey();
  #server;

  /** `records`: of kind `http`; a request to one's method and path gets its answer, if it has the global key. */
  static async start(records = []) {
    const evolution = new EvolutionServer();
    evolution.#server = createServer((req, res) => {
      evolution.#answer(records, req, res).catch((error) => res.destroy(error));
    });
    evolution.#server.listen(0, '127.0.0.1');
    await next(evolution.#server, 'listening');
    evolution.url = `http://127.0.0.1:${evolution.#server.address().port}`;
    return evolution;
  }

  async #answer(records, req, res) {
    const { text } = await collect(req);
    const asked = { method: req.method, url: req.url, headers: req.headers, text };
    this.requests.push(asked);
    const recorded = records.find(({ request }) => request.method === req.method && request.path === req.url);
    const mayKnow = !recorded || req.headers.apikey === this.key;
    const unauthorized = { status: 401, error: 'Unauthorized', response: { message: 'Unauthorized' } };
    res.statusCode = mayKnow ? (recorded?.response.status ?? 200) : 401;
    res.setHeader('content-type', 'application/json; charset=utf-8');
    res.end(JSON.stringify(mayKnow ? (recorded ? recorded.response.body : { evolution: asked }) : unauthorized));
  }

  /** The requests whose address begins so. */
  asked(start) {
    return this.requests.filter(({ url }) => url.startsWith(start));
  }

  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await within(closed, 'end of the server that plays Evolution API');
  }
}
