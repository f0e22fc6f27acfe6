// A request that changed something is answered when a sync of the change was attempted (spec/agent.md section 2, "Syncer").

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Command } from '../../../../../../src/wire/commands.js';
import type { ProposeOutcome } from '../../../../../../src/workers/state/replica/consensus.js';
import { waitFor } from '../../../../../agent-process.js';
import { noServers } from '../../calls/no-servers.js';
import { settle } from '../../local/fake-clock.js';
import { FakeLeader } from '../../local/local-fixture.js';
import { openApi } from './fake-request.js';

const WEB = '{"ID":"web","Name":"web","Port":80,"Check":{"CheckID":"ttl","TTL":"10m"}}';

/** Writes wait until they are let go. */
class SlowLeader extends FakeLeader {
  held = false;
  #waiting: (() => void)[] = [];

  override async propose(command: Command): Promise<ProposeOutcome> {
    if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return super.propose(command);
  }

  letGo(): void {
    this.held = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

test('whatever a request changes is in the catalog when it is answered', async () => {
  const { local, leader, call } = await openApi({ level: 'error' });
  local.start();
  await settle();
  const { catalog } = leader.store;
  const put = async (path: string, body = ''): Promise<void> => {
    const { status } = await call('PUT', path, body);
    assert.equal(status, 200, path);
  };
  const status = (id: string): string | undefined => catalog.check('node1', id)?.Status;

  await put('/v1/agent/service/register', WEB);
  assert.equal(catalog.nodeService('node1', 'web')?.Port, 80);
  assert.equal(status('ttl'), 'critical');
  await put('/v1/agent/check/pass/ttl');
  assert.equal(status('ttl'), 'passing');
  await put('/v1/agent/check/warn/ttl');
  assert.equal(status('ttl'), 'warning');
  await put('/v1/agent/check/fail/ttl');
  assert.equal(status('ttl'), 'critical');
  await put('/v1/agent/check/update/ttl', '{"Status":"passing"}');
  assert.equal(status('ttl'), 'passing');
  await put('/v1/agent/check/register', '{"ID":"own","Name":"own","TTL":"10m"}');
  assert.equal(status('own'), 'critical');
  await put('/v1/agent/check/deregister/own');
  assert.equal(status('own'), undefined);
  await put('/v1/agent/maintenance?enable=true');
  assert.equal(status('_node_maintenance'), 'critical');
  await put('/v1/agent/maintenance?enable=false');
  assert.equal(status('_node_maintenance'), undefined);
  await put('/v1/agent/service/maintenance/web?enable=true');
  assert.equal(status('_service_maintenance:web'), 'critical');
  await put('/v1/agent/service/maintenance/web?enable=false');
  assert.equal(status('_service_maintenance:web'), undefined);
  await put('/v1/agent/service/deregister/web');
  assert.equal(catalog.nodeService('node1', 'web'), undefined);
  assert.equal(status('ttl'), undefined);
  await local.stop();
});

test('before the first full sync too', async () => {
  const { local, leader, call } = await openApi({ level: 'error' });
  assert.equal((await call('PUT', '/v1/agent/service/register', WEB)).status, 200);
  assert.ok(leader.store.catalog.nodeService('node1', 'web'));
  await local.stop();
});

test('the answer waits for the write, also for one that another request has on its way', async () => {
  const leader = new SlowLeader();
  const { local, call } = await openApi({ level: 'error', leader });
  local.start();
  await settle();
  leader.held = true;
  const answered: string[] = [];
  const register = async (name: string): Promise<void> => {
    await call('PUT', '/v1/agent/service/register', WEB);
    answered.push(name);
  };
  const first = register('first');
  await settle();
  const again = register('again');
  await settle();
  assert.deepEqual(answered, []);
  leader.letGo();
  await Promise.all([first, again]);
  await local.stop();
});

test('a report that changes nothing waits for no write of others', async () => {
  const leader = new SlowLeader();
  const { local, call } = await openApi({ level: 'error', leader });
  local.start();
  await settle();
  await call('PUT', '/v1/agent/service/register', WEB);
  await call('PUT', '/v1/agent/check/pass/ttl');
  leader.held = true;
  const other = call('PUT', '/v1/agent/service/register', '{"Name":"other"}');
  await settle();
  assert.equal((await call('PUT', '/v1/agent/check/pass/ttl')).status, 200);
  leader.letGo();
  await other;
  await local.stop();
});

test('without servers the answer comes at once, and the failure is logged', async () => {
  const { local, call, takeLog } = await openApi({ level: 'info', calls: noServers });
  assert.equal((await call('PUT', '/v1/agent/service/register', WEB)).status, 200);
  assert.ok(takeLog().includes('[ERROR] agent.anti_entropy: failed to sync changes: error="No known Consul servers"'));
  await local.stop();
});

test('a sync that fails is logged, and the request answered as done', async () => {
  const { local, leader, call, takeLog, clock } = await openApi({ level: 'info' });
  local.start();
  await settle();
  leader.failure = 'leadership-lost';
  assert.equal((await call('PUT', '/v1/agent/service/register', WEB)).status, 200);
  assert.ok(takeLog().some((line) => line.startsWith('[ERROR] agent.anti_entropy: failed to sync changes')));
  leader.failure = null;
  // A round gathers by the real clock: the other one is moved on until it has had its time.
  await waitFor(async () => {
    await clock.advance(30_000);
    return leader.store.catalog.nodeService('node1', 'web') !== undefined;
  }, 'the next sync');
  await local.stop();
});
