import assert from 'node:assert/strict';
import test from 'node:test';
import type { Reply } from '../../../../../../src/workers/state/http/message/reply.js';
import { settle } from '../../local/fake-clock.js';
import { NODE_ID } from '../../local/local-fixture.js';
import { openApi } from './fake-request.js';

function body(reply: Reply): unknown {
  assert.equal(typeof reply.body, 'string');
  return JSON.parse(String(reply.body));
}

test('a registration through the API carries the token of the request, not of the body', async () => {
  const { local, call } = await openApi();
  const text = '{"Name":"web","Token":"body","Check":{"TTL":"10s"}}';
  const reply = await call('PUT', '/v1/agent/service/register', text, { 'x-consul-token': 'secret' });
  assert.deepEqual([reply.status, reply.body], [200, '']);
  assert.equal(local.state.service('web')?.token, 'secret');
  assert.equal(local.state.check('service:web')?.token, 'secret');
  const pass = await call('PUT', '/v1/agent/check/pass/service:web?note=fine');
  assert.equal(pass.status, 200);
  assert.equal(local.state.check('service:web')?.check.Output, 'fine');
  await local.stop();
});

test('lists are maps in order of their IDs, and filtered', async () => {
  const { local, call } = await openApi();
  for (const name of ['b', 'a', 'é'])
    await call('PUT', '/v1/agent/service/register', `{"Name":"${name}","Tags":["${name}"]}`);
  const all = await call('GET', '/v1/agent/services');
  assert.deepEqual(Object.keys(body(all) as object), ['a', 'b', 'é']);
  const some = await call('GET', `/v1/agent/services?filter=${encodeURIComponent('"b" in Tags')}`);
  assert.deepEqual(Object.keys(body(some) as object), ['b']);
  const bad = await call('GET', '/v1/agent/checks?filter=Nope==1');
  assert.deepEqual(
    [bad.status, bad.body],
    [500, 'Failed to create boolean expression evaluator: Selector "Nope" is not valid'],
  );
  await local.stop();
});

test('a service waited for by its hash answers when it changes, or is gone', async () => {
  const { local, call } = await openApi();
  await call('PUT', '/v1/agent/service/register', '{"Name":"web","Port":1}');
  const first = body(await call('GET', '/v1/agent/service/web')) as { ContentHash: string };
  assert.match(first.ContentHash, /^[0-9a-f]{16}$/);
  const changed = call('GET', `/v1/agent/service/web?hash=${first.ContentHash}`);
  await call('PUT', '/v1/agent/service/register', '{"Name":"other"}');
  await call('PUT', '/v1/agent/service/register', '{"Name":"web","Port":2}');
  const second = body(await changed) as { ContentHash: string; Port: number };
  assert.equal(second.Port, 2);
  assert.notEqual(second.ContentHash, first.ContentHash);
  const gone = call('GET', `/v1/agent/service/web?hash=${second.ContentHash}`);
  await call('PUT', '/v1/agent/service/deregister/web');
  const reply = await gone;
  assert.deepEqual([reply.status, reply.body], [404, 'unknown service ID: web']);
  await local.stop();
});

test('the health of a name is that of its worst instance; the node counts for all', async () => {
  const { local, call } = await openApi();
  const register = (id: string, status: string) =>
    call('PUT', '/v1/agent/service/register', `{"ID":"${id}","Name":"web","Check":{"TTL":"9s","Status":"${status}"}}`);
  await register('a', 'passing');
  await register('b', 'warning');
  const show = async (path: string): Promise<unknown[]> => {
    const reply = await call('GET', `/v1/agent/health/service/${path}?format=text`);
    return [reply.status, reply.body, reply.headers[0]?.[1]];
  };
  assert.deepEqual(await show('id/a'), [200, 'passing', 'passing']);
  assert.deepEqual(await show('name/web'), [429, 'warning', 'warning']);
  await call('PUT', '/v1/agent/check/register', '{"Name":"disk","TTL":"9s","Status":"critical"}');
  assert.deepEqual(await show('id/a'), [503, 'critical', 'critical']);
  await call('PUT', '/v1/agent/maintenance?enable=true');
  assert.deepEqual(await show('id/a'), [503, 'maintenance', 'maintenance']);
  assert.deepEqual(await show('name/none'), [404, 'ServiceName none Not Found', 'ServiceName none Not Found']);
  await local.stop();
});

test('self shows configuration, member, figures and metadata', async () => {
  const { local, call } = await openApi();
  await call(
    'PUT',
    '/v1/agent/service/register',
    '{"Name":"web","Checks":[{"TTL":"9s"},{"TCP":"a:1","Interval":"9s"}]}',
  );
  const self = body(await call('GET', '/v1/agent/self')) as {
    Config: object;
    DebugConfig: object;
    Member: { Tags: object };
    Coord: object;
    Stats: { agent: object; raft: object };
    Meta: object;
    xDS: { Ports: object };
  };
  assert.deepEqual(self.Config, {
    Datacenter: 'dc1',
    PrimaryDatacenter: 'dc1',
    NodeName: 'node1',
    NodeID: NODE_ID,
    Revision: '',
    Server: true,
    Version: '1.21.4',
    BuildDate: '1970-01-01T00:00:01Z',
  });
  assert.deepEqual(self.DebugConfig, { A: 1 });
  assert.deepEqual(self.Member.Tags, { id: NODE_ID });
  assert.deepEqual(self.Coord, { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1.5, Adjustment: 0, Height: 0.00001 });
  assert.deepEqual(self.Stats.agent, { check_monitors: '0', check_ttls: '1', checks: '2', services: '1' });
  assert.deepEqual(self.Stats.raft, { state: 'Leader' });
  assert.deepEqual(self.Meta, { 'consul-network-segment': '', 'consul-version': '1.21.4' });
  assert.deepEqual(self.xDS.Ports, { Plaintext: 8502, TLS: 0 });
  const host = body(await call('GET', '/v1/agent/host')) as { Memory: { total: number }; CPU: unknown[]; Errors: null };
  assert.ok(host.Memory.total > 0 && host.CPU.length > 0);
  assert.equal(host.Errors, null);
  await local.stop();
});

test('members by pool, segment and filter', async () => {
  const { local, call } = await openApi();
  const names = async (query: string): Promise<string[]> =>
    (body(await call('GET', `/v1/agent/members${query}`)) as { Name: string }[]).map(({ Name }) => Name);
  assert.deepEqual(await names(''), ['node1', 'node2']);
  assert.deepEqual(await names('?wan'), ['node1', 'node2']);
  assert.deepEqual(await names('?wan=1'), ['node1.dc1']);
  assert.deepEqual(await names('?segment=_all'), ['node1', 'node2']);
  assert.deepEqual(await names(`?filter=${encodeURIComponent('Tags.role == consul')}`), ['node1']);
  assert.equal((await call('GET', '/v1/agent/members?segment=x')).status, 500);
  await local.stop();
});

test('what concerns the process is asked of it', async () => {
  const { local, call, asked } = await openApi();
  assert.equal((await call('PUT', '/v1/agent/reload')).status, 200);
  const join = await call('PUT', '/v1/agent/join/10.0.0.1:8301?wan=1');
  assert.deepEqual([join.status, join.body], [500, 'cannot be reached']);
  await call('PUT', '/v1/agent/force-leave/old?prune');
  await call('PUT', '/v1/agent/leave');
  assert.deepEqual(asked, [
    { op: 'reload' },
    { op: 'join', addresses: ['10.0.0.1:8301'], wan: true },
    { op: 'force-leave', node: 'old', prune: true, wan: false },
    { op: 'leave' },
  ]);
  await local.stop();
});

test('tokens can be set only where there are ACLs', async () => {
  const off = await openApi();
  const reply = await off.call('PUT', '/v1/agent/token/default', '{"Token":"x"}');
  assert.deepEqual([reply.status, reply.body], [401, 'ACL support disabled']);
  await off.local.stop();
  const on = await openApi({}, { aclEnabled: true });
  assert.equal((await on.call('PUT', '/v1/agent/token/agent', '{"Token":"x"}')).status, 200);
  const unknown = await on.call('PUT', '/v1/agent/token/bogus', '{"Token":"x"}');
  assert.deepEqual([unknown.status, unknown.body], [404, 'Token "bogus" is unknown']);
  await on.local.stop();
});

test('a monitor gets lines until it goes', async () => {
  const { local, call, log } = await openApi();
  const reply = await call('GET', '/v1/agent/monitor?loglevel=warn&logjson');
  assert.ok(typeof reply.body === 'object' && 'start' in reply.body);
  const lines: string[] = [];
  const stop = reply.body.start(
    (chunk) => {
      lines.push(String(chunk));
      return true;
    },
    () => undefined,
    (error) => assert.ifError(error),
  );
  const record = { time: 0, level: 'warn', name: 'agent', message: 'hello', fields: [] } as const;
  log(record);
  stop();
  log({ ...record, message: 'too late' });
  await settle();
  assert.deepEqual(
    lines.filter((line) => line !== ''),
    ['json hello\n'],
  );
  const bad = await call('GET', '/v1/agent/monitor?loglevel=nope');
  assert.deepEqual([bad.status, bad.body], [400, 'Unknown log level: nope']);
  await local.stop();
});
