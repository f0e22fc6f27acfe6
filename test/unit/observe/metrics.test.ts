// Series whose labels come from requests keep nothing from one report to the next, and have limits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '../../../src/observe/metrics.js';

const counted = (metrics: Metrics): unknown[] =>
  metrics.report().counters.map(({ name, labels, sum }) => [name, Object.fromEntries(labels), sum]);

test('counts by label are told once', () => {
  const metrics = new Metrics();
  const queries = metrics.counterBy('query', 'service');
  const tagged = metrics.counterBy('query-tag', 'service', 'tag');
  for (const service of ['web', '__proto__', 'web']) queries.add(service);
  tagged.add('web', 'v1');
  tagged.add('web', '');
  assert.deepEqual(counted(metrics), [
    ['query', { service: 'web' }, 2],
    ['query', { service: '__proto__' }, 1],
    ['query-tag', { service: 'web', tag: 'v1' }, 1],
    ['query-tag', { service: 'web', tag: '' }, 1],
  ]);
  assert.deepEqual(counted(metrics), []);
});

test('neither many names nor long ones are kept', () => {
  const metrics = new Metrics();
  const queries = metrics.counterBy('query', 'service');
  queries.add('x'.repeat(129));
  for (let i = 0; i < 5_000; i++) queries.add(`name-${i}`);
  queries.add('name-0');
  const { counters } = metrics.report();
  assert.equal(counters.length, 1_000);
  assert.deepEqual([counters[0]?.labels, counters[0]?.sum], [[['service', 'name-0']], 2]);
});

test('what is asked at each report is told as it is then', () => {
  const metrics = new Metrics();
  let waiting = 1;
  metrics.gaugeOf('waiting', () => waiting);
  assert.deepEqual(metrics.report().gauges, [{ name: 'waiting', labels: [], value: 1 }]);
  waiting = 0;
  assert.deepEqual(metrics.report().gauges, [{ name: 'waiting', labels: [], value: 0 }]);
});
