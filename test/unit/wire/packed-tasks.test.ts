// Tasks of checks on their way between threads: what is flat on the way is the same behind it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckTask, Probe } from '../../../src/wire/checks/check-task.js';
import { packTasks, unpackTasks } from '../../../src/wire/checks/packed-tasks.js';
import { runSeed } from '../../random.js';

const text = fc.string({ unit: 'binary' });
const tls = fc.record({ serverName: fc.constantFrom('', 'name'), skipVerify: fc.boolean() }, { noNullPrototype: true });
const headers = fc.dictionary(text, fc.array(text), { maxKeys: 2, noNullPrototype: true });
const http = fc.record(
  {
    kind: fc.constant('http' as const),
    url: text,
    method: text,
    headers: fc.oneof(fc.constant({}), headers),
    body: text,
    followRedirects: fc.boolean(),
    tls,
  },
  { noNullPrototype: true },
);
const others = fc.constantFrom<Probe>(
  { kind: 'udp', address: 'x:1' },
  { kind: 'script', args: ['a', 'b'] },
  { kind: 'tcp', address: 'x:1', useTls: true, tls: { serverName: '', skipVerify: false } },
  { kind: 'docker', containerId: 'c', shell: '', args: [] },
);
const number = fc.oneof(fc.nat(), fc.double({ noNaN: true }));
const tasks = fc.array(
  fc.record<CheckTask>(
    {
      key: fc.nat(),
      checkId: text,
      serviceId: text,
      intervalMs: number,
      timeoutMs: number,
      outputMaxBytes: number,
      successBeforePassing: number,
      failuresBeforeWarning: number,
      failuresBeforeCritical: number,
      status: fc.constantFrom('passing', 'warning', 'critical'),
      output: text,
      probe: fc.oneof(http, others),
    },
    { noNullPrototype: true },
  ),
);

test('packed tasks are the same behind another thread’s copy', () => {
  fc.assert(
    fc.property(tasks, (given) => {
      assert.deepEqual(unpackTasks(structuredClone(packTasks(given))), given);
    }),
    { seed: runSeed },
  );
});
