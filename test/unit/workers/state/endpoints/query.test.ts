// /v1/query over a real store: what is refused, what a query finds, in which order, and what wakes who waits for the list.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CommandType } from '../../../../../src/wire/commands.js';
import { ORIGIN } from '../../../../../src/wire/coordinate.js';
import type { CheckRecord, QueryService } from '../../../../../src/wire/records.js';
import { queryEndpoints } from '../../../../../src/workers/state/endpoints/query/query.js';
import type { Endpoint } from '../../../../../src/workers/state/http/endpoint.js';
import type { ApiRequest } from '../../../../../src/workers/state/http/message/request.js';
import type { ReadOperation } from '../../../../../src/workers/state/http/operation.js';
import { waitFor } from '../../../../agent-process.js';
import { RawClient, SETTINGS } from '../http/fixture.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import {
  check,
  createSession,
  destroySession,
  proxy,
  query,
  queryId,
  register,
  service,
  setQuery,
} from '../replica/store/commands.js';

const SESSION = '11111111-2222-3333-4444-555555555555';

let api: Served;
beforeEach(async () => {
  api = await serveEndpoints(({ calls }) => queryEndpoints({ calls, nodeName: 'n1', datacenter: 'dc1' }));
});
afterEach(() => api.close());

function registerWeb(
  number: number,
  {
    tags = [],
    status = 'passing',
    more = [],
  }: { tags?: string[]; status?: string; more?: Partial<CheckRecord>[] } = {},
): void {
  const Node = `n${number}`;
  const own = check({ Node, CheckID: 'web', ServiceID: 'web', Status: status });
  api.store.runAll(
    register({
      Node,
      Address: `10.0.0.${number}`,
      NodeMeta: { rack: Node },
      Service: service({ ID: 'web', Tags: tags, Meta: { version: String(number) } }),
      Checks: [own, ...more.map((one) => check({ Node, ...one }))],
    }),
  );
}

async function created(body: object): Promise<string> {
  const { status, body: text } = await api.post('/v1/query', body);
  assert.equal(status, 200, text);
  return (JSON.parse(text) as { ID: string }).ID;
}

async function executed(target: string): Promise<string[]> {
  const answer = await api.get(target);
  assert.equal(answer.status, 200, answer.body);
  return (JSON.parse(answer.body) as { Nodes: { Node: { Node: string } }[] }).Nodes.map(({ Node }) => Node.Node);
}

/** The nodes that such a query finds, sorted. */
async function finds(service: Partial<QueryService>): Promise<string[]> {
  return (
    await executed(
      `/v1/query/${await created({ Name: `q${Math.random()}`, Service: { Service: 'web', ...service } })}/execute`,
    )
  ).sort();
}

test('rules of the server refuse what no query can be', async () => {
  const refused = async (body: object) => (await api.post('/v1/query', body)).body;
  const named = (service: object) => ({ Name: 'x', Service: { Service: 'web', ...service } });
  assert.match(await refused({ ...named({}), Token: '<hidden>' }), /^Invalid prepared query: Bad Token '<hidden>'/);
  assert.match(await refused(named({ SamenessGroup: 'sg' })), /Sameness groups are a Consul Enterprise feature$/);
  assert.match(
    await refused(named({ Failover: { Targets: [{ Peer: 'p' }], NearestN: 1 } })),
    /Targets cannot be populated with NearestN or Datacenters$/,
  );
  assert.match(
    await refused(named({ NodeMeta: { 'not a key': '' } })),
    /^Invalid prepared query: Invalid node meta filters: /,
  );
  assert.equal((await api.post('/v1/query', named({ NodeMeta: { 'consul-version': '1' } }))).status, 200);
  assert.match(
    await refused({ Name: 't', Template: { Type: 'name_prefix_match', Regexp: '(' }, Service: { Service: 'web' } }),
    /^raft apply failed: failed compiling template: bad Regexp: /,
  );
  assert.match(
    await refused({
      Name: 't',
      Template: { Type: 'name_prefix_match', Regexp: '(a{1000}){1000}' },
      Service: { Service: 'web' },
    }),
    /^Invalid prepared query: bad Regexp: .*too large$/,
  );
  for (const [id, text] of [
    ['x', 'UUID must be 36 characters'],
    [`${queryId(1).slice(0, -1)}z`, "Invalid UUID: encoding/hex: invalid byte: U+007A 'z'"],
    [`${queryId(1).slice(0, -2)}--`, 'UUID should have maximum of 4 "-"; got 6'],
  ]) {
    assert.equal((await api.get(`/v1/query/${id}`)).body, `failed prepared query lookup: index error: ${text}`);
    const put = await api.put(`/v1/query/${id}`, named({}));
    assert.equal(put.body, `Prepared Query lookup failed: failed prepared query lookup: index error: ${text}`);
  }
});

test('health, ignored checks, tags and metadata decide together', async () => {
  registerWeb(1, { tags: ['Blue', 'v1'] });
  registerWeb(2, { tags: ['v1'], status: 'warning' });
  registerWeb(3, { tags: ['v2'], status: 'critical' });
  registerWeb(4, { more: [{ CheckID: 'disk', Status: 'critical' }] });
  assert.deepEqual(await finds({}), ['n1', 'n2']);
  assert.deepEqual(await finds({ OnlyPassing: true }), ['n1']);
  assert.deepEqual(await finds({ IgnoreCheckIDs: ['web'] }), ['n1', 'n2', 'n3']);
  assert.deepEqual(await finds({ IgnoreCheckIDs: ['web', 'disk'], OnlyPassing: true }), ['n1', 'n2', 'n3', 'n4']);
  assert.deepEqual(await finds({ Tags: ['V1'] }), ['n1', 'n2']);
  assert.deepEqual(await finds({ Tags: ['v1', '!BLUE'] }), ['n2']);
  assert.deepEqual(await finds({ Tags: ['!v9'] }), ['n1', 'n2']);
  assert.deepEqual(await finds({ NodeMeta: { rack: 'n2' } }), ['n2']);
  assert.deepEqual(await finds({ NodeMeta: { rack: 'n2' }, ServiceMeta: { version: '1' } }), []);
  assert.deepEqual(await finds({ ServiceMeta: { version: '1' } }), ['n1']);
  assert.deepEqual(await finds({ Peer: 'elsewhere' }), []);
  assert.deepEqual(await finds({ Connect: true }), []);
  api.store.runAll(register({ Node: 'n1', Service: proxy('web') }));
  assert.deepEqual(await finds({ Connect: true }), ['n1']);
  await created({ Name: 'plain', Service: { Service: 'web' } });
  assert.deepEqual(await executed('/v1/query/plain/execute?connect=1'), ['n1']);
  assert.equal((await api.get('/v1/query/plain/execute?connect=x')).status, 500);
});

test('near a node the nearest come first and itself before all, else the order is another one each time', async () => {
  for (let number = 1; number <= 8; number += 1) registerWeb(number);
  const at = (ms: number) => ({ ...ORIGIN, Vec: [ms / 1000, 0, 0, 0, 0, 0, 0, 0] });
  api.store.runAll({
    type: CommandType.coordinates,
    body: [1, 2, 3, 4].map((number) => ({ Node: `n${number}`, Segment: '', Partition: '', Coord: at(number * 10) })),
  });
  await created({ Name: 'q', Service: { Service: 'web' } });
  assert.deepEqual((await executed('/v1/query/q/execute?near=n3&limit=4')).sort(), ['n1', 'n2', 'n3', 'n4']);
  assert.deepEqual((await executed('/v1/query/q/execute?near=n4')).slice(0, 4), ['n4', 'n3', 'n2', 'n1']);
  assert.deepEqual((await executed('/v1/query/q/execute?near=_agent')).slice(0, 4), ['n1', 'n2', 'n3', 'n4']);
  for (let times = 0; times < 10; times += 1) {
    assert.equal((await executed('/v1/query/q/execute?near=n8'))[0], 'n8', 'where it is not known where that is, too');
  }
  await created({ Name: 'near', Service: { Service: 'web', Near: 'n4' } });
  assert.equal((await executed('/v1/query/near/execute?limit=1'))[0], 'n4');
  assert.equal((await executed('/v1/query/near/execute?limit=1&near=n2'))[0], 'n2', 'who asks knows better');
  await created({ Name: 'agent', Service: { Service: 'web', Near: '_agent' } });
  assert.equal((await executed('/v1/query/agent/execute'))[0], 'n1');
  await created({ Name: 'ip', Service: { Service: 'web', Near: '_ip' } });
  const client = new RawClient(api.port);
  for (const [header, first] of [
    ['10.0.0.3', 'n3'],
    ['10.0.0.2, 10.0.0.3', 'n2'],
  ]) {
    client.send(`GET /v1/query/ip/execute HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${header}\r\n\r\n`);
    const { body } = await client.answer();
    assert.equal((JSON.parse(body) as { Nodes: { Node: { Node: string } }[] }).Nodes[0]?.Node.Node, first);
  }
  client.socket.destroy();
  const firsts = new Set<string>();
  for (let tries = 0; tries < 200 && firsts.size < 8; tries += 1)
    firsts.add((await executed('/v1/query/q/execute'))[0] ?? '');
  assert.equal(firsts.size, 8);
});

test('a template is executed and explained for a name, never by its ID', async () => {
  registerWeb(1);
  const id = await created({
    Name: 'find-',
    Template: { Type: 'name_prefix_match', Regexp: '^find-(.*)$' },
    Service: { Service: `\${match(1)}` },
    Token: 'secret',
  });
  assert.deepEqual(await executed('/v1/query/find-web/execute'), ['n1']);
  const explained = JSON.parse((await api.get('/v1/query/find-web/explain')).body) as {
    Query: { ID: string; Service: QueryService; Token: string };
  };
  assert.deepEqual([explained.Query.ID, explained.Query.Service.Service, explained.Query.Token], [id, 'web', 'secret']);
  const byId = await api.get(`/v1/query/${id}/execute`);
  assert.deepEqual(
    [byId.status, byId.body],
    [500, 'prepared query templates can only be resolved up by name, not by ID'],
  );
});

test('executing waits for nothing, whatever index is sent', async () => {
  registerWeb(1);
  await created({ Name: 'q', Service: { Service: 'web' } });
  assert.deepEqual(await executed('/v1/query/q/execute?index=1000&wait=60s'), ['n1']);
  assert.equal((await api.get('/v1/query/none/execute?index=1000&wait=60s')).status, 404);
  assert.equal(api.calls.waiting, 0);
});

test('who waits for the list is woken by a query, and by nothing else', async () => {
  await created({ Name: 'a', Service: { Service: 'web' } });
  const { headers } = await api.get('/v1/query');
  const index = headers['x-consul-index'];
  const waiting = api.get(`/v1/query?index=${index}&wait=60s`);
  await waitFor(() => api.calls.waiting === 1, 'the query to wait');
  registerWeb(1);
  api.store.runAll(createSession({ ID: SESSION, Node: 'n1' }));
  assert.equal(api.calls.waiting, 1);
  api.store.runAll(setQuery(query({ Session: SESSION })));
  const lists = JSON.parse((await waiting).body) as { Name: string }[];
  assert.deepEqual(lists.map(({ Name }) => Name).sort(), ['', 'a']);
  const next = api.get(`/v1/query?index=${api.store.appliedIndex}&wait=60s`);
  await waitFor(() => api.calls.waiting === 1, 'the next query to wait');
  api.store.runAll(destroySession(SESSION));
  assert.deepEqual(
    (JSON.parse((await next).body) as { Name: string }[]).map(({ Name }) => Name),
    ['a'],
  );
});

test('who waits for one query hears of its end as of a query that there never was', async () => {
  const id = await created({ Name: 'a', Service: { Service: 'web' } });
  const waiting = api.get(`/v1/query/${id}?index=${api.store.appliedIndex}&wait=60s`);
  await waitFor(() => api.calls.waiting === 1, 'the query to wait');
  assert.equal((await api.remove(`/v1/query/${id}`)).status, 200);
  const { status, body } = await waiting;
  assert.deepEqual([status, body], [404, 'Query not found']);
  assert.equal(api.calls.waiting, 0);
  assert.equal((await api.get(`/v1/query/${id}?index=1&wait=60s`)).status, 404);
});

test('what was found in another datacenter has the addresses of the WAN there, whoever was asked', async (context) => {
  const served = await serveEndpoints(
    ({ calls }) =>
      queryEndpoints({ calls, nodeName: 'n1', datacenter: 'dc1' }).map((row): Endpoint => {
        if (row.path !== '/v1/query/*/execute') return row;
        const GET = row.methods.GET as ReadOperation;
        const form = GET.choose({}, {} as ApiRequest);
        // As if another datacenter had stood in.
        const standIn = { ...form, datacenterOf: () => (isElsewhere ? 'dc2' : 'dc1') };
        return { ...row, methods: { GET: { ...GET, choose: () => standIn } } };
      }),
    {},
    { ...SETTINGS, translateWanAddresses: true },
  );
  context.after(() => served.close());
  let isElsewhere = false;
  served.store.runAll(
    register({
      Node: 'n1',
      Address: '10.0.0.1',
      TaggedAddresses: { wan: '198.18.0.1' },
      Service: service({ ID: 'web', TaggedAddresses: { wan: { Address: '198.18.0.2', Port: 8080 } }, Port: 80 }),
    }),
    setQuery(query({ Name: 'find' })),
  );
  const found = async (): Promise<string> => {
    const { status, body } = await served.get('/v1/query/find/execute');
    assert.equal(status, 200, body);
    const { Nodes } = JSON.parse(body) as {
      readonly Nodes: readonly {
        readonly Node: { readonly Address: string };
        readonly Service: { readonly Address: string; readonly Port: number };
      }[];
    };
    return Nodes.map(({ Node, Service }) => `${Node.Address} ${Service.Address}:${Service.Port}`).join();
  };
  assert.equal(await found(), '10.0.0.1 :80');
  isElsewhere = true;
  assert.equal(await found(), '198.18.0.1 198.18.0.2:8080');
});
