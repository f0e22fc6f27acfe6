// Many services in one round go to the catalog in transactions; what a transaction is refused for costs the one service it is about.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCommand } from '../../../../../src/wasm/commands.js';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import { MAX_BYTES } from '../../../../../src/workers/state/local/sync/write-group.js';
import { NO_PROXY } from '../../../../../src/workers/state/records/zero-values.js';
import type { ProposeOutcome } from '../../../../../src/workers/state/replica/consensus.js';
import { settle } from './fake-clock.js';
import { FakeLeader, openLocal } from './local-fixture.js';
import { registration, SECOND_NS } from './registrations.js';

const COUNT = 200;
const TTL = { TTL: 600 * SECOND_NS };

const kinds = ({ proposed }: FakeLeader): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const { type } of proposed) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
};

test('many services with their checks are a few commands, and so are their removals', async () => {
  const { local, leader } = await openLocal({ level: 'error' });
  const alone = await openLocal({ level: 'error' });
  for (const agent of [local, alone.local]) agent.start();
  await settle();
  for (const { local: agent } of [{ local }, alone]) {
    const isAlone = agent === alone.local;
    for (let at = 0; at < COUNT; at += 1) {
      await agent.registrar.registerService(registration({ ID: `s${at}`, Service: `name${at % 7}`, Port: at }, [TTL]));
      if (isAlone) await settle();
    }
    await settle();
  }
  const counts = kinds(leader);
  assert.ok((counts.get(CommandType.txn) ?? 0) >= 1, 'transactions');
  const groups = leader.proposed.filter(({ type }) => type === CommandType.txn).length;
  assert.ok(leader.proposed.length < COUNT, `${leader.proposed.length} commands, ${groups} of them transactions`);
  assert.equal(kinds(alone.leader).get(CommandType.txn), undefined);

  // The catalog has the same, whichever way it came.
  const shown = ({ store }: FakeLeader): unknown =>
    JSON.parse(
      JSON.stringify({
        services: [...(store.catalog.nodeServices('node1').value?.services ?? [])],
        checks: Array.from({ length: COUNT }, (_, at) => store.catalog.check('node1', `service:s${at}`)),
      }),
      (name, value: unknown) => (/^(?:Create|Modify)Index$/.test(name) ? undefined : value),
    );
  assert.deepEqual(shown(leader), shown(alone.leader));

  const before = leader.proposed.length;
  for (let at = 0; at < COUNT; at += 1) void local.registrar.deregisterService(`s${at}`);
  await settle();
  assert.ok(leader.proposed.length - before < COUNT);
  assert.equal(leader.store.catalog.nodeServices('node1').value?.services.length, 0);
  assert.equal(leader.store.catalog.check('node1', 'service:s0'), undefined);
  assert.equal(local.state.allServices.size + local.state.allChecks.size, 0);
  await local.stop();
  await alone.local.stop();
});

/** Refuses each transaction that has a service of this ID, and its registration. */
class PickyLeader extends FakeLeader {
  override async propose(command: Command): Promise<ProposeOutcome> {
    const isInIt =
      command.type === CommandType.txn && (command.body.Ops ?? []).some(({ Service }) => Service?.Service.ID === 's7');
    if (!isInIt) return super.propose(command);
    this.proposed.push(command);
    const Errors = [{ OpIndex: 0, What: 'Permission denied' }];
    return { ok: true, index: 1, result: { kind: 'txn', value: { Results: null, Errors } } };
  }
}

test('what a transaction is refused for keeps nothing else from being synced', async () => {
  const leader = new PickyLeader();
  leader.errors.set('s7', 'Permission denied');
  const { local, takeLog } = await openLocal({ level: 'info', leader });
  for (let at = 0; at < COUNT; at += 1)
    await local.registrar.registerService(registration({ ID: `s${at}`, Service: 'web' }));
  local.start();
  await settle();
  assert.equal(leader.store.catalog.nodeServices('node1').value?.services.length, COUNT - 1);
  assert.equal(leader.store.catalog.nodeService('node1', 's7'), undefined);
  assert.equal(takeLog().filter((line) => line.includes('blocked by ACLs')).length, 1);
  await local.stop();
});

test('free-form configuration goes alone, since nobody can tell how long it is', async () => {
  const { local, leader } = await openLocal({ level: 'error' });
  for (let at = 0; at < COUNT; at += 1) {
    const free = { ...NO_PROXY, DestinationServiceName: 'web', Config: { a: 'b' } };
    const proxy = at % 50 === 0 ? { Kind: 'connect-proxy', Port: 1, Proxy: free } : {};
    await local.registrar.registerService(registration({ ID: `s${at}`, Service: 'web', ...proxy }));
  }
  local.start();
  await settle();
  assert.equal(leader.store.catalog.nodeServices('node1').value?.services.length, COUNT);
  const alone = leader.proposed.flatMap((command) =>
    command.type === CommandType.register && command.body.Service !== null ? [command.body.Service.ID] : [],
  );
  assert.deepEqual(alone, ['s0', 's50', 's100', 's150']);
  await local.stop();
});

test('how much goes in one command is bounded by its bytes, not by how many things are in it', async () => {
  const { local, leader } = await openLocal({ level: 'error' });
  const Tags = Array.from({ length: 4_000 }, () => 'ü');
  for (let at = 0; at < COUNT; at += 1) {
    await local.registrar.registerService(registration({ ID: `s${at}`, Service: 'web', Tags }, [TTL]));
  }
  // Its checks say more than a command should hold; each brings the service's tags along, too.
  const many = Array.from({ length: 300 }, () => ({ ...TTL, Notes: 'n'.repeat(2_000) }));
  await local.registrar.registerService(registration({ ID: 'many', Service: 'web' }, many));
  local.start();
  await settle();
  assert.equal(leader.store.catalog.nodeServices('node1').value?.services.length, COUNT + 1);
  for (let at = 1; at <= many.length; at += 1) {
    assert.equal(leader.store.catalog.check('node1', `service:many:${at}`)?.Notes.length, 2_000);
  }
  const sizes = leader.proposed.map((command) => encodeCommand(command).length);
  assert.ok(Math.max(...sizes) <= MAX_BYTES, `${Math.max(...sizes)} bytes`);
  const kindsOf = kinds(leader);
  assert.ok((kindsOf.get(CommandType.txn) ?? 0) > 0, 'transactions');
  await local.stop();
});
