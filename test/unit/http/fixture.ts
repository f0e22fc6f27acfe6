// A small API for the HTTP tests: an in-memory key with an index, a leader that can be taken away, and a client that sends
// exactly the bytes it is told and shows exactly what came back.

import net from 'node:net';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import { Metrics } from '../../../src/observe/metrics.js';
import { Leadership, Role } from '../../../src/wire/raft/leadership.js';
import type { LogRecord } from '../../../src/wire/thread-port.js';
import type { Elsewhere } from '../../../src/workers/state/calls/elsewhere.js';
import { anyBytes } from '../../../src/workers/state/http/body-format.js';
import type { EndpointTable } from '../../../src/workers/state/http/endpoint.js';
import type { HttpSettings } from '../../../src/workers/state/http/http-policy.js';
import { HttpServer } from '../../../src/workers/state/http/http-server.js';
import { action, read } from '../../../src/workers/state/http/operation.js';
import { anyText } from '../../../src/workers/state/http/parameters.js';
import { bare, json, type Reply, text } from '../../../src/workers/state/http/reply.js';
import type { ReadMethod } from '../../../src/workers/state/methods/contract/method.js';
import { noAcls } from '../../../src/workers/state/methods/contract/token-resolver.js';
import type { Consensus } from '../../../src/workers/state/replica/consensus.js';
import type { ReadResult, StoreReads, WatchTarget } from '../../../src/workers/state/replica/store/read-api.js';
import type { ClientCounts } from '../../../src/workers/state/sockets/client-counts.js';
import { noServers } from '../calls/no-servers.js';
import { testCalls } from '../calls/test-calls.js';

/** One key per name, each with its index; watches wake by key. */
export class FakeStore {
  readonly values = new Map<string, { value: string; index: number }>();
  readonly watching = new Map<string, Set<() => void>>();
  index = 10;
  generation = 0;
  reads = 0;

  get waiting(): number {
    let count = 0;
    for (const wakes of this.watching.values()) count += wakes.size;
    return count;
  }

  put(key: string, value: string): void {
    this.index += 1;
    this.values.set(key, { value, index: this.index });
    this.wake(key);
  }

  /** A change of the watched data that makes the result newer without changing the value. */
  touch(key: string): void {
    this.index += 1;
    this.wake(key);
  }

  wake(key: string): void {
    const wakes = this.watching.get(key);
    this.watching.delete(key);
    for (const wake of wakes ?? []) wake();
  }

  get(key: string): ReadResult<string | null> {
    this.reads += 1;
    const entry = this.values.get(key);
    return entry ? { index: entry.index, value: entry.value } : { index: this.index, value: null };
  }

  watch(targets: readonly WatchTarget[], wake: () => void): () => void {
    const target = targets[0];
    const key = target?.kind === 'kv' ? target.key : '';
    const wakes = this.watching.get(key) ?? new Set();
    wakes.add(wake);
    this.watching.set(key, wakes);
    return () => {
      wakes.delete(wake);
    };
  }

  /** The part of the real interface that the HTTP framework uses. */
  asReads(): StoreReads {
    const store = this;
    return {
      get generation() {
        return store.generation;
      },
      watches: { watch: (targets: readonly WatchTarget[], wake: () => void) => store.watch(targets, wake), waiting: 0 },
    } as unknown as StoreReads;
  }
}

export const SETTINGS: HttpSettings = {
  datacenter: 'dc1',
  devMode: false,
  http: {
    listeners: [{ kind: 'tcp', address: '127.0.0.1', port: 0 }],
    engine: 'net',
    blockEndpoints: [],
    responseHeaders: {},
    allowWriteFrom: [],
    maxHeaderBytes: 0,
    useCache: true,
    disableUnprintableFilter: false,
    unixSocket: { user: '', group: '', mode: '' },
  },
  limits: { httpMaxConnsPerClient: 200, httpMaxRequestBodySize: 8 * 1024 * 1024 },
  ui: { enabled: true, contentPath: '/ui/' },
  aclDefaultPolicy: 'allow',
  nodeName: 'n1',
  translateWanAddresses: false,
  defaultQueryTimeMs: 300_000,
  maxQueryTimeMs: 600_000,
  rpcHoldTimeoutMs: 200,
  discoveryMaxStaleMs: 0,
};

/** Everybody may do everything, and is nobody. */
export const NO_ACLS = { tokens: { default: '' }, acls: noAcls };

/** Reads one key; the request is the key. */
export function fakeMethod(store: FakeStore): ReadMethod<string, string | null> {
  return {
    name: 'Fake.Get',
    prepare: (_reads, key) => ({
      read: () => store.get(key),
      watch: () => [{ kind: 'kv', key }],
      missing: (result) => result.value === null,
    }),
  };
}

export function fixtureTable(store: FakeStore): EndpointTable {
  const shown = { summary: 'of a test', acl: ['none'], answer: 'any' } as const;
  const key = read({
    ...shown,
    effectiveConsistency: false,
    method: fakeMethod(store),
    request: (_values, { rest }) => rest,
    reply: (value) => (value === null ? bare(404) : json(JSON.stringify(value))),
  });
  const list = read({
    ...shown,
    effectiveConsistency: true,
    failureHeaders: true,
    cacheable: true,
    discovery: true,
    parameters: { filter: anyText('The cache tells them apart.') },
    method: {
      name: 'Fake.List',
      prepare: () => ({ read: () => store.get('list'), watch: () => [{ kind: 'kv', key: 'list' }] }),
    },
    request: () => null,
    reply: (value: string | null) => json(JSON.stringify([value])),
    streaming: () => true,
  });
  const put = action({
    ...shown,
    body: anyBytes(() => 1024, 'kv_max_value_size'),
    run: ({ rest }, _values, body) => {
      store.put(rest, Buffer.from(body).toString());
      return json('true');
    },
  });
  const echo = action({
    ...shown,
    parameters: { x: anyText('Anything.') },
    run: ({ asker, rest }, { x }) => json(JSON.stringify({ token: asker.token, x, rest })),
  });
  const echoBody = action({
    ...shown,
    body: anyBytes(() => 4 * 1024 * 1024),
    run: (_request, _values, body) =>
      json(JSON.stringify({ length: body.length, text: Buffer.from(body).toString('latin1') })),
  });
  const stream = action({
    ...shown,
    run: () => ({
      status: 200,
      contentType: 'text/plain',
      headers: [],
      body: {
        start: (write, end) => {
          write('one\n');
          setImmediate(() => {
            write('two\n');
            end();
          });
          return () => {};
        },
      },
    }),
  });
  const throws = action({
    ...shown,
    run: () => {
      throw new Error('planted');
    },
  });
  const rejects = action({ ...shown, run: () => Promise.reject(new Error('planted')) });
  const always = (reply: Reply) => action({ ...shown, run: () => reply });
  const big = always(json(JSON.stringify({ a: 'x'.repeat(3000), b: ['\u00e9'] })));
  const rest = { name: 'key', about: 'Any.', missing: text(400, 'Missing key name') };
  return [
    {
      path: '/v1/kv/',
      rest,
      answeredBy: 'servers',
      methods: { GET: key, PUT: put, DELETE: always(json('true')) },
    },
    { path: '/v1/list', answeredBy: 'servers', methods: { GET: list }, ignoresNamespace: true },
    { path: '/v1/echo', answeredBy: 'agent', methods: { PUT: echoBody, GET: echo } },
    { path: '/v1/big', answeredBy: 'agent', methods: { GET: big } },
    { path: '/v1/stream', answeredBy: 'agent', methods: { GET: stream } },
    { path: '/v1/throws', answeredBy: 'agent', methods: { GET: throws, PUT: rejects } },
    {
      path: '/robots.txt',
      answeredBy: 'agent',
      headers: 'page',
      methods: { GET: always(text(200, 'Disallow: /\n')) },
    },
    { path: '/debug/x', answeredBy: 'agent', headers: 'debug', methods: { GET: always(text(200, 'x')) } },
  ];
}

export interface Api {
  readonly server: HttpServer;
  readonly port: number;
  readonly store: FakeStore;
  readonly leadership: Leadership;
  readonly logged: LogRecord[];
  readonly metrics: Metrics;
  verifies: boolean;
  readonly tokens: { default: string };
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly settings?: Partial<HttpSettings>;
  readonly table?: EndpointTable;
  readonly client?: boolean;
  /** No leader was ever heard of. */
  readonly leaderless?: boolean;
  /** Leads in place of this server. */
  readonly elsewhere?: Elsewhere;
  /** As other threads on the port count them, too. */
  readonly clients?: ClientCounts;
}

export async function startApi(options: ApiOptions = {}): Promise<Api> {
  const tokens = { default: '' };
  const store = new FakeStore();
  const leadership = new Leadership();
  leadership.setUnboundedLease(true);
  if (!options.leaderless) leadership.setRole(Role.leader, 1, true);
  const logged: LogRecord[] = [];
  const metrics = new Metrics();
  const consensus: Consensus = {
    leadership,
    obstacle: null,
    propose: () => Promise.resolve({ ok: false, code: 'no-leader' }),
    flush: () => undefined,
    awaitLeader: () => Promise.resolve(leadership.mayServe ? null : 'no-leader'),
    verifyLeader: () => Promise.resolve(api.verifies),
  };
  const server = new HttpServer({
    table: options.table ?? fixtureTable(store),
    ...NO_ACLS,
    tokens,
    settings: { ...SETTINGS, ...options.settings },
    calls: options.client
      ? noServers
      : testCalls({
          store: store.asReads(),
          consensus,
          holdMs: SETTINGS.rpcHoldTimeoutMs,
          ...(options.elsewhere === undefined ? {} : { elsewhere: options.elsewhere }),
        }),
    knowsServers: () => !options.client,
    logger: new Logger('agent', new LogSink('trace', (record) => logged.push(record))),
    metrics,
    shared: options.clients === undefined ? null : { place: 'first', clients: options.clients },
  });
  const bound = await server.listen();
  const api: Api = {
    server,
    port: bound[0]?.port ?? 0,
    store,
    leadership,
    logged,
    metrics,
    verifies: true,
    tokens,
    close: () => server.close(1000),
  };
  return api;
}

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** Reads answers off a socket, in order; bodies by Content-Length, chunks, or the connection's end. */
/** Far more than anything here takes, also on a machine that has much else to do. */
const DEADLINE_MS = 60_000;

export class RawClient {
  readonly socket: net.Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #changed: (() => void)[] = [];

  constructor(port: number, host = '127.0.0.1') {
    this.socket = net.connect({ port, host, allowHalfOpen: true });
    this.socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#notify();
    });
    for (const event of ['end', 'close', 'error']) {
      this.socket.on(event, () => {
        this.#ended = true;
        this.#notify();
      });
    }
  }

  send(bytes: string | Uint8Array): void {
    if (typeof bytes === 'string') this.socket.write(bytes, 'latin1');
    else this.socket.write(bytes);
  }

  get pending(): string {
    return this.#received.toString('latin1');
  }

  /** Next answer; `method` HEAD has no body. Rejects when the connection ends before it is whole. */
  async answer(method = 'GET', withinMs = DEADLINE_MS): Promise<RawAnswer> {
    const found = await this.#until(() => {
      const taken = takeAnswer(this.#received, method, this.#ended);
      if (taken === null) return null;
      this.#received = Buffer.from(this.#received.subarray(taken.length));
      return taken.answer;
    }, withinMs);
    return found;
  }

  /** Resolves when the server closed the connection. */
  async end(withinMs = DEADLINE_MS): Promise<void> {
    await this.#until(() => (this.#ended ? true : null), withinMs, true);
  }

  close(): void {
    this.socket.destroy();
  }

  #notify(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const callback of changed) callback();
  }

  async #until<T>(check: () => T | null, withinMs: number, endIsFine = false): Promise<T> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const value = check();
      if (value !== null) return value;
      if (this.#ended && !endIsFine) throw new Error(`connection ended; received ${JSON.stringify(this.pending)}`);
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`nothing within ${withinMs} ms; received ${JSON.stringify(this.pending)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

function takeAnswer(
  received: Buffer,
  method: string,
  ended: boolean,
): { readonly answer: RawAnswer; readonly length: number } | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const [statusLine = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n');
  const headers: { [name: string]: string } = {};
  for (const line of lines) {
    const colon = line.indexOf(': ');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2);
  }
  const status = Number(statusLine.split(' ')[1]);
  const start = headEnd + 4;
  const done = (body: string, length: number) => ({ answer: { status, headers, body }, length });
  if (method === 'HEAD' || status === 100) return done('', start);
  if (headers['transfer-encoding'] === 'chunked') return takeChunks(received, start, done);
  const length = headers['content-length'];
  if (length === undefined) return ended ? done(received.toString('utf8', start), received.length) : null;
  const end = start + Number(length);
  return received.length < end ? null : done(received.toString('utf8', start, end), end);
}

function takeChunks<T>(received: Buffer, from: number, done: (body: string, length: number) => T): T | null {
  let body = '';
  let at = from;
  for (;;) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(received.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (received.length < end) return null;
    if (size === 0) return done(body, end);
    body += received.toString('utf8', lineEnd + 2, lineEnd + 2 + size);
    at = end;
  }
}

/** One request on a connection of its own, closed afterwards. */
export async function ask(port: number, request: string, method = 'GET'): Promise<RawAnswer> {
  const client = new RawClient(port);
  try {
    client.send(request);
    return await client.answer(method);
  } finally {
    client.close();
  }
}

/** GET with the usual headers. */
export function get(port: number, target: string, headers = ''): Promise<RawAnswer> {
  return ask(port, `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
}
