// What the HTTP kit lets differ on an agent of a cluster, and what it doesn't.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { kitFolder } from '../../conformance/kit.js';

interface Step {
  readonly method: string;
  readonly path: string;
}

type Headers = { readonly [name: string]: string };

interface Way {
  mayLag(step: Step): boolean;
  header(step: Step, name: string, expected: Headers, isAgain: boolean): string | undefined;
  textOf(step: Step, status: number, want: string, text: string): string | null;
  onTime(step: Step, doc: unknown): unknown;
  seen(doc: unknown): unknown;
}

type Module = { readonly Way: new (name: string | undefined, beside: readonly string[]) => Way };

const { Way: KitWay } = (await import(path.join(kitFolder('http'), 'lib/way.mjs'))) as Module;
const follower = new KitWay('follower', ['beside-1']);
const client = new KitWay('client', ['beside-1']);
const alone = new KitWay(undefined, []);

const get = (target: string): Step => ({ method: 'GET', path: target });
const contact = (way: Way, target: string) =>
  way.header(get(target), 'X-Consul-LastContact', { 'X-Consul-LastContact': '0' }, false);

const REGISTER = { method: 'PUT', path: '/v1/catalog/register' };
const WRONG = 'Must provide node';
const CALL = 'rpc error making call: ';

test("another server's error says by how many calls it came", () => {
  const texts = [WRONG, `${CALL}${WRONG}`, `${CALL}${CALL}${WRONG}`, `${CALL}${CALL}${CALL}${WRONG}`];
  const read = (way: Way) => texts.map((text) => way.textOf(REGISTER, 500, WRONG, text));
  assert.deepEqual(read(follower), [null, WRONG, null, null]);
  assert.deepEqual(read(client), [null, WRONG, WRONG, null]);
  assert.deepEqual(read(alone), texts);
});

test("the asked agent's own errors are bare", () => {
  const own = (way: Way, method: string, target: string, want: string) =>
    way.textOf({ method, path: target }, 500, want, `${CALL}${want}`) !== want;
  assert.ok(own(client, 'GET', '/v1/agent/services?filter=x', 'Failed to create boolean expression evaluator: x'));
  assert.ok(own(client, 'PUT', '/v1/kv/a?flags=x', 'strconv.ParseUint: parsing "x": invalid syntax'));
  assert.ok(own(follower, 'GET', '/v1/catalog/nodes?dc=x', 'No path to datacenter'));
  assert.ok(!own(client, 'GET', '/v1/catalog/nodes?dc=x', 'No path to datacenter'));
  assert.equal(client.textOf(REGISTER, 400, WRONG, `${CALL}${WRONG}`), `${CALL}${WRONG}`);
  const [query, missing] = [get('/v1/query/x/execute'), 'Query not found'];
  assert.equal(client.textOf(query, 404, missing, `${CALL}${missing}`), missing);
  assert.equal(client.textOf(query, 404, missing, missing), null);
  assert.equal(client.textOf(query, 404, WRONG, WRONG), WRONG);
});

test('only a read of any age may be late, and say so', () => {
  for (const target of [
    '/v1/kv/a?stale',
    '/v1/kv/a?raw&max_stale=5s',
    '/v1/health/service/a?cached',
    '/v1/agent/connect/ca/roots',
  ]) {
    assert.ok(follower.mayLag(get(target)), target);
    assert.equal(contact(client, target), '<digits>');
    assert.equal(alone.mayLag(get(target)), false);
    assert.equal(contact(alone, target), '0');
  }
  for (const target of [
    '/v1/kv/a',
    '/v1/kv/a?consistent',
    '/v1/kv/stale',
    '/v1/operator/raft/configuration?stale',
    '/v1/connect/ca/roots',
  ]) {
    assert.equal(follower.mayLag(get(target)), false, target);
    assert.equal(contact(client, target), '0');
  }
  assert.ok(follower.mayLag({ method: 'PUT', path: '/v1/txn?stale' }));
  for (const target of ['/v1/txn', '/v1/kv/a?stale']) {
    assert.equal(follower.mayLag({ method: 'PUT', path: target }), false, target);
  }
});

test('an answer that says how late it is may be late where its headers may say so', () => {
  const late = { Nodes: [], LastContact: 5_000_000 };
  const stale = get('/v1/query/x/execute?stale');
  assert.deepEqual(follower.onTime(stale, late), { Nodes: [], LastContact: 0 });
  assert.equal(follower.onTime(get('/v1/query/x/execute'), late), late);
  assert.equal(alone.onTime(stale, late), late);
  assert.deepEqual(follower.onTime(stale, { LastContact: 'x' }), { LastContact: 'x' });
  assert.equal(follower.onTime(stale, undefined), undefined);
});

test('other members are left out of lists, and nothing else', () => {
  const doc = [
    { Node: 'golden' },
    { Node: 'beside-1' },
    { Node: { Node: 'beside-1' } },
    { Name: 'beside-1.dc1' },
    { Node: 'other', Name: 'beside-10' },
    'beside-1',
  ];
  assert.deepEqual(follower.seen({ list: doc }), { list: [doc[0], doc[4], doc[5]] });
  assert.deepEqual(alone.seen(doc), doc);
});

test('what was late is in the cache when it is asked again', () => {
  const step = get('/v1/health/service/web?cached');
  const missed = { 'X-Cache': 'MISS' };
  const shown = (way: Way, isAgain: boolean) =>
    ['X-Cache', 'Age'].map((name) => way.header(step, name, missed, isAgain));
  assert.deepEqual(shown(client, true), ['HIT', '<digits>']);
  assert.deepEqual(shown(client, false), ['MISS', undefined]);
  assert.deepEqual(shown(alone, true), ['MISS', undefined]);
});
