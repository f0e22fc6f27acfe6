import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { CommandType } from '../../../../../src/wire/commands.js';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import type { CoordinateRecord } from '../../../../../src/wire/records.js';
import { coordinateEndpoints } from '../../../../../src/workers/state/endpoints/coordinate.js';
import { HttpServer } from '../../../../../src/workers/state/http/http-server.js';
import { sortNear } from '../../../../../src/workers/state/methods/contract/near.js';
import { coordinate, coordinateOf } from '../assembly/coordinate-fixture.js';
import { testCalls } from '../calls/test-calls.js';
import { FakeControl, member } from '../endpoints/agent/fake-request.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { register, TestStore } from '../replica/store/commands.js';
import { ask, get, NO_ACLS, type RawAnswer, SETTINGS } from './fixture.js';

interface Setting {
  readonly store: TestStore;
  readonly updates: CoordinateRecord[];
  readonly log: FakeLog;
  readonly get: (target: string) => Promise<RawAnswer>;
  readonly put: (target: string, body: string) => Promise<RawAnswer>;
}

/** An HTTP server of these endpoints over a real store, for as long as `use` runs. */
async function serve(use: (setting: Setting) => Promise<void>, disabled = false): Promise<void> {
  const store = new TestStore();
  const log = new FakeLog(store);
  log.leadership.setUnboundedLease(true);
  log.leadership.setRole(Role.leader, 1, true);
  const updates: CoordinateRecord[] = [];
  const control = new FakeControl({ 'wan-coordinates': new Map([['golden.dc1', coordinate(0.5)]]) });
  const wanMembers = [
    member('golden.dc1', { dc: 'dc1', role: 'consul' }),
    member('far.dc2', { dc: 'dc2', role: 'consul' }),
  ];
  const calls = testCalls({
    store,
    consensus: log,
    server: { control, wanMembers: () => wanMembers },
    leader: { updateCoordinate: (record) => updates.push(record) },
  });
  const table = coordinateEndpoints({ calls, datacenter: 'dc1', disabled: () => disabled });
  const logger = new Logger('agent', new LogSink('error', () => {}));
  const settings = {
    table,
    ...NO_ACLS,
    settings: SETTINGS,
    calls,
    knowsServers: () => true,
    logger,
    metrics: new Metrics(),
  };
  const server = new HttpServer(settings);
  const port = (await server.listen())[0]?.port ?? 0;
  const put: Setting['put'] = (target, body) =>
    ask(port, `PUT ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  try {
    await use({ store, updates, log, get: (target) => get(port, target), put });
  } finally {
    await server.close(1000);
  }
}

function write(store: TestStore, ...records: CoordinateRecord[]): void {
  for (const { Node } of records) store.run(register({ Node }));
  store.run({ type: CommandType.coordinates, body: records });
}

test('coordinates are shown as they are stored', () =>
  serve(async ({ store, get }) => {
    assert.equal((await get('/v1/coordinate/nodes')).body, '[]');
    const segment = { ...coordinateOf('b', 3), Segment: 'alpha' };
    write(store, coordinateOf('b', 0.25, { Adjustment: -1e-7 }), segment, coordinateOf('a', 1));
    const nodes = await get('/v1/coordinate/nodes');
    const b =
      '{"Node":"b","Segment":"","Coord":{"Vec":[0.25,0,0,0,0,0,0,0],"Error":1,"Adjustment":-1e-7,"Height":0.00001}}';
    assert.ok(nodes.body.includes(b));
    const listed = JSON.parse(nodes.body) as { Node: string; Segment: string }[];
    assert.deepEqual(
      listed.map(({ Node, Segment }) => [Node, Segment]),
      [
        ['a', ''],
        ['b', ''],
        ['b', 'alpha'],
      ],
    );
    assert.equal(nodes.headers['x-consul-index'], String(store.appliedIndex));
    assert.equal((JSON.parse((await get('/v1/coordinate/nodes?segment=alpha')).body) as unknown[]).length, 1);
    assert.equal((await get('/v1/coordinate/node/b?segment=')).body, `[${b}]`);
  }));

test('an unknown node is a bare 404', () =>
  serve(async ({ get }) => {
    for (const target of ['/v1/coordinate/node/none', '/v1/coordinate/node/']) {
      const { status, headers, body } = await get(target);
      assert.deepEqual(
        [status, body, headers['content-type'], headers['x-consul-index']],
        [404, '', undefined, undefined],
      );
    }
  }));

test('a blocking reader is woken by the next batch', () =>
  serve(async ({ store, get }) => {
    write(store, coordinateOf('a', 1));
    const waiting = get(`/v1/coordinate/node/a?index=${store.appliedIndex}`);
    await get('/v1/coordinate/nodes');
    write(store, coordinateOf('a', 2));
    assert.ok((await waiting).body.includes('"Vec":[2,'));
  }));

test('updates are judged, then gathered', () =>
  serve(async ({ updates, log, put }) => {
    const target = '/v1/coordinate/update';
    const taken = await put(target, '{"Node":"a","Coord":{"Vec":[1,0,0,0,0,0,0,0],"Error":1,"Height":0.00001},"X":1}');
    assert.deepEqual([taken.status, taken.body, updates], [200, '', [coordinateOf('a', 1)]]);
    for (const [body, status, text] of [
      ['{', 400, 'Request decode failed: unexpected EOF'],
      ['{"Node":"a","Coord":{"Vec":[0,0]}}', 500, 'incompatible coordinate'],
      ['{"Node":"a","Coord":{}}', 500, 'incompatible coordinate'],
      ['{"Node":"a"}', 500, 'invalid coordinate'],
    ] as const) {
      const { status: given, body: said } = await put(target, body);
      assert.deepEqual([given, said], [status, text]);
    }
    const wrong = await put(target, '{"Node":"a","Coord":{"Vec":["x"]}}');
    assert.match(
      wrong.body,
      /^Request decode failed: json: cannot unmarshal string into Go struct field .* of type float64$/,
    );
    log.leadership.setRole(Role.follower, 1, false);
    const late = await put(target, '{"Node":"a","Coord":{"Vec":[1,0,0,0,0,0,0,0]}}');
    assert.deepEqual([late.status, late.body, updates.length], [500, 'No cluster leader', 1]);
  }));

test('datacenters are shown with the servers whose place is known', () =>
  serve(async ({ get }) => {
    const { body, headers } = await get('/v1/coordinate/datacenters');
    // The list is this server's own, whatever datacenter is named.
    const elsewhere = await get('/v1/coordinate/datacenters?dc=nowhere');
    assert.deepEqual([elsewhere.status, elsewhere.body], [200, body]);
    assert.deepEqual(JSON.parse(body), [
      {
        Datacenter: 'dc1',
        AreaID: 'wan',
        Coordinates: [{ Node: 'golden', Segment: '', Coord: coordinate(0.5) }],
      },
    ]);
    assert.equal(headers['x-consul-index'], undefined);
  }));

test('disabled coordinates are refused everywhere', () =>
  serve(async ({ get, put, updates }) => {
    const answers = [
      await get('/v1/coordinate/datacenters'),
      await get('/v1/coordinate/nodes'),
      await get('/v1/coordinate/node/a'),
      await put('/v1/coordinate/update', '{'),
    ];
    for (const { status, body } of answers) assert.deepEqual([status, body], [401, 'Coordinate support disabled']);
    assert.deepEqual(updates, []);
  }, true));

test('near sorts by the estimated round trip, heights and adjustments counted', () => {
  const store = new TestStore();
  write(
    store,
    coordinateOf('here', 0),
    coordinateOf('line', 0.01),
    coordinateOf('high', 0.001, { Height: 0.02 }),
    coordinateOf('adjusted', 0.03, { Adjustment: -0.025 }),
    coordinateOf('below-zero', 0.002, { Adjustment: -1 }),
    coordinateOf('same-as-line', 0.01 + 1e-13),
  );
  const nodes = ['lost-1', 'high', 'same-as-line', 'line', 'lost-0', 'adjusted', 'below-zero', 'here'];
  const sorted = (source: string) => sortNear(nodes, source, store.coordinates, (node) => node);
  assert.deepEqual(sorted('here'), [
    'here',
    'below-zero',
    'adjusted',
    'same-as-line',
    'line',
    'high',
    'lost-1',
    'lost-0',
  ]);
  assert.equal(sorted(''), nodes);
  assert.equal(sorted('lost-1'), nodes);
});
