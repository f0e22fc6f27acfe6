import assert from 'node:assert/strict';
import test from 'node:test';
import { allowAll } from '../../../../../src/workers/state/acl/access.js';
import { scaleFactor } from '../../../../../src/workers/state/local/sync/cluster-scale.js';
import { refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import type { Judged, TokenResolver } from '../../../../../src/workers/state/methods/contract/token-resolver.js';
import { NO_CHECK } from '../../../../../src/workers/state/records/zero-values.js';
import { readJson } from '../../../../data.js';
import { settle } from './fake-clock.js';
import { type Fixture, openLocal } from './local-fixture.js';
import { checkType, registration, SECOND_NS } from './registrations.js';

interface Vectors {
  readonly [step: string]: unknown;
  readonly scale: { readonly [members: string]: number };
}

const vectors = readJson('agent/anti-entropy.json') as Vectors;
const WEB = registration({ ID: 'web', Service: 'web', Port: 80 }, [{ TTL: 600 * SECOND_NS }, { TTL: 600 * SECOND_NS }]);

/** The recorded lines of a step up to the first repetition: stock runs a second, idle round now and then. */
function recorded(step: string): string[] {
  return [...new Set(vectors[step] as readonly string[])].filter((line) => !line.includes('Skipping remote check'));
}

function catalogChecks({ leader }: Fixture): unknown[] {
  return leader.store.catalog.nodeChecks('node1').value.map((check) => [check.CheckID, check.Status, check.Output]);
}

test('the factor grows by one with every doubling beyond 128 members, as recorded', () => {
  for (const [members, factor] of Object.entries(vectors.scale)) assert.equal(scaleFactor(Number(members)), factor);
});

test('each step writes what changed and logs it as recorded', async () => {
  const fixture = await openLocal();
  const { local, takeLog, leader, clock } = fixture;
  local.start();
  await settle();
  assert.deepEqual(takeLog(), recorded('start'));

  await local.registrar.registerService(WEB);
  await settle();
  assert.deepEqual(takeLog(), recorded('register service with two checks'));
  assert.equal(leader.proposed.length, 2);

  await local.registrar.registerService(WEB);
  await settle();
  assert.deepEqual(takeLog(), recorded('register the same again'));
  assert.equal(leader.proposed.length, 2);

  local.ttl.update('service:web:1', 'passing', '');
  await settle();
  // The recording goes on with an idle round, and stock does one thing after the other.
  const idle = '[DEBUG] agent: Check in sync: check=service:web:1';
  assert.deepEqual(new Set([...takeLog(), idle]), new Set(recorded('pass a check')));
  assert.equal(leader.proposed.length, 3);

  local.ttl.update('service:web:1', 'passing', 'only the output');
  await settle();
  assert.equal(leader.proposed.length, 3);
  assert.deepEqual(catalogChecks(fixture), vectors['catalog output after output only']);
  takeLog();

  await clock.advance(299_999);
  takeLog();
  assert.equal(leader.proposed.length, 3);
  await clock.advance(1);
  assert.ok(takeLog().includes('[INFO]  agent: Synced check: check=service:web:1'));
  assert.deepEqual(catalogChecks(fixture)[0], ['service:web:1', 'passing', 'only the output']);

  await local.registrar.deregisterService('web');
  await settle();
  assert.deepEqual(new Set(takeLog()), new Set(recorded('deregister')));
  assert.deepEqual(catalogChecks(fixture), []);

  await local.maintenance.enterNode('', '');
  await settle();
  assert.ok(takeLog().includes('[INFO]  agent: Synced check: check=_node_maintenance'));
  await local.maintenance.leaveNode();
  await settle();
  assert.deepEqual(new Set(takeLog()), new Set(recorded('maintenance off')));
  await local.stop();
});

test('the node is written with its addresses and metadata', async () => {
  const { local, leader } = await openLocal();
  local.start();
  await settle();
  const { Node } = vectors['node as written'] as { Node: { TaggedAddresses: object; Meta: object } };
  const node = leader.store.catalog.node('node1');
  assert.deepEqual({ ...node?.TaggedAddresses }, Node.TaggedAddresses);
  assert.deepEqual({ ...node?.Meta }, Node.Meta);
  await local.stop();
});

test('a service goes out with its own dirty checks in one write, the node not touched', async () => {
  const { local, leader } = await openLocal();
  local.start();
  await settle();
  await local.registrar.registerService(WEB);
  await settle();
  const command = leader.proposed.at(-1);
  assert.ok(command?.type === 0);
  assert.equal(command.body.SkipNodeUpdate, true);
  assert.equal(command.body.Check, null);
  assert.deepEqual(
    command.body.Checks?.map(({ CheckID }) => CheckID),
    ['service:web:1', 'service:web:2'],
  );
  await local.stop();
});

test('a full sync removes what the agent does not know and brings back what the catalog lost', async () => {
  const { local, leader, takeLog, clock } = await openLocal({ level: 'info' });
  local.start();
  await settle();
  await local.registrar.registerService(WEB);
  await settle();
  const base = leader.proposed.at(-1);
  assert.ok(base?.type === 0);
  const alien = registration({ ID: 'alien', Service: 'alien' }).service;
  leader.applyNow({ type: 0, body: { ...base.body, Service: alien, Checks: null } });
  const gone = { Datacenter: 'dc1', Token: '', Node: 'node1', PeerName: '' };
  leader.applyNow({ type: 1, body: { ...gone, ServiceID: 'web', CheckID: '' } });
  leader.applyNow({
    type: 0,
    body: { ...base.body, Service: { ...alien, ID: 'consul', Service: 'consul' }, Checks: null },
  });
  takeLog();
  await clock.advance(120_000);
  const lines = takeLog();
  assert.ok(lines.includes('[INFO]  agent: Deregistered service: service=alien'));
  assert.ok(lines.includes('[INFO]  agent: Synced service: service=web'));
  const services = leader.store.catalog.nodeServices('node1').value?.services.map(({ ID }) => ID);
  assert.deepEqual(services, ['consul', 'web']);
  await local.stop();
});

test('with tag override the tags in the catalog win, without it they are put back', async () => {
  const { local, leader, clock } = await openLocal({ level: 'error' });
  local.start();
  await local.registrar.registerService(registration({ Service: 'open', Tags: ['a'], EnableTagOverride: true }));
  await local.registrar.registerService(registration({ Service: 'shut', Tags: ['a'] }));
  await settle();
  for (const command of [...leader.proposed]) {
    if (command.type !== 0 || command.body.Service === null) continue;
    leader.applyNow({ type: 0, body: { ...command.body, Service: { ...command.body.Service, Tags: ['theirs'] } } });
  }
  await clock.advance(120_000);
  const tags = (name: string): unknown => leader.store.catalog.serviceInstances(name).value[0]?.service.Tags;
  assert.deepEqual(tags('open'), ['theirs']);
  assert.deepEqual(local.state.service('open')?.definition.Tags, ['theirs']);
  assert.deepEqual(tags('shut'), ['a']);
  await local.stop();
});

for (const refusal of ['Permission denied: no service:write', 'rpc error: ACL not found']) {
  test(`what an ACL forbids is left until the next full sync: ${refusal}`, async () => {
    const { local, leader, takeLog, clock, metrics } = await openLocal({ level: 'info' });
    local.start();
    await settle();
    leader.errors.set('web', refusal);
    await local.registrar.registerService(registration({ Service: 'web' }));
    await settle();
    const line = '[WARN]  agent: Service registration blocked by ACLs: service=web accessorID="anonymous token"';
    assert.deepEqual(takeLog().filter((text) => text === line).length, 1);
    await local.registrar.registerService(registration({ Service: 'other' }));
    await settle();
    assert.ok(!takeLog().includes(line));
    leader.errors.clear();
    await clock.advance(120_000);
    assert.ok(takeLog().includes('[INFO]  agent: Synced service: service=web'));
    assert.equal(metrics.report().counters.find(({ name }) => name === 'acl.blocked.service.registration')?.sum, 1);
    await local.stop();
  });
}

test('what is blocked names the accessor of the token that was used, never its secret', async () => {
  const accessors = new Map([
    ['of-agent', 'accessor-of-agent'],
    ['of-web', 'accessor-of-web'],
    ['', '00000000-0000-0000-0000-000000000002'],
  ]);
  const judged = (secret: string): Judged => {
    const accessor = accessors.get(secret);
    return accessor === undefined ? refusal('denied', 'ACL not found') : { ...allowAll, accessor };
  };
  const acls: TokenResolver = {
    isOff: false,
    // A client agent has to ask for it.
    resolve: (secret) => (secret === 'of-web' ? Promise.resolve(judged(secret)) : judged(secret)),
    isLocal: () => false,
  };
  const tokens = { agent: 'of-agent', default: '', configFileRegistration: '' };
  const { local, leader, takeLog } = await openLocal({ level: 'warn', tokens, acls });
  local.start();
  await settle();
  const register = async (Service: string, token: string): Promise<void> => {
    await local.registrar.registerService({ ...registration({ Service }), token });
    await settle();
  };
  await register('known', '');
  for (const id of ['web', 'unknown', 'open', 'known']) leader.errors.set(id, 'Permission denied');
  await register('web', 'of-web');
  await register('unknown', 'nobodys');
  await register('open', '');
  await local.registrar.deregisterService('known');
  await settle();
  const blocked = (what: string, id: string, accessor: string) =>
    `[WARN]  agent: Service ${what} blocked by ACLs: service=${id} accessorID=${accessor}`;
  const lines = takeLog();
  for (const line of [
    blocked('registration', 'web', 'accessor-of-web'),
    blocked('registration', 'unknown', ''),
    blocked('registration', 'open', '"anonymous token"'),
    blocked('deregistration', 'known', 'accessor-of-agent'),
  ])
    assert.ok(lines.includes(line), `${line} is not among\n${lines.join('\n')}`);
  assert.ok(!lines.some((line) => /of-web$|nobodys/.test(line.replace('accessor-of-web', ''))));
  await local.stop();
});

test('a failed round is logged and tried again with the next change or timer, nothing is lost', async () => {
  const { local, leader, takeLog, clock } = await openLocal({ level: 'info' });
  local.start();
  await settle();
  leader.failure = 'no-leader';
  for (let i = 0; i < 20; i += 1) await local.registrar.registerService(registration({ Service: `s${i}` }));
  await settle();
  const lines = takeLog();
  assert.ok(lines.includes('[ERROR] agent.anti_entropy: failed to sync changes: error="No cluster leader"'));
  leader.failure = null;
  await clock.advance(120_000);
  assert.equal(leader.store.catalog.nodeServices('node1').value?.services.length, 20);
  await local.stop();
});

test('what failed is tried again in the next partial sync: services, checks, removals', async () => {
  const { local, leader, takeLog } = await openLocal({ level: 'info' });
  local.start();
  await settle();
  const ttl = { TTL: 600 * SECOND_NS };
  await local.registrar.registerService(registration({ Service: 'gone' }));
  await local.registrar.registerCheck({ check: checkType({ Name: 'no', ...ttl }), serviceId: '', token: '' });
  await settle();
  const failing = ['web', 'alone', 'gone', 'no'];
  for (const id of failing) leader.errors.set(id, 'the disk is full');
  await local.registrar.registerService(registration({ Service: 'web' }));
  await local.registrar.registerCheck({ check: checkType({ Name: 'alone', ...ttl }), serviceId: '', token: '' });
  await local.registrar.deregisterService('gone');
  await local.registrar.deregisterCheck('no');
  await settle();
  const catalog = (): unknown[] => {
    const dump = leader.store.catalog.nodeDump('node1');
    return [dump?.services.map(({ ID }) => ID), dump?.checks.map(({ CheckID }) => CheckID)];
  };
  assert.deepEqual(catalog(), [['gone'], ['no']]);
  const said = takeLog();
  for (const line of [
    '[WARN]  agent: Syncing service failed.: service=web error="raft apply failed: the disk is full"',
    '[WARN]  agent: Syncing check failed.: check=alone error="raft apply failed: the disk is full"',
    '[WARN]  agent: Deregistering service failed.: service=gone error="raft apply failed: the disk is full"',
    '[WARN]  agent: Deregistering check failed.: check=no error="raft apply failed: the disk is full"',
    '[ERROR] agent.anti_entropy: failed to sync changes: error="raft apply failed: the disk is full"',
  ]) {
    assert.ok(said.includes(line), line);
  }
  leader.errors.clear();
  // Any change brings the next round; time doesn't move, so no full sync does.
  await local.registrar.registerService(registration({ Service: 'other' }));
  await settle();
  assert.deepEqual(catalog(), [['other', 'web'], ['alone']]);
  await local.stop();
});

test('a full sync puts back each field of a service that somebody changed in the catalog', async () => {
  const { local, leader, clock } = await openLocal({ level: 'error' });
  local.start();
  await settle();
  const own = { Service: 'web', Tags: ['a', 'b'], Port: 80, Meta: { k: 'v' }, Weights: { Passing: 3, Warning: 2 } };
  const ttl = { TTL: 3600 * SECOND_NS, Notes: 'as given', Name: 'beat' };
  await local.registrar.registerService(registration(own, [ttl]));
  await settle();
  const written = leader.proposed.at(-1);
  assert.ok(written?.type === 0 && written.body.Service && written.body.Check);
  const { Service, Check } = written.body;
  const instance = (): object => leader.store.catalog.serviceInstances('web').value[0]?.service ?? {};
  const check = (): object => leader.store.catalog.serviceChecks('web').value[0] ?? {};
  const meddle = async (service: Partial<typeof Service>, ofCheck: Partial<typeof Check>): Promise<void> => {
    const body = { ...written.body, Service: { ...Service, ...service }, Check: { ...Check, ...ofCheck } };
    leader.applyNow({ type: 0, body });
    await clock.advance(120_000);
  };
  for (const changed of [
    { Tags: ['b', 'a'] },
    { Meta: { k: 'v', more: 'x' } },
    { Meta: null },
    { Weights: { Passing: 3, Warning: 1 } },
    { Port: 81 },
    { Address: '10.0.0.9' },
    { TaggedAddresses: { lan: { Address: '10.0.0.9', Port: 1 } } },
    { EnableTagOverride: true, Tags: ['a', 'b'] },
  ]) {
    await meddle(changed, {});
    assert.deepEqual({ ...instance(), CreateIndex: 0, ModifyIndex: 0 }, Service, JSON.stringify(changed));
  }
  for (const changed of [{ Notes: 'theirs' }, { Name: 'theirs' }, { Status: 'passing' }, { Output: 'theirs' }]) {
    await meddle({}, changed);
    const { Notes, Name, Status, Output } = Check;
    const now = check() as typeof Check;
    assert.deepEqual([now.Notes, now.Name, now.Status, now.Output], [Notes, Name, Status, Output]);
  }
  await local.stop();
});

test('a service registered again without its check leaves nothing for full syncs to write', async () => {
  const { local, leader, clock } = await openLocal();
  await local.registrar.registerService(registration({ ID: 'web', Service: 'web' }, [{ TTL: 600 * SECOND_NS }]));
  await local.registrar.registerService(registration({ ID: 'web', Service: 'web', Tags: ['second'] }));
  local.start();
  await settle();
  const [check] = leader.store.catalog.nodeChecks('node1').value;
  assert.deepEqual(check?.ServiceTags, ['second']);
  const written = leader.proposed.length;
  for (let round = 0; round < 3; round += 1) await clock.advance(90_000);
  assert.equal(leader.proposed.length, written);
  await local.stop();
});

test('a check whose service is not the one it was written with is put right', async () => {
  const { local, leader, clock } = await openLocal();
  await local.registrar.registerService(registration({ ID: 'web', Service: 'web' }, [{ TTL: 600 * SECOND_NS }]));
  local.start();
  await settle();
  const base = leader.proposed.at(-1);
  assert.ok(base?.type === 0);
  const alien = { ...base.body.Check, ServiceID: '', ServiceName: 'other' };
  leader.applyNow({ type: 0, body: { ...base.body, Service: null, Check: alien as typeof base.body.Check } });
  await clock.advance(90_000);
  const [check] = leader.store.catalog.nodeChecks('node1').value;
  assert.equal(check?.ServiceName, 'web');
  await local.stop();
});

test('without a leader a round ends with what is under way, and says so once', async () => {
  const { local, leader, takeLog, clock } = await openLocal({ level: 'info' });
  local.start();
  await settle();
  takeLog();
  leader.failure = 'no-leader';
  for (let i = 0; i < 1000; i += 1) await local.registrar.registerService(registration({ Service: `s${i}` }));
  await settle();
  takeLog();
  const before = leader.attempts;
  // A full sync marks them all, and one round follows it.
  await clock.advance(90_000);
  const lines = takeLog();
  assert.equal(lines.filter((line) => line.includes('failed to sync changes')).length, 1);
  assert.equal(lines.filter((line) => line.includes('Syncing service failed.')).length, 1);
  // One more may have gone out before the first refusal was read.
  assert.ok(leader.attempts - before < 520, `${leader.attempts - before} commands`);
  await local.stop();
});

test('a removal of what the catalog knows nothing of is done', async () => {
  const { local, leader, takeLog } = await openLocal({ level: 'info' });
  local.start();
  await local.registrar.registerService(registration({ Service: 'web' }));
  const check = checkType({ Name: 'beat', TTL: 600 * SECOND_NS });
  await local.registrar.registerCheck({ check, serviceId: '', token: '' });
  await settle();
  leader.errors.set('web', 'Unknown service ID "web"');
  leader.errors.set('beat', 'Unknown check ID "beat"');
  await local.registrar.deregisterService('web');
  await local.registrar.deregisterCheck('beat');
  await settle();
  assert.equal(local.state.allServices.size + local.state.allChecks.size, 0);
  const lines = takeLog();
  assert.ok(lines.includes('[INFO]  agent: Deregistered service: service=web'));
  assert.ok(lines.includes('[INFO]  agent: Deregistered check: check=beat'));
  assert.ok(!lines.some((line) => line.includes('failed')));
  await local.stop();
});

test('a check with another token than its service is written on its own', async () => {
  const { local, leader } = await openLocal({ level: 'error' });
  const ttl = { TTL: 600 * SECOND_NS };
  await local.registrar.registerService(registration({ Service: 'web' }, [ttl], { token: 'of the service' }));
  const check = checkType({ Name: 'beat', ...ttl });
  await local.registrar.registerCheck({ check, serviceId: 'web', token: 'of the check' });
  local.start();
  await settle();
  const written = leader.proposed.map((command) => {
    assert.ok(command.type === 0);
    const { Token, Service, Check, Checks } = command.body;
    return [Token, Service?.ID, [...(Check ? [Check] : []), ...(Checks ?? [])].map(({ CheckID }) => CheckID)];
  });
  assert.deepEqual(written, [
    ['', undefined, []],
    ['of the service', 'web', ['service:web']],
    ['of the check', 'web', ['beat']],
  ]);
  await local.stop();
});

test('a full sync puts the node right, and leaves what is not its own', async () => {
  const { local, leader, clock, takeLog } = await openLocal({ level: 'info', config: { nodeMeta: { rack: '1' } } });
  local.start();
  await local.registrar.registerService(registration({ Service: 'web' }, [{ TTL: 3600 * SECOND_NS }]));
  await local.registrar.registerService(registration({ Service: 'plain' }));
  await settle();
  const written = leader.proposed.find((command) => command.type === 0);
  const own = local.state.service('web')?.definition;
  assert.ok(written?.type === 0 && own);
  const register = (change: Partial<typeof written.body>): void => {
    leader.applyNow({ type: 0, body: { ...written.body, Service: null, Check: null, Checks: null, ...change } });
  };
  const check = { ...NO_CHECK, Node: 'node1', Status: 'passing' };
  register({ Check: { ...check, CheckID: 'serfHealth', Name: 'serfHealth' } });
  register({ Check: { ...check, CheckID: 'alien', Name: 'alien' } });
  const virtual = { 'consul-virtual': { Address: '240.0.0.1', Port: 80 } };
  register({ Service: { ...own, TaggedAddresses: { ...own.TaggedAddresses, ...virtual } } });
  register({ NodeMeta: { rack: 'theirs' }, SkipNodeUpdate: false });
  const of = { Datacenter: 'dc1', Token: '', Node: 'node1', PeerName: '' };
  leader.applyNow({ type: 1, body: { ...of, ServiceID: '', CheckID: 'service:web' } });
  leader.applyNow({ type: 1, body: { ...of, ServiceID: 'plain', CheckID: '' } });
  assert.equal(leader.store.catalog.serviceInstances('plain').value.length, 0);
  takeLog();
  await clock.advance(120_000);
  assert.equal(leader.store.catalog.node('node1')?.Meta?.['rack'], '1');
  assert.deepEqual(
    leader.store.catalog.nodeChecks('node1').value.map(({ CheckID }) => CheckID),
    ['serfHealth', 'service:web'],
  );
  assert.deepEqual(leader.store.catalog.serviceInstances('web').value[0]?.service.TaggedAddresses, virtual);
  assert.deepEqual(local.state.service('web')?.definition.TaggedAddresses, virtual);
  assert.equal(
    leader.store.catalog.serviceInstances('plain').value.length,
    1,
    'it was lost, with no check to bring it',
  );
  const lines = takeLog();
  assert.ok(lines.includes('[INFO]  agent: Deregistered check: check=alien'));
  assert.ok(lines.includes('[INFO]  agent: Synced check: check=service:web'));
  assert.ok(!lines.includes('[INFO]  agent: Synced service: service=web'), 'adopted addresses are no difference');
  await local.stop();
});

test('an output that keeps changing is written all the same', async () => {
  const fixture = await openLocal({ level: 'error' });
  const { local, clock } = fixture;
  local.start();
  await local.registrar.registerService(registration({ Service: 'web' }, [{ TTL: 3600 * SECOND_NS }]));
  await settle();
  local.ttl.update('service:web', 'critical', 'first');
  await clock.advance(299_999);
  local.ttl.update('service:web', 'critical', 'second');
  assert.deepEqual(catalogChecks(fixture), [['service:web', 'critical', '']]);
  await clock.advance(1);
  assert.deepEqual(catalogChecks(fixture), [['service:web', 'critical', 'second']]);
  await local.stop();
});

test('many registrations go out together, at most 512 at a time', async () => {
  const { local, leader } = await openLocal({ level: 'error' });
  for (let i = 0; i < 1500; i += 1) await local.registrar.registerService(registration({ Service: `s${i}` }));
  local.start();
  await settle();
  assert.equal(leader.store.catalog.nodeServices('node1').value?.services.length, 1500);
  assert.equal(leader.mostOutstanding, 512);
  await local.stop();
});

test('a change while its write is on the way is written again', async () => {
  const { local, leader } = await openLocal({ level: 'error' });
  local.start();
  await settle();
  await local.registrar.registerService(registration({ Service: 'web' }, [{ TTL: 600 * SECOND_NS }]));
  while (leader.outstanding === 0) await new Promise((resolve) => setImmediate(resolve));
  local.ttl.update('service:web', 'passing', 'now');
  await local.registrar.registerService(registration({ Service: 'web', Port: 9 }));
  await settle();
  assert.equal(leader.store.catalog.serviceInstances('web').value[0]?.service.Port, 9);
  assert.deepEqual(
    leader.store.catalog.serviceChecks('web').value.map(({ Status }) => Status),
    ['passing'],
  );
  await local.stop();
});
