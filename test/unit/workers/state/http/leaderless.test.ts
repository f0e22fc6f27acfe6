// What is decided or answered from the store outside of a blocking read: without a leader the store may lack what was
// acknowledged before a restart, so that all of it is refused as a read or a write is (spec/http.md, section 2).

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import { catalogWrites } from '../../../../../src/workers/state/endpoints/catalog-write.js';
import { kvEndpoints } from '../../../../../src/workers/state/endpoints/kv/kv.js';
import { txnEndpoints } from '../../../../../src/workers/state/endpoints/kv/txn.js';
import { sessionEndpoints } from '../../../../../src/workers/state/endpoints/session.js';
import { HttpServer } from '../../../../../src/workers/state/http/http-server.js';
import { testCalls } from '../calls/test-calls.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { createSession, kv, kvSet, register, service, TestStore } from '../replica/store/commands.js';
import { ask, NO_ACLS, type RawAnswer, SETTINGS } from './fixture.js';

const NO_LEADER = 'No cluster leader';
const LIVE = 's1';

let store: TestStore;
let log: FakeLog;
let server: HttpServer;
let put: (target: string, body?: string) => Promise<RawAnswer>;
let renewed: string[];

beforeEach(async () => {
  // Lock delays count from now.
  store = new TestStore({ now: Date.now });
  log = new FakeLog(store);
  log.leadership.setUnboundedLease(true);
  renewed = [];
  const renewSession = (id: string): void => {
    renewed.push(id);
  };
  const calls = testCalls({ store, consensus: log, leader: { renewSession } });
  const table = [
    ...kvEndpoints({ calls, maxValueSize: () => 1024, validatesKeys: () => false }),
    ...catalogWrites(calls),
    ...sessionEndpoints({ calls, nodeName: 'n1' }),
    ...txnEndpoints({ calls, maxRequestLength: () => 1024, maxValueSize: () => 1024, validatesKeys: () => false }),
  ];
  const logger = new Logger('agent', new LogSink('error', () => {}));
  const options = {
    table,
    ...NO_ACLS,
    settings: SETTINGS,
    calls,
    knowsServers: () => true,
    logger,
    metrics: new Metrics(),
  };
  server = new HttpServer(options);
  const port = (await server.listen())[0]?.port ?? 0;
  put = (target, body = '') =>
    ask(port, `PUT ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
});
afterEach(() => server.close(1000));

function lead(): void {
  log.leadership.setRole(Role.leader, 1, true);
}

function loseLeader(): void {
  log.leadership.setRole(Role.follower, 2, false);
  log.failure = 'no-leader';
}

const READ = '[{"KV": {"Verb": "get", "Key": "k"}}]';
const CHECK_OF_KNOWN_SERVICE = '{"Node": "n1", "Address": "10.0.0.1", "Check": {"Name": "c", "ServiceID": "web"}}';

describe('before the log is replayed, when the store is still empty', () => {
  const calls: readonly (readonly [string, string, string])[] = [
    ['a transaction that only reads', '/v1/txn', READ],
    ['a transaction whose reads are consistent', '/v1/txn?consistent', READ],
    ['a transaction whose reads may be stale', '/v1/txn?stale', READ],
    ['a transaction that can not be tried', '/v1/txn', '[{"KV": {"Verb": "get", "Key": ""}}]'],
    ['renewal of a session', `/v1/session/renew/${LIVE}`, ''],
    ['destruction of a session', `/v1/session/destroy/${LIVE}`, ''],
    ['a check of a service that is known', '/v1/catalog/register', CHECK_OF_KNOWN_SERVICE],
  ];
  for (const [name, target, body] of calls) {
    test(`${name} is refused`, async () => {
      log.failure = 'no-leader';
      const { status, body: answered } = await put(target, body);
      assert.equal(answered, NO_LEADER);
      assert.equal(status, 500);
    });
  }
});

describe('while there is a leader, and when it is lost', () => {
  beforeEach(() => {
    lead();
    store.runAll(register({ Service: service({ ID: 'web' }) }), createSession({ ID: LIVE }), kvSet('k'));
  });

  test('a transaction that only reads says who knows a leader, and is stale only where that is asked for', async () => {
    const led = await put('/v1/txn', READ);
    assert.match(led.body, /"KnownLeader":true/);
    assert.equal(led.headers['x-consul-knownleader'], 'true');
    loseLeader();
    assert.equal((await put('/v1/txn', READ)).body, NO_LEADER);
    const stale = await put('/v1/txn?stale', READ);
    assert.equal(stale.status, 200);
    assert.match(stale.body, /"Key":"k".*"KnownLeader":false/);
    for (const key of ['k', '']) {
      const writing = `[{"KV": {"Verb": "delete", "Key": "${key}"}}]`;
      assert.equal((await put('/v1/txn?stale', writing)).body, NO_LEADER, `key "${key}"`);
    }
  });

  test('a session is renewed and destroyed by a leader only', async () => {
    loseLeader();
    assert.equal((await put(`/v1/session/renew/${LIVE}`)).body, NO_LEADER);
    assert.deepEqual(renewed, []);
    assert.equal((await put('/v1/session/destroy/nobody')).body, NO_LEADER);
    lead();
    log.failure = null;
    assert.equal((await put(`/v1/session/renew/${LIVE}`)).status, 200);
    assert.deepEqual(renewed, [LIVE]);
    assert.equal((await put(`/v1/session/destroy/${LIVE}`)).body, 'true');
    assert.equal(store.sessions.session(LIVE).value, null);
  });

  test('the lock delay is judged by a leader only', async () => {
    store.runAll(createSession({ ID: 's2', LockDelay: 60e9 }), kv('lock', { Key: 'held', Session: 's2' }));
    assert.equal((await put('/v1/session/destroy/s2')).body, 'true');
    loseLeader();
    assert.equal((await put(`/v1/kv/held?acquire=${LIVE}`)).body, NO_LEADER);
  });
});
