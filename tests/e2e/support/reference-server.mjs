#!/usr/bin/env node
// The behaviours of `conformance-server` on npm `socket.io`, with the same command line: what passes against the one
// has to pass against the other, so a test can be proved with CONFORMANCE_BIN=tests/e2e/support/reference-server.mjs.
import http from 'node:http';
import { Server as Engine } from 'engine.io';
import { Server as Io } from 'socket.io';
import { clientSuite, echo, echoForClientSuite, interop } from './reference-applications.mjs';
import { readCommandLine } from './reference-command-line.mjs';

const exitRefused = 2;

/** The hook that judges every handshake. */
function judge({ forbid, handshakeDelay, profile }, request, decide) {
  const query = new URL(request.url, 'http://localhost').searchParams;
  if (forbid) return decide(query.has('why') ? 'custom reason' : null, false);
  if (profile === 'D' && query.has('deny')) return decide(null, false);
  if (handshakeDelay === 0) return decide(null, true);
  setTimeout(decide, handshakeDelay, null, true);
}

function serve(asked) {
  const options = { ...asked.engine, allowRequest: (request, decide) => judge(asked, request, decide) };
  const servers = asked.hosts.map(() => http.createServer((_, response) => response.writeHead(404).end()));
  const parts = [];
  if (asked.profile !== 'C') {
    const engine = new Engine(options);
    (asked.profile === 'D' ? echoForClientSuite : echo)(engine);
    for (const server of servers) engine.attach(server, { path: '/engine.io/' });
    parts.push(engine);
  }
  if (asked.profile !== 'D') {
    const io = new Io(servers[0], options);
    (asked.profile === 'C' ? clientSuite : interop)(io);
    for (const server of servers.slice(1)) io.engine.attach(server, { path: '/socket.io/' });
    parts.push(io);
  }
  return { servers, parts };
}

async function listen(servers, { hosts, port }) {
  let chosen = port;
  for (const [i, server] of servers.entries()) {
    await new Promise((resolve, reject) => server.once('error', reject).listen(chosen, hosts[i], resolve));
    chosen = server.address().port;
  }
  return chosen;
}

async function main() {
  let asked;
  try {
    asked = readCommandLine(process.argv.slice(2));
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exit(exitRefused);
  }
  const { servers, parts } = serve(asked);
  const port = await listen(servers, asked);
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => {
      for (const part of parts) part.close();
      setImmediate(() => process.exit(0));
    });
  }
  console.log(`listening on http://127.0.0.1:${port} (profile ${asked.profile})`);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exit(1);
});
