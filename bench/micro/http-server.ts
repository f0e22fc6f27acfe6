// The process under test of bench/micro/http.ts: one row that answers 250 bytes of JSON, and one that reads the fake store,
// on the engine named by the first argument. Prints its port, then its CPU seconds and memory whenever it gets a line.

import { Logger, LogSink } from '../../src/observe/logger.js';
import { Metrics } from '../../src/observe/metrics.js';
import { Leadership, Role } from '../../src/wire/raft/leadership.js';
import { HttpServer } from '../../src/workers/state/http/http-server.js';
import { anyBytes } from '../../src/workers/state/http/items/body-format.js';
import { json } from '../../src/workers/state/http/message/reply.js';
import { action, read } from '../../src/workers/state/http/operation.js';
import type { Consensus } from '../../src/workers/state/replica/consensus.js';
import { testCalls } from '../../test/unit/workers/state/calls/test-calls.js';
import { FakeStore, fakeMethod, NO_ACLS, SETTINGS } from '../../test/unit/workers/state/http/fixture.js';

const engine = process.argv[2] === 'uws' ? 'uws' : 'net';
const BODY = JSON.stringify({ hello: 'x'.repeat(238) });
const store = new FakeStore();
store.put('key', BODY);
const leadership = new Leadership();
leadership.setUnboundedLease(true);
leadership.setRole(Role.leader, 1, true);
const shown = { summary: 'of a measurement', acl: ['none'], answer: 'any' } as const;
const key = read({
  ...shown,
  effectiveConsistency: false,
  method: fakeMethod(store),
  request: (_values, { rest }) => rest,
  reply: (value) => json(value ?? ''),
});
const hello = action({ ...shown, run: () => json(BODY) });
const echo = action({ ...shown, body: anyBytes(() => 1024), run: () => json('true') });
const consensus: Consensus = {
  leadership,
  obstacle: null,
  awaitLeader: () => Promise.resolve(null),
  propose: () => Promise.resolve({ ok: false, code: 'no-leader' }),
  flush: () => undefined,
  verifyLeader: () => Promise.resolve(true),
};
const server = new HttpServer({
  table: [
    { path: '/v1/hello', answeredBy: 'agent', methods: { GET: hello } },
    { path: '/v1/echo', answeredBy: 'agent', methods: { PUT: echo } },
    { path: '/v1/kv/', answeredBy: 'servers', methods: { GET: key } },
  ],
  ...NO_ACLS,
  settings: {
    ...SETTINGS,
    http: { ...SETTINGS.http, engine },
    limits: { ...SETTINGS.limits, httpMaxConnsPerClient: 100_000 },
  },
  calls: testCalls({ store: store.asReads(), consensus }),
  knowsServers: () => true,
  logger: new Logger('bench', new LogSink('error', () => {})),
  metrics: new Metrics(),
});
const bound = await server.listen();
process.stdout.write(`${JSON.stringify({ port: bound[0]?.port })}\n`);
process.stdin.on('data', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const report = {
    cpuSeconds: (user + system) / 1e6,
    rss: process.memoryUsage.rss(),
    heapUsed: process.memoryUsage().heapUsed,
    heapTotal: process.memoryUsage().heapTotal,
    external: process.memoryUsage().external,
    waiting: server.waitingReads,
    connections: server.connections,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
});
process.stdin.on('end', () => {
  void server.close(1000).then(() => process.exit(0));
});
