// What tokens with some rules are shown and may do, over HTTP and a real store: what is left out, and that it is said; what a write
// takes the place of.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { intentionFormatCommands } from '../../../../../src/workers/state/leader/intention-format.js';
import type { RawAnswer } from '../http/fixture.js';
import type { Served } from '../http/served-endpoints.js';
import { check, kvSet, register, service } from '../replica/store/commands.js';
import { accessorOf, grant, QUERY_ID, serveWithAcls, TOKENS, UNKNOWN_TOKEN } from './served-with-acls.js';

let api: Served;
before(async () => {
  api = await serveWithAcls();
  api.store.runAll(
    ...intentionFormatCommands(api.store),
    register({ Node: 'gf1', Service: service({ Service: 'vis' }) }),
    register({ Node: 'gf1', Service: service({ Service: 'hid' }) }),
    register({ Node: 'hf2', Service: service({ Service: 'vis' }) }),
    register({ Node: 'gf1', Check: check({ Node: 'gf1', CheckID: 'c', ServiceID: 'vis', ServiceName: 'vis' }) }),
    register({ Node: 'gf1', Check: check({ Node: 'gf1', CheckID: 'own' }) }),
    kvSet('fl/a1'),
    kvSet('fl/b1'),
  );
});
after(() => api.close());

let made = 1000;

/** A new token with these rules. */
function tokenFor(rules: string): string {
  made += 1;
  const secret = `c0000000-0000-4000-8000-${String(made).padStart(12, '0')}`;
  grant(api.store, secret, rules);
  return secret;
}

const FILTERED = 'x-consul-results-filtered-by-acls';

function shown({ headers, body }: RawAnswer): readonly [string, unknown] {
  return [headers[FILTERED] ?? '-', JSON.parse(body)];
}

const names = (list: unknown, field: string) => (list as { [field: string]: string }[]).map((one) => one[field]);

test('lists leave out what the token may not see, and say so', async () => {
  const secret = tokenFor(`service "vis" { policy = "read" } node_prefix "gf" { policy = "read" }
    key_prefix "fl/a" { policy = "list" } query_prefix "g" { policy = "read" }`);
  const get = async (target: string) => shown(await api.as(secret, 'GET', target));
  const [nodesSay, nodes] = await get('/v1/catalog/nodes');
  assert.deepEqual([nodesSay, names(nodes, 'Node')], ['true', ['gf1']]);
  assert.deepEqual(await get('/v1/catalog/services'), ['true', { vis: [] }]);
  assert.deepEqual(await get('/v1/catalog/services?filter=ServiceName%20%3D%3D%20none'), ['true', {}]);
  const [instancesSay, instances] = await get('/v1/catalog/service/vis');
  assert.deepEqual([instancesSay, names(instances, 'Node')], ['true', ['gf1']]);
  assert.deepEqual(await get('/v1/catalog/service/hid'), ['true', []]);
  assert.deepEqual(await get('/v1/catalog/node/hf2'), ['true', null]);
  const [onNodeSay, onNode] = await get('/v1/catalog/node-services/gf1');
  assert.deepEqual([onNodeSay, names((onNode as { Services: unknown }).Services, 'ID')], ['true', ['vis']]);
  const [healthSay, health] = await get('/v1/health/service/vis');
  assert.deepEqual([healthSay, (health as unknown[]).length], ['true', 1]);
  const [checksSay, checks] = await get('/v1/health/checks/vis');
  assert.deepEqual([checksSay, names(checks, 'CheckID')], ['-', ['c']]);
  const [anySay, any] = await get('/v1/health/state/any');
  assert.deepEqual([anySay, names(any, 'CheckID')], ['true', ['c', 'own']]);
  const [kvSay, kv] = await get('/v1/kv/fl/?recurse');
  assert.deepEqual([kvSay, names(kv, 'Key')], ['true', ['fl/a1']]);
  assert.deepEqual(await get('/v1/kv/fl/?keys'), ['true', ['fl/a1']]);
  assert.deepEqual(await get('/v1/kv/fl/a?keys'), ['-', ['fl/a1']]);
  assert.deepEqual(await get('/v1/query'), ['true', []]);
  const [uiSay, ui] = await get('/v1/internal/ui/services');
  assert.deepEqual([uiSay, names(ui, 'Name')], ['true', ['vis']]);
});

test('without a token nothing is said of what is left out', async () => {
  assert.deepEqual(shown(await api.get('/v1/catalog/nodes')), ['-', []]);
  assert.equal((await api.get('/v1/kv/fl/?recurse')).status, 404);
});

test('who sees all is served the text that is kept, and nobody else', async () => {
  const target = '/v1/health/service/vis';
  const whole = await api.as(TOKENS.read, 'GET', target);
  const part = await api.as(
    tokenFor('service "vis" { policy = "read" } node "hf2" { policy = "read" }'),
    'GET',
    target,
  );
  assert.equal((JSON.parse(part.body) as unknown[]).length, 1);
  assert.equal((await api.as(TOKENS.read, 'GET', target)).body, whole.body);
  assert.equal((JSON.parse(whole.body) as unknown[]).length, 2);
  assert.equal((await api.get(target)).body, '[]');
});

test('a denial names the token and the rule', async () => {
  const secret = tokenFor('key "a" { policy = "read" }');
  const denied = await api.as(secret, 'PUT', '/v1/kv/a', '1');
  assert.deepEqual(
    [denied.status, denied.body],
    [403, `Permission denied: token with AccessorID '${accessorOf(secret)}' lacks permission 'key:write' on "a"`],
  );
  assert.ok(!denied.body.includes(secret));
  const anonymous = await api.remove('/v1/kv/ok/?recurse');
  assert.equal(
    anonymous.body,
    'Permission denied: anonymous token lacks permission \'key:write\' on "ok/". The anonymous token is used implicitly when a request does not specify a token.',
  );
});

test('a tree is deleted by whoever may write all of it', async () => {
  const secret = tokenFor('key_prefix "t/" { policy = "write" } key "t/kept" { policy = "read" }');
  assert.equal((await api.as(secret, 'DELETE', '/v1/kv/t/?recurse')).status, 403);
  assert.equal((await api.as(secret, 'DELETE', '/v1/kv/t/other/?recurse')).status, 200);
});

test('a transaction needs the rule of each operation, and hides what isn’t seen', async () => {
  const secret = tokenFor('key_prefix "fl/a" { policy = "write" } node "gf1" { policy = "read" }');
  const run = async (...operations: readonly object[]) => {
    const { status, body } = await api.as(secret, 'PUT', '/v1/txn', JSON.stringify(operations));
    return [status, JSON.parse(body)] as const;
  };
  const get = (Key: string) => ({ KV: { Verb: 'get', Key } });
  const [readStatus, read] = await run(get('fl/a1'), get('fl/b1'));
  assert.deepEqual([readStatus, read.Results.length, read.ResultsFilteredByACLs], [200, 1, true]);
  const [, all] = await run(get('fl/a1'));
  assert.equal(all.ResultsFilteredByACLs, false);
  const [writeStatus, written] = await run({ KV: { Verb: 'set', Key: 'fl/a2', Value: '' } }, get('fl/b1'));
  assert.deepEqual([writeStatus, written.Results.length], [200, 1]);
  const denied: readonly object[] = [
    { KV: { Verb: 'set', Key: 'fl/b1', Value: '' } },
    { KV: { Verb: 'check-index', Key: 'fl/b1', Index: 3 } },
    { KV: { Verb: 'delete-tree', Key: 'fl/' } },
    { Node: { Verb: 'set', Node: { Node: 'gf1', Address: '1.1.1.1' } } },
    { Service: { Verb: 'delete', Node: 'gf1', Service: { ID: 'vis', Service: 'vis' } } },
    { Check: { Verb: 'delete', Check: { Node: 'gf1', CheckID: 'own' } } },
  ];
  const [status, refused] = await run(...denied);
  assert.equal(status, 409);
  assert.deepEqual(
    refused.Errors.map(({ OpIndex }: { OpIndex: number }) => OpIndex),
    denied.map((_, at) => at),
  );
  for (const { What } of refused.Errors) assert.match(What, /^Permission denied: token with AccessorID/);
});

test('a service’s token registers it where the node stays as it is, and takes over nothing', async () => {
  const secret = tokenFor('service "mine" { policy = "write" }');
  const put = async (body: object) => {
    const answer = await api.as(secret, 'PUT', '/v1/catalog/register', JSON.stringify(body));
    return answer.status === 200 ? 'done' : answer.body.replace(/^.*lacks permission /, '');
  };
  const node = { Node: 'gf1', Address: '10.0.0.1' };
  assert.equal(await put({ ...node, Service: { Service: 'mine' } }), 'done');
  assert.equal(await put({ Node: 'gf1', SkipNodeUpdate: true, Service: { Service: 'mine' } }), 'done');
  assert.equal(await put({ ...node, Address: '6.6.6.6', Service: { Service: 'mine' } }), '\'node:write\' on "gf1"');
  assert.equal(await put({ ...node, Node: 'GF1', Service: { Service: 'mine' } }), '\'node:write\' on "GF1"');
  assert.equal(await put({ Node: 'new', Address: '1.1.1.1', Service: { Service: 'mine' } }), '\'node:write\' on "new"');
  assert.equal(await put({ ...node, Service: { ID: 'vis', Service: 'mine' } }), '\'service:write\' on "vis"');
  assert.equal(await put({ ...node, Check: { CheckID: 'x', Name: 'x' } }), '\'node:write\' on "gf1"');
  const own = { ...node, Check: { CheckID: 'm', Name: 'm', ServiceID: 'mine' } };
  assert.equal(await put(own), 'done');
  const taking = { ...node, Check: { CheckID: 'own', Name: 'own', ServiceID: 'mine' } };
  assert.equal(await put(taking), '\'node:write\' on "gf1"');
  const another = { ...node, Check: { CheckID: 'c', Name: 'c', ServiceID: 'mine' } };
  assert.equal(await put(another), '\'service:write\' on "vis"');
  const remove = async (body: object) =>
    (await api.as(secret, 'PUT', '/v1/catalog/deregister', JSON.stringify(body))).body;
  assert.match(await remove({ Node: 'gf1' }), /'node:write' on "gf1"$/);
  assert.match(await remove({ Node: 'gf1', CheckID: 'own' }), /'node:write' on "gf1"$/);
  assert.match(await remove({ Node: 'gf1', ServiceID: 'vis' }), /'service:write' on "vis"$/);
  assert.equal(await remove({ Node: 'gf1', ServiceID: 'none' }), "Unknown service ID 'none'");
  assert.equal(await remove({ Node: 'gf1', ServiceID: 'mine' }), 'true');
});

test('a prepared query is executed by anybody, shows what he may see, and keeps its secret', async () => {
  const secret = tokenFor(
    'service "web" { policy = "read" } node "n" { policy = "read" } query "q" { policy = "write" }',
  );
  const put = { Name: 'q', Token: TOKENS.read, Service: { Service: 'web' } };
  assert.equal((await api.as(secret, 'PUT', `/v1/query/${QUERY_ID}`, JSON.stringify(put))).status, 200);
  const [own] = JSON.parse((await api.as(secret, 'GET', `/v1/query/${QUERY_ID}`)).body) as [{ Token: string }];
  assert.equal(own.Token, '<hidden>');
  const [operators] = JSON.parse((await api.as(TOKENS.management, 'GET', `/v1/query/${QUERY_ID}`)).body) as [
    { Token: string },
  ];
  assert.equal(operators.Token, TOKENS.read);
  assert.equal((await api.as(tokenFor(''), 'GET', `/v1/query/${QUERY_ID}`)).status, 403);
});

test('intentions are seen from either side, and every service’s by whoever may write all', async () => {
  const put = (secret: string, source: string, destination: string) =>
    api.as(
      secret,
      'PUT',
      `/v1/connect/intentions/exact?source=${source}&destination=${destination}`,
      '{"Action":"allow"}',
    );
  const one = tokenFor('service "b" { policy = "read" intentions = "write" }');
  assert.deepEqual(shownStatus(await put(one, 'a', 'b')), [200, 'true']);
  assert.deepEqual(shownStatus(await put(one, 'a', '*')), [403, 'Permission denied']);
  assert.equal(
    (await put(tokenFor('service_prefix "" { policy = "read" intentions = "write" }'), 'a', '*')).status,
    200,
  );
  const seen = async (rules: string) =>
    names(JSON.parse((await api.as(tokenFor(rules), 'GET', '/v1/connect/intentions')).body), 'DestinationName');
  assert.deepEqual(await seen('service "c" { policy = "read" }'), ['*']);
  assert.deepEqual(await seen('service "a" { policy = "read" }'), ['b', '*']);
  assert.deepEqual(await seen('service "a" { policy = "deny" }'), []);
});

function shownStatus({ status, body }: RawAnswer): readonly [number, string] {
  return [status, body];
}

test('a token that is deleted or changed counts at once', async () => {
  const secret = tokenFor('key "k" { policy = "read" }');
  assert.equal((await api.as(secret, 'GET', '/v1/kv/k')).status, 200);
  grant(api.store, secret, 'key "k" { policy = "deny" }');
  assert.equal((await api.as(secret, 'GET', '/v1/kv/k')).status, 403);
});

test("a query that brings a token is executed with that token's rights, whoever asks", async () => {
  const visible = tokenFor('service "vis" { policy = "read" } node "gf1" { policy = "read" }');
  const owner = tokenFor('query_prefix "own-" { policy = "write" }');
  const make = async (name: string, token: string): Promise<void> => {
    const body = JSON.stringify({ Name: name, Token: token, Service: { Service: 'vis' } });
    const answer = await api.as(owner, 'POST', '/v1/query', body);
    assert.equal(answer.status, 200, answer.body);
  };
  const execute = async (name: string, token: string) => {
    const { status, body, headers } = await api.as(token, 'GET', `/v1/query/${name}/execute`);
    if (status !== 200) return [status, body];
    const { Nodes, ResultsFilteredByACLs } = JSON.parse(body) as {
      Nodes: { Node: { Node: string } }[];
      ResultsFilteredByACLs: boolean;
    };
    assert.equal(headers[FILTERED] === 'true', ResultsFilteredByACLs);
    return [Nodes.map(({ Node }) => Node.Node).sort(), ResultsFilteredByACLs];
  };
  await make('own-token', visible);
  await make('own-none', '');
  await make('own-unknown', 'f0000000-0000-4000-8000-0000000000ff');
  // Who sends no token isn't told that something was kept from the query's.
  assert.deepEqual(await execute('own-token', ''), [['gf1'], false]);
  assert.deepEqual(await execute('own-token', TOKENS.management), [['gf1'], true]);
  assert.deepEqual(await execute('own-none', ''), [[], false]);
  assert.deepEqual(await execute('own-none', TOKENS.management), [['gf1', 'hf2'], false]);
  assert.deepEqual(await execute('own-unknown', TOKENS.management), [403, 'ACL not found']);
});

test('tokens are listed by one thing at a time', async () => {
  const list = async (query: string) => {
    const { status, body } = await api.as(TOKENS.management, 'GET', `/v1/acl/tokens?${query}`);
    return [status, body];
  };
  assert.deepEqual(await list('servicename=nothing'), [200, '[]']);
  for (const two of ['servicename=s&authmethod=a', 'authmethod=a&policy=p', 'role=r&servicename=s']) {
    assert.deepEqual(await list(two), [500, 'can only filter by one of policy, role, auth method and service name']);
  }
});

test('who asks for the first token is asked for none, be it one that nobody knows', async () => {
  const { status, body } = await api.as(UNKNOWN_TOKEN, 'PUT', '/v1/acl/bootstrap');
  assert.equal(status, 403);
  assert.match(body, /^Permission denied: ACL bootstrap no longer allowed \(reset index: \d+\)$/);
});

test('what anybody may know is said to whoever shows a token that nobody knows', async () => {
  for (const target of [
    '/v1/acl/replication',
    '/v1/connect/ca/roots',
    '/v1/status/leader',
    '/v1/catalog/datacenters',
  ]) {
    const open = await api.get(target);
    assert.equal(open.status, 200, target);
    const { status, body } = await api.as(UNKNOWN_TOKEN, 'GET', target);
    assert.deepEqual([status, body], [200, open.body], target);
  }
});
