import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '../../../../../../src/observe/metrics.js';
import { kv, kvSet, register, TestStore } from '../store/commands.js';

test('applied commands are counted by kind and operation, unknown operations are not', () => {
  const metrics = new Metrics();
  const store = new TestStore({ metrics });
  store.runAll(register({}), kvSet('a'), kvSet('b'), kv('delete', { Key: 'a' }));
  store.run(kv('made-up', { Key: 'a' }));
  const samples = metrics.report().samples.map(({ name, labels, count }) => [name, labels.flat().join('='), count]);
  assert.deepEqual(samples.sort(), [
    ['fsm.kvs', 'op=delete', 1],
    ['fsm.kvs', 'op=set', 2],
    ['fsm.register', '', 1],
  ]);
});
