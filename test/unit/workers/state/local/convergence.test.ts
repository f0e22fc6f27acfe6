import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { settle } from './fake-clock.js';
import { type FakeLeader, openLocal } from './local-fixture.js';
import { registration, SECOND_NS } from './registrations.js';

const id = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  fc.record({
    do: fc.constant('register' as const),
    id,
    port: fc.nat({ max: 3 }),
    tags: fc.constantFrom(null, ['a', 'b'], ['b', 'a']),
    meta: fc.constantFrom(null, { k: 'v' }, { k: 'w' }),
    notes: fc.constantFrom('', 'n'),
    checks: fc.nat({ max: 2 }),
    replace: fc.boolean(),
  }),
  fc.record({ do: fc.constant('deregister' as const), id }),
  fc.record({
    do: fc.constant('report' as const),
    id,
    status: fc.constantFrom('passing', 'critical'),
    output: fc.constantFrom('', 'x'),
  }),
  fc.record({ do: fc.constant('leader' as const), lost: fc.boolean() }),
  fc.record({ do: fc.constant('meddle' as const), id, quiet: fc.boolean() }),
  fc.record({ do: fc.constant('rewrite' as const), id, quiet: fc.boolean() }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 5_000, 200_000) }),
);

/** Somebody else writes the service, if the catalog has it, with other tags and metadata. */
function rewrite(leader: FakeLeader, serviceId: string): void {
  const dump = leader.store.catalog.nodeDump('node1');
  const service = dump?.services.find(({ ID }) => ID === serviceId);
  const written = leader.proposed.find((command) => command.type === 0);
  if (!service || written?.type !== 0) return;
  const theirs = { ...service, Tags: ['theirs'], Meta: { by: 'others' } };
  leader.applyNow({ type: 0, body: { ...written.body, Service: theirs, Check: null, Checks: null } });
}

test('whatever happens on the way, the catalog ends with what the agent has', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { local, leader, clock } = await openLocal({ level: 'error' });
      local.start();
      for (const action of steps) {
        // What others do to an entry means most when the catalog has it already.
        if ('quiet' in action && action.quiet) await settle();
        if (action.do === 'register') {
          const checks = Array.from({ length: action.checks }, () => ({
            TTL: 100_000 * SECOND_NS,
            Notes: action.notes,
          }));
          const more = { replaceExistingChecks: action.replace };
          const service = { Service: action.id, Port: action.port, Tags: action.tags, Meta: action.meta };
          await local.registrar.registerService(registration(service, checks, more));
        } else if (action.do === 'deregister') await local.registrar.deregisterService(action.id);
        else if (action.do === 'report') {
          const status = action.status === 'passing' ? 'passing' : 'critical';
          for (const entry of local.state.checksOf(action.id)) local.ttl.update(entry.id, status, action.output);
        } else if (action.do === 'leader') leader.failure = action.lost ? 'no-leader' : null;
        else if (action.do === 'wait') await clock.advance(action.ms);
        else if (action.do === 'rewrite') rewrite(leader, action.id);
        else {
          const body = { Datacenter: 'dc1', Token: '', Node: 'node1', ServiceID: action.id, CheckID: '', PeerName: '' };
          leader.applyNow({ type: 1, body });
        }
      }
      leader.failure = null;
      // The retry of a failed full sync, a full sync, and what it finds.
      await clock.advance(600_000);
      await settle();
      const dump = leader.store.catalog.nodeDump('node1');
      const services = [...local.state.services()];
      const checks = [...local.state.checks()];
      assert.deepEqual(dump?.services.map(({ ID }) => ID).sort(), services.map((entry) => entry.id).sort());
      assert.deepEqual(dump?.checks.map(({ CheckID }) => CheckID).sort(), checks.map((entry) => entry.id).sort());
      for (const service of dump?.services ?? []) {
        const own = local.state.service(service.ID);
        assert.ok(own?.inSync, service.ID);
        assert.deepEqual({ ...service, CreateIndex: 0, ModifyIndex: 0 }, own.definition);
      }
      for (const check of dump?.checks ?? []) {
        const own = local.state.check(check.CheckID);
        assert.ok(own?.inSync, check.CheckID);
        // The catalog shows the tags that the service has now, a kept check those of its own registration.
        const { ServiceTags } = own.check;
        assert.deepEqual({ ...check, ServiceTags, CreateIndex: 0, ModifyIndex: 0 }, own.check);
      }
      assert.equal(local.state.allServices.size, services.length, 'nothing waits to be forgotten');
      assert.equal(local.state.allChecks.size, checks.length);
      await local.stop();
    }),
    { numRuns: 60 },
  );
});
