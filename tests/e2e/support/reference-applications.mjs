// The applications of `conformance-server`, on npm `engine.io` and `socket.io`.

/** Sends every message back; the text `__close__` ends the session. */
export function echo(engine) {
  engine.on('connection', (socket) => {
    socket.on('message', (data) => (data === '__close__' ? socket.close() : socket.send(data)));
  });
}

/** What the suite of `engine.io-client` expects of its server. */
export function echoForClientSuite(engine) {
  const text = (request) => JSON.stringify(request?.headers ?? {});
  engine.on('connection', (socket) => {
    socket.send('hi');
    socket.on('message', (data) => {
      if (data === 'give binary') socket.send(Buffer.from([0, 1, 2, 3, 4]));
      else if (data === 'give utf8') socket.send('пойду спать всем спокойной ночи');
      else if (data === 'sendHeaders') socket.send(text(socket.transport.dataReq));
      else socket.send(data);
    });
  });
  engine.on('initial_headers', (headers, request) => {
    const cookies = [
      '1=1; Max-Age=86400',
      '2=2; Path=/; HttpOnly; Secure; SameSite=Strict',
      '3=3; Max-Age=0',
      `4=4; Expires=${new Date().toUTCString()}`,
    ];
    // A 101 takes one field per name, so it gets the same name in four spellings.
    const spellings = ['set-cookie', 'Set-Cookie', 'SET-COOKIE', 'sET-cOOKIE'];
    if (request._query.transport === 'polling') headers['set-cookie'] = cookies;
    else cookies.forEach((cookie, i) => (headers[spellings[i]] = cookie));
  });
}

/** Events of every namespace of profiles A and B, for interoperability tests and recordings. */
export function interop(io) {
  const dynamic = /^\/dyn-\d+$/;
  for (const name of ['/', '/custom', dynamic, '/auth', '/plainerr']) io.of(name).on('connection', serve);
  io.of('/auth').use((socket, next) => {
    const token = socket.handshake.auth.token ?? socket.handshake.query.token;
    next(token === 'secret' ? undefined : Object.assign(new Error('not authorized'), { data: { code: 'E_AUTH', retry: false } }));
  });
  io.of('/plainerr').use((_, next) => next(new Error('nope')));
}

function serve(socket) {
  const { nsp } = socket;
  const handlers = {
    message: (...args) => socket.emit('message-back', ...args),
    'message-with-ack': (...args) => args.pop()(...args),
    'server-ask': (...args) => socket.emit('question', ...args, (...answer) => socket.emit('answer', ...answer)),
    join: (room, done) => (socket.join(room), done('joined')),
    leave: (room, done) => (socket.leave(room), done('left')),
    'to-room': (room, ...args) => nsp.to(room).emit('room-msg', ...args),
    'to-room-except': (room, not, ...args) => nsp.to(room).except(not).emit('room-msg', ...args),
    broadcast: (...args) => socket.broadcast.emit('broadcast-msg', ...args),
    all: (...args) => nsp.emit('all-msg', ...args),
    'volatile-all': (...args) => nsp.volatile.emit('all-msg', ...args),
    direct: (id, ...args) => nsp.to(id).emit('direct', ...args),
    'disconnect-me': (close) => socket.disconnect(Boolean(close)),
    'volatile-ping': (...args) => socket.volatile.emit('volatile-pong', ...args),
    'send-binary': (size) => socket.emit('binary', Buffer.from(Array.from({ length: size }, (_, i) => i % 256))),
    burst: (count) => Array.from({ length: count }, (_, i) => socket.emit('burst', i)),
    big: (size) => socket.emit('big', 'x'.repeat(size)),
    'get-handshake': (done) => done({ query: socket.handshake.query, auth: socket.handshake.auth }),
    'get-rooms': (done) => done([...socket.rooms]),
    'get-state': (done) => done({ id: socket.id, recovered: socket.recovered, data: socket.data }),
    'set-data': (name, value, done) => ((socket.data[name] = value), done()),
    'close-engine': () => socket.conn.close(),
    'ask-room': (room, patience, done) =>
      nsp.to(room).timeout(patience).emit('room-question', '?', (error, answers) => done(Boolean(error), answers)),
  };
  socket.emit('auth', socket.handshake.auth);
  for (const [event, handle] of Object.entries(handlers)) socket.on(event, handle);
}

/** What the suite of `socket.io-client` expects of its server. */
export function clientSuite(io) {
  const bytes = Buffer.from('asdfasdf');
  const texts = ['てすと', 'Я Б Г Д Ж Й', 'Ä ä Ü ü ß', 'utf8 — string', 'utf8 — string'];
  const isParcel = (x) => x?.hello === 'lol' && Buffer.isBuffer(x.message) && x.goodbye === 'gotcha';
  io.use((socket, next) => next(socket.handshake.query.fail ? new Error('Auth failed (main namespace)') : undefined));
  io.of('/no').use((_, next) => next(new Error('Auth failed (custom namespace)')));
  for (const name of ['/timeout_socket', '/valid', '/asd']) io.of(name);
  io.of('/foo').on('connection', (socket) => socket.on('getId', (done) => done(socket.id)));
  io.of('/abc').on('connection', (socket) => socket.emit('handshake', socket.handshake));
  io.on('connection', (socket) => {
    let step = '';
    const handlers = {
      hi: () => socket.emit('hi'),
      echo: (value, done) => done(value),
      false: () => socket.emit('false', false),
      ack: () => socket.emit('ack', (a, b) => a === 5 && b?.test && socket.emit('got it')),
      getAckDate: (_, done) => done(new Date()),
      getDate: () => socket.emit('takeDate', new Date()),
      getDateObj: () => socket.emit('takeDateObj', { date: new Date() }),
      getUtf8: () => texts.forEach((x) => socket.emit('takeUtf8', x)),
      doge: () => socket.emit('doge', bytes),
      getbin: () => socket.emit('takebin', bytes),
      buffa: (x) => Buffer.isBuffer(x) && socket.emit('buffack'),
      blob: (x) => Buffer.isBuffer(x) && socket.emit('back'),
      jsonbuff: (x) => isParcel(x) && socket.emit('jsonbuff-ack'),
      jsonblob: (x) => isParcel(x) && socket.emit('jsonblob-ack'),
      abuff1: (x) => (step = Buffer.isBuffer(x) ? 'abuff1' : ''),
      abuff2: (x) => step === 'abuff1' && typeof x === 'string' && socket.emit('abuff2-ack'),
      blob1: (x) => (step = Buffer.isBuffer(x) ? 'blob1' : ''),
      blob2: (x) => (step = step === 'blob1' && x === 'second' ? 'blob2' : ''),
      blob3: (x) => step === 'blob2' && Buffer.isBuffer(x) && socket.emit('blob3-ack'),
      getHandshake: (done) => done(socket.handshake),
      getId: (done) => done(socket.id),
    };
    for (const [event, handle] of Object.entries(handlers)) socket.on(event, handle);
  });
}
