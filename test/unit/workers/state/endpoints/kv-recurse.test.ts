// `?recurse` over more than fits into one text: 400 MB of values come in pieces, and others are answered meanwhile.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { CommandType } from '../../../../../src/wire/commands.js';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import { kvEndpoints } from '../../../../../src/workers/state/endpoints/kv/kv.js';
import { HttpServer } from '../../../../../src/workers/state/http/http-server.js';
import type { Consensus } from '../../../../../src/workers/state/replica/consensus.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { testCalls } from '../calls/test-calls.js';
import { NO_ACLS, SETTINGS } from '../http/fixture.js';

const VALUE = Buffer.alloc(512 * 1024, 'v');

/** Keys that share one value, so that the store itself is small. */
async function serve(count: number) {
  const store = new StateStore();
  for (let index = 1; index <= count; index++) {
    const entry = {
      Key: `k${index}`,
      Value: VALUE,
      Flags: 0,
      Session: '',
      LockIndex: 0,
      CreateIndex: 0,
      ModifyIndex: 0,
    };
    store.apply(index, { type: CommandType.kvs, body: { Datacenter: '', Token: '', Op: 'set', DirEnt: entry } });
  }
  const leadership = new Leadership();
  leadership.setUnboundedLease(true);
  leadership.setRole(Role.leader, 1, true);
  const calls = testCalls({ store, consensus: { leadership } as unknown as Consensus });
  const server = new HttpServer({
    table: kvEndpoints({ calls, maxValueSize: () => 1024, validatesKeys: () => false }),
    ...NO_ACLS,
    settings: SETTINGS,
    calls,
    knowsServers: () => true,
    logger: new Logger('agent', new LogSink('error', () => {})),
    metrics: new Metrics(),
  });
  const [bound] = await server.listen();
  return { server, url: `http://127.0.0.1:${bound?.port}/v1/kv/` };
}

test('a large answer is whole', async (t) => {
  const { server, url } = await serve(20);
  t.after(() => server.close(1000));
  const response = await fetch(`${url}?recurse`);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('x-consul-index'), '20');
  const entries = (await response.json()) as { readonly Key: string; readonly Value: string }[];
  assert.equal(entries.length, 20);
  assert.ok(entries.every(({ Value }) => Value === VALUE.toString('base64')));
});

test('400 MB come in pieces; a client that reads slowly keeps nobody waiting', async (t) => {
  const count = 800;
  const { server, url } = await serve(count);
  t.after(() => server.close(1000));
  const [response] = (await once(http.get(`${url}k?recurse`), 'response')) as [http.IncomingMessage];
  assert.equal(response.statusCode, 200);
  // The client has read nothing yet.
  assert.equal((await fetch(`${url}none`)).status, 404);
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(response, 'end');
  assert.ok(bytes > count * VALUE.toString('base64').length, String(bytes));
});
