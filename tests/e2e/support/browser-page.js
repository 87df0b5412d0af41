// Runs in the browser: does what the test orders, and reports what happens. Orders come from /orders, one per request;
// reports go to /reports, one after the other. An order is {id, kind, ...}; `kinds` has a function for each kind, which
// gets the order and `say` and gives a function that closes what it opened.
'use strict';

let lastReport = Promise.resolve();
function report(entry) {
  const body = JSON.stringify(entry);
  lastReport = lastReport.then(() => fetch('/reports', { method: 'POST', body }));
}

const scripts = new Map();
/** Loads a script once. */
function load(url) {
  if (!scripts.has(url)) {
    scripts.set(url, new Promise((resolve, reject) => {
      const element = document.createElement('script');
      element.src = url;
      element.onload = resolve;
      element.onerror = () => reject(new Error(`${url} could not be loaded`));
      document.head.append(element);
    }));
  }
  return scripts.get(url);
}

const kinds = {
  /** {url, nsp, options}: with the client that the server itself hands out. */
  async 'socket.io'({ url, nsp, options }, say) {
    await load(`${url}/socket.io/socket.io.js`);
    const socket = io(`${url}${nsp}`, { forceNew: true, ...options });
    let first; // The transport may have changed before the namespace is joined.
    socket.io.on('open', () => {
      first = socket.io.engine.transport.name;
      socket.io.engine.on('upgrade', ({ name }) => say('upgrade', { transport: name }));
    });
    socket.on('connect', () => say('connect', { session: socket.id, first }));
    socket.on('connect_error', (error) => say('connect_error', { message: error.message, data: error.data }));
    socket.on('disconnect', (reason) => say('disconnect', { reason }));
    socket.onAny((name, ...args) => say('event', { name, args, transport: socket.io.engine.transport.name }));
    return () => socket.disconnect();
  },
};

const open = new Map();
async function follow(order) {
  const say = (what, details = {}) => report({ id: order.id, what, ...details });
  try {
    if (order.kind === 'close') return open.get(order.id)();
    open.set(order.id, await kinds[order.kind](order, say));
  } catch (error) {
    say('failed', { message: String(error) });
  }
}

(async () => {
  report({ what: 'ready', agent: navigator.userAgent });
  for (;;) follow(await (await fetch('/orders')).json());
})();
