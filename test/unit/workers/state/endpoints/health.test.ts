// /v1/health/service as load balancers poll it: who is passing, in which datacenter, how the kept answer follows the
// catalog, and what wakes a query that waits.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { healthEndpoints } from '../../../../../src/workers/state/endpoints/health.js';
import { waitFor } from '../../../../agent-process.js';
import { RawClient } from '../http/fixture.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import { check, deregister, proxy, register, service } from '../replica/store/commands.js';

let api: Served;
beforeEach(async () => {
  api = await serveEndpoints(() => healthEndpoints('n1'));
});
afterEach(() => api.close());

function registerWeb(Node: string, Status: string, Tags: readonly string[] = []): void {
  api.store.runAll(
    register({
      Node,
      NodeMeta: { rack: Node },
      Service: service({ ID: 'web', Tags: [...Tags] }),
      Check: check({ Node, CheckID: 'web', ServiceID: 'web', Status }),
    }),
  );
}

async function nodes(target: string): Promise<string[]> {
  const answer = await api.get(target);
  assert.equal(answer.status, 200, answer.body);
  return (JSON.parse(answer.body) as { Node: { Node: string } }[]).map(({ Node }) => Node.Node);
}

test('passing leaves out what warns and what is critical, also by a check of the node', async () => {
  registerWeb('n1', 'passing');
  registerWeb('n2', 'warning');
  registerWeb('n3', 'critical');
  registerWeb('n4', 'passing');
  for (const more of ['', '&filter=Service.Port==80']) {
    assert.deepEqual(await nodes(`/v1/health/service/web?x${more}`), ['n1', 'n2', 'n3', 'n4']);
    assert.deepEqual(await nodes(`/v1/health/service/web?passing${more}`), ['n1', 'n4']);
    assert.deepEqual(await nodes(`/v1/health/service/web?passing=1${more}`), ['n1', 'n4']);
    assert.deepEqual(await nodes(`/v1/health/service/web?passing=false${more}`), ['n1', 'n2', 'n3', 'n4']);
  }
  assert.equal((await api.get('/v1/health/service/web?passing=maybe')).status, 400);
  api.store.runAll(register({ Node: 'n4', Check: check({ Node: 'n4', CheckID: 'disk', Status: 'critical' }) }));
  assert.deepEqual(await nodes('/v1/health/service/web?passing'), ['n1']);
});

test('tags must all be there, node-meta must fit, a filter decides', async () => {
  registerWeb('n1', 'passing', ['a', 'b']);
  registerWeb('n2', 'passing', ['a']);
  assert.deepEqual(await nodes('/v1/health/service/web?tag=a'), ['n1', 'n2']);
  assert.deepEqual(await nodes('/v1/health/service/web?tag=a&tag=b'), ['n1']);
  assert.deepEqual(await nodes('/v1/health/service/web?node-meta=rack:n2'), ['n2']);
  assert.deepEqual(await nodes('/v1/health/service/web?filter=Node.Node!=n1'), ['n2']);
});

test('a bad filter of what comes from the event stream is named without a prefix', async () => {
  const wrong = 'Selector "Nope" is not valid';
  for (const target of [
    '/v1/health/service/web?index=1',
    '/v1/health/connect/web?cached',
    '/v1/health/service/web?cached&index=1',
  ])
    assert.deepEqual((await api.get(`${target}&filter=Nope==1`)).body, wrong, target);
  for (const target of [
    '/v1/health/service/web?stale',
    '/v1/health/service/web?index=1&near=n1',
    '/v1/health/ingress/web?cached',
    '/v1/health/state/any?index=1',
  ]) {
    const { status, body } = await api.get(`${target}&filter=Nope==1`);
    assert.deepEqual([status, body], [500, `Failed to create boolean expression evaluator: ${wrong}`], target);
  }
});

test('the kept answer follows instances, checks, nodes and a restart of the service', async () => {
  registerWeb('n1', 'passing');
  const both = async (): Promise<string[][]> => [
    await nodes('/v1/health/service/web'),
    await nodes('/v1/health/service/web?passing'),
  ];
  assert.deepEqual(await both(), [['n1'], ['n1']]);
  registerWeb('n1', 'critical');
  assert.deepEqual(await both(), [['n1'], []]);
  registerWeb('n2', 'passing');
  assert.deepEqual(await both(), [['n1', 'n2'], ['n2']]);
  api.store.runAll(register({ Node: 'n2', Address: '10.9.9.9' }));
  assert.match((await api.get('/v1/health/service/web')).body, /"Address":"10\.9\.9\.9"/);
  api.store.runAll(deregister({ Node: 'n2' }));
  assert.deepEqual(await both(), [['n1'], []]);
});

test('a query on a service that does not exist waits for it; one on connect for its first proxy', async () => {
  api.store.runAll(register({}), register({ Service: service({ ID: 'db' }) }), deregister({ ServiceID: 'db' }));
  for (const [target, appears] of [
    ['/v1/health/service/new', register({ Service: service({ ID: 'new' }) })],
    ['/v1/health/connect/web', register({ Service: proxy('web') })],
  ] as const) {
    const index = Number((await api.get(target)).headers['x-consul-index']);
    const client = new RawClient(api.port);
    client.send(`GET ${target}?index=${index}&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n`);
    await waitFor(() => api.server.waitingReads === 1, `${target} to wait`);
    api.store.runAll(appears);
    const answer = await client.answer();
    assert.equal((JSON.parse(answer.body) as unknown[]).length, 1, target);
    assert.ok(Number(answer.headers['x-consul-index']) > index);
    client.close();
  }
});

test('the index of an absent service follows nodes, services and checks until one vanished, and then only that', async () => {
  const index = async (): Promise<number> =>
    Number((await api.get('/v1/health/service/none')).headers['x-consul-index']);
  const follows: boolean[] = [];
  for (const command of [
    register({}),
    register({ Service: service({ ID: 'db' }) }),
    register({ Check: check({ CheckID: 'disk' }) }),
    deregister({ ServiceID: 'db' }),
    register({ Service: service({ ID: 'db' }) }),
    register({ Check: check({ CheckID: 'disk', Status: 'warning' }) }),
    deregister({ ServiceID: 'db' }),
  ]) {
    api.store.runAll(command);
    follows.push((await index()) === api.store.appliedIndex);
  }
  assert.deepEqual(follows, [true, true, true, true, false, false, true]);
});
