import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { sameCheck, sameService } from '../../../src/workers/state/local/equality.js';
import { settle } from './fake-clock.js';
import { openLocal } from './local-fixture.js';
import { registration, SECOND_NS } from './registrations.js';

const id = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  fc.record({
    do: fc.constant('register' as const),
    id,
    port: fc.nat({ max: 3 }),
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
  fc.record({ do: fc.constant('meddle' as const), id }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 5_000, 200_000) }),
);

test('whatever happens on the way, the catalog ends with what the agent has', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { local, leader, clock } = await openLocal({ level: 'error' });
      local.start();
      for (const action of steps) {
        if (action.do === 'register') {
          const checks = Array.from({ length: action.checks }, () => ({ TTL: 100_000 * SECOND_NS }));
          const more = { replaceExistingChecks: action.replace };
          await local.registrar.registerService(registration({ Service: action.id, Port: action.port }, checks, more));
        } else if (action.do === 'deregister') await local.registrar.deregisterService(action.id);
        else if (action.do === 'report') {
          const status = action.status === 'passing' ? 'passing' : 'critical';
          for (const entry of local.state.checksOf(action.id)) local.ttl.update(entry.id, status, action.output);
        } else if (action.do === 'leader') leader.failure = action.lost ? 'no-leader' : null;
        else if (action.do === 'wait') await clock.advance(action.ms);
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
        assert.ok(own?.inSync && sameService(own.definition, service), service.ID);
      }
      for (const check of dump?.checks ?? []) {
        const own = local.state.check(check.CheckID);
        assert.ok(own?.inSync && sameCheck(own.check, check), check.CheckID);
      }
      assert.equal(local.state.allServices.size, services.length, 'nothing waits to be forgotten');
      assert.equal(local.state.allChecks.size, checks.length);
      await local.stop();
    }),
    { numRuns: 60 },
  );
});
