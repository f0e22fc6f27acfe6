// What comes over HTTP counts for a server's limits, and who is refused is told whether to wait or to go elsewhere.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import { RequestRates } from '../../../../../src/wire/readers/request-rates.js';
import { LimitedCalls } from '../../../../../src/workers/state/calls/limited-calls.js';
import { RequestLimits } from '../../../../../src/workers/state/calls/request-limits.js';
import { catalogReads } from '../../../../../src/workers/state/endpoints/catalog-read.js';
import { kvEndpoints } from '../../../../../src/workers/state/endpoints/kv/kv.js';
import { statusEndpoints } from '../../../../../src/workers/state/endpoints/status.js';
import { HttpServer } from '../../../../../src/workers/state/http/http-server.js';
import { testCalls } from '../calls/test-calls.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { TestStore } from '../replica/store/commands.js';
import { ask, NO_ACLS, SETTINGS } from './fixture.js';

const settings = { mode: 'disabled' as 'disabled' | 'permissive' | 'enforcing', readRate: 0, writeRate: 0 };
let server: HttpServer;
let port = 0;

beforeEach(async () => {
  const store = new TestStore();
  const log = new FakeLog(store);
  log.leadership.setUnboundedLease(true);
  log.leadership.setRole(Role.leader, 1, true);
  const logger = new Logger('agent', new LogSink('error', () => {}));
  const metrics = new Metrics();
  const limits = new RequestLimits({
    rates: new RequestRates(),
    settings: () => settings,
    isLeader: () => true,
    metrics,
    logger,
  });
  const calls = new LimitedCalls(testCalls({ store, consensus: log }), limits);
  const table = [
    ...kvEndpoints({ calls, maxValueSize: () => 1024, validatesKeys: () => false }),
    ...catalogReads({ calls, nodeName: 'n1', datacenter: 'dc1' }),
    ...statusEndpoints(calls),
  ];
  server = new HttpServer({ table, ...NO_ACLS, settings: SETTINGS, calls, knowsServers: () => true, logger, metrics });
  port = (await server.listen())[0]?.port ?? 0;
});
afterEach(() => server.close(1000));

async function status(request: string): Promise<readonly [number, string]> {
  const { status, body } = await ask(port, `${request} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`);
  return [status, body];
}

test('a read is refused with 429, a write on the leader with 503, and the answer says what to do', async () => {
  settings.mode = 'enforcing';
  const elsewhere = 'rate limit exceeded, try again later or against a different server';
  for (const read of ['/v1/kv/a', '/v1/kv/?recurse', '/v1/kv/a?stale', '/v1/kv/a?index=1', '/v1/catalog/nodes']) {
    assert.deepEqual(await status(`GET ${read}`), [429, elsewhere], read);
  }
  const leaderOnly = 'rate limit exceeded for operation that can only be performed by the leader, try again later';
  for (const write of ['PUT /v1/kv/a', 'DELETE /v1/kv/a']) {
    assert.deepEqual(await status(write), [503, leaderOnly], write);
  }
  assert.equal((await status('GET /v1/status/leader'))[0], 200);
});

test('an answer that is given again costs nothing', async () => {
  settings.mode = 'disabled';
  assert.equal((await status('GET /v1/catalog/nodes?cached'))[0], 200);
  settings.mode = 'enforcing';
  assert.equal((await status('GET /v1/catalog/nodes?cached'))[0], 200);
  assert.equal((await status('GET /v1/catalog/services?cached'))[0], 429);
});

test('permissive lets everything through', async () => {
  settings.mode = 'permissive';
  assert.deepEqual(await status('PUT /v1/kv/a'), [200, 'true']);
  assert.equal((await status('GET /v1/kv/a'))[0], 200);
});
