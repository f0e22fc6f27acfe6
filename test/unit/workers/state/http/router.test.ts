import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '../../../../../src/observe/metrics.js';
import type { Endpoint } from '../../../../../src/workers/state/http/endpoint.js';
import { Router } from '../../../../../src/workers/state/http/router.js';

const ROWS = [
  '/v1/a/',
  '/v1/a/b',
  '/v1/a/c/',
  '/v1/kv/',
  '/v1/kvs',
  '/v1/q',
  '/v1/q/',
  '/v1/q/*/x',
  '/v1/q/*/y',
  '/ui/',
  '/',
];
const row = (path: string): Endpoint => ({ path, methods: {}, answeredBy: 'agent' });

test('the row of a path is the same whichever row was found before', () => {
  const router = new Router(ROWS.map(row), new Metrics());
  const expected: readonly (readonly [string, string | undefined])[] = [
    ['/v1/a/b', '/v1/a/b'],
    ['/v1/a/bb', '/v1/a/'],
    ['/v1/a/c/b', '/v1/a/c/'],
    ['/v1/a/c', '/v1/a/'],
    ['/v1/kv/a', '/v1/kv/'],
    ['/v1/kv/', '/v1/kv/'],
    ['/v1/kvs', '/v1/kvs'],
    ['/v1/kv', '/'],
    ['/v1/q', '/v1/q'],
    ['/v1/q/', '/v1/q/'],
    ['/v1/q/a', '/v1/q/'],
    ['/v1/q/x', '/v1/q/'],
    ['/v1/q/a/x', '/v1/q/*/x'],
    ['/v1/q/a/b/y', '/v1/q/*/y'],
    ['/v1/q/a/x/b', '/v1/q/'],
    ['/ui/v1/kv/a', '/ui/'],
    ['/', '/'],
    ['v1', undefined],
  ];
  for (const [before] of expected) {
    for (const [path, found] of expected) {
      router.find(before);
      assert.equal(router.find(path)?.endpoint.path, found, `${path} after ${before}`);
    }
  }
});

test('the rest of a path is what stands between the prefix and the end of its row', () => {
  const router = new Router(ROWS.map(row), new Metrics());
  const rest = (path: string): string | undefined => router.find(path)?.restOf(path);
  assert.equal(rest('/v1/q/a/b'), 'a/b');
  assert.equal(rest('/v1/q/a/b/x'), 'a/b');
  assert.equal(rest('/v1/q/a/x'), 'a');
  assert.equal(rest('/v1/q'), '');
  assert.throws(() => new Router([row('/v1/q/*/x')], new Metrics()), /there is no row \/v1\/q\/ for/);
});
