// A prepared query that finds nothing here is executed elsewhere: in which order, how often, and what is said of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORIGIN } from '../../../../../src/wire/coordinate.js';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import type { PreparedQueryRecord, QueryFailover } from '../../../../../src/wire/records.js';
import type { AskedFailure } from '../../../../../src/workers/state/calls/asked-failure.js';
import { ask } from '../../../../../src/workers/state/calls/asked-read.js';
import { CallsBeyond } from '../../../../../src/workers/state/calls/calls-beyond.js';
import type { ServerAsking } from '../../../../../src/workers/state/calls/elsewhere.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import {
  type Executed,
  executeQuery,
  type RemoteExecution,
} from '../../../../../src/workers/state/methods/query/query-execute.js';
import { FakeControl, member } from '../endpoints/agent/fake-request.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { query, register, service, setQuery, TestStore, template } from '../replica/store/commands.js';
import { testCalls } from './test-calls.js';

const FAILED: AskedFailure = { ok: false, text: 'rpc error making call: No cluster leader', kind: 'answered' };
const MS: { readonly [datacenter: string]: number } = { dc1: 0, near: 10, far: 50, farther: 90 };
const NO_FAILOVER: QueryFailover = { NearestN: 0, Datacenters: null, Targets: null };

/** What each other datacenter has: instances, nothing, nothing that the asker may see, or no server that answers. */
type Elsewhere = { readonly [datacenter: string]: 'some' | 'none' | 'hidden' | 'down' };

function rig(failover: Partial<QueryFailover>, elsewhere: Elsewhere) {
  const asked: { datacenter: string; request: RemoteExecution; consistency: string }[] = [];
  const store = new TestStore();
  const instance = { node: store.catalog.node('n1'), service: service({ ID: 'there' }), checks: [] };
  const asking: ServerAsking = {
    read(_address, { name }, request, { consistency }, datacenter, _token, done) {
      assert.equal(name, 'PreparedQuery.ExecuteRemote');
      asked.push({ datacenter, request: request as RemoteExecution, consistency });
      const nodes = elsewhere[datacenter] === 'some' ? [instance] : [];
      const value = {
        service: 'web',
        nodes,
        ttl: '3s',
        datacenter,
        peer: '',
        failovers: 0,
        isOrdered: true,
        mayFailOver: false,
        of: null,
      };
      const isFiltered = elsewhere[datacenter] === 'hidden' ? { isFiltered: true } : {};
      const origin = { hasLeader: true, lastContactMs: 0, ...isFiltered };
      setImmediate(() =>
        done(elsewhere[datacenter] === 'down' ? FAILED : ({ ok: true, value, index: 1, origin, bytes: 1 } as never)),
      );
      return { cancel: () => {} };
    },
    write: () => assert.fail('nothing is written'),
  };
  const log = new FakeLog(store);
  log.leadership.setUnboundedLease(true);
  log.leadership.setRole(Role.leader, 1, true);
  const place = (ms: number) => ({ ...ORIGIN, Vec: [ms / 1000, 0, 0, 0, 0, 0, 0, 0] });
  const control = new FakeControl({
    'wan-coordinates': new Map(Object.entries(MS).map(([dc, ms]) => [dc === 'dc1' ? 'n1.dc1' : `s.${dc}`, place(ms)])),
  });
  const wan = Object.keys(MS).map((dc) => member(dc === 'dc1' ? 'n1.dc1' : `s.${dc}`, { role: 'consul', dc }));
  const calls = testCalls({
    store,
    consensus: log,
    server: { control, wanMembers: () => wan },
    beyond: new CallsBeyond({
      serversOf: (name) => [{ name: 's', address: `${name}:1` }],
      asking,
      isLocalToken: () => false,
    }),
  });
  const of = query({ Name: 'q', DNS: { TTL: '3s' } }, { Failover: { ...NO_FAILOVER, ...failover } });
  store.runAll(setQuery(of));
  const answer = async (name: string, consistency: 'default' | 'stale', token: string) => {
    const agent = { node: 'n1', datacenter: 'dc1', segment: '' };
    const source = { datacenter: 'dc1', node: '', ip: '' };
    const request = { idOrName: name, limit: 2, connect: false, source, agent, datacenter: 'dc1' };
    const settings = { consistency, minIndex: 0, waitMs: 0, maxStaleMs: 0 };
    const found = await ask(calls, executeQuery, request, settings, 'dc1', { token });
    assert.ok(!isRefusal(found), JSON.stringify(found));
    return found;
  };
  const execute = async (name = 'q', consistency: 'default' | 'stale' = 'default'): Promise<Executed> =>
    (await answer(name, consistency, '')).value;
  return { store, asked, control, execute, answer, places: () => asked.map(({ datacenter }) => datacenter) };
}

test('the nearest ones come first, then those that are listed, each once and none that nobody knows', async () => {
  const { execute, places } = rig({ NearestN: 2, Datacenters: ['dc9', 'far', 'dc1', 'farther', 'near'] }, {});
  const { nodes, failovers, datacenter } = await execute();
  assert.deepEqual(places(), ['near', 'far', 'farther']);
  assert.deepEqual([nodes.length, failovers, datacenter], [0, 3, 'farther']);
});

test('the first place that has some ends it, those that fail are passed over', async () => {
  const { execute, asked } = rig({ Datacenters: ['near', 'far', 'farther'] }, { near: 'down', far: 'some' });
  const found = await execute('q', 'stale');
  assert.equal(found.nodes.length, 1);
  assert.deepEqual([found.failovers, found.datacenter, found.ttl], [2, 'far', '3s']);
  const [first] = asked;
  assert.deepEqual([first?.request.limit, first?.request.query.Name, first?.consistency], [2, 'q', 'stale']);
  assert.equal(asked.length, 2);
});

test('nobody else is asked while there is something here, or where the query names nobody', async () => {
  const { execute, asked, store, control } = rig({ NearestN: 3 }, { near: 'some' });
  store.runAll(register({ Service: service({ ID: 'web' }) }));
  const { nodes, failovers, datacenter } = await execute();
  assert.deepEqual([nodes.length, failovers, datacenter], [1, 0, 'dc1']);
  const none = rig({}, { near: 'some' });
  assert.equal((await none.execute()).nodes.length, 0);
  assert.deepEqual([asked.length, none.asked.length, control.asked.length], [0, 0, 0]);
});

test('only who is nearest is asked of main, and not for each query', async () => {
  const { execute, control } = rig({ NearestN: 1 }, { near: 'some' });
  for (let times = 0; times < 5; times += 1) assert.equal((await execute()).datacenter, 'near');
  assert.equal(control.asked.length, 1);
  const listed = rig({ Datacenters: ['near'] }, { near: 'some' });
  assert.equal((await listed.execute()).datacenter, 'near');
  assert.equal(listed.control.asked.length, 0);
});

test('targets are tried one after the other; of peers nothing is imported yet', async () => {
  const Targets = [
    { Peer: 'cluster-2', Datacenter: '' },
    { Peer: '', Datacenter: 'dc9' },
    { Peer: '', Datacenter: 'far' },
    { Peer: '', Datacenter: 'near' },
  ];
  const { execute, places } = rig({ Targets }, { far: 'some' });
  const found = await execute();
  assert.deepEqual([found.datacenter, found.failovers, found.nodes.length], ['far', 2, 1]);
  assert.deepEqual(places(), ['far']);
  const alone = await rig({ Targets: Targets.slice(0, 1) }, {}).execute();
  assert.deepEqual([alone.datacenter, alone.failovers, alone.peer, alone.nodes.length], ['dc1', 1, 'cluster-2', 0]);
});

test('a template is rendered before it is executed elsewhere', async () => {
  const { store, execute, asked } = rig({}, { far: 'some' });
  const of: PreparedQueryRecord = template(
    { ID: '00000000-0000-0000-0000-00000000000a', Name: 'to-' },
    { Service: 'web', Failover: { ...NO_FAILOVER, Datacenters: [`\${name.suffix}`] } },
  );
  store.runAll(setQuery(of));
  assert.equal((await execute('to-far')).datacenter, 'far');
  assert.deepEqual(asked[0]?.request.query.Service.Failover.Datacenters, ['far']);
});

test('what one of the places kept from the asker is told, but not to who sends no token', async () => {
  const { answer } = rig({ Datacenters: ['near', 'far'] }, { near: 'hidden', far: 'some' });
  const told = await answer('q', 'default', 'secret');
  assert.deepEqual([told.value.datacenter, told.isFiltered], ['far', true]);
  assert.equal((await answer('q', 'default', '')).isFiltered, false);
  const nothingHidden = rig({ Datacenters: ['far'] }, { far: 'some' });
  assert.equal((await nothingHidden.answer('q', 'default', 'secret')).isFiltered, false);
});
