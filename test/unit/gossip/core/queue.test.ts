import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BroadcastQueue } from '../../../../src/main/gossip/core/queue.js';
import { retransmitLimit } from '../../../../src/main/gossip/core/scale.js';
import { readVectors } from '../vectors.js';

interface Step {
  readonly op: 'queue' | 'get' | 'prune';
  readonly id?: string;
  readonly key?: string;
  readonly size?: number;
  readonly overhead?: number;
  readonly limit?: number;
  readonly keep?: number;
  readonly messages?: readonly string[];
  readonly finished: readonly string[];
  readonly queued: number;
}
interface QueueCase {
  readonly name: string;
  readonly limit: number;
  readonly numNodes: number;
  readonly retransmitMult: number;
  readonly steps: readonly Step[];
}

test('every recorded sequence of operations gives the recorded messages in order', () => {
  const { cases } = readVectors<QueueCase>('queue');
  assert.ok(cases.length >= 6);
  for (const { name, limit, numNodes, retransmitMult, steps } of cases) {
    assert.equal(retransmitLimit(retransmitMult, numNodes), limit, name);
    const queue = new BroadcastQueue();
    const ids = new Map<Uint8Array, string>();
    let finished: string[] = [];
    for (const step of steps) {
      finished = [];
      const note = () => finished;
      if (step.op === 'queue') {
        const { id = '', key = null, size = 0 } = step;
        const message = new Uint8Array(size);
        ids.set(message, id);
        queue.queue({ key, message, onFinished: () => note().push(id) });
      } else if (step.op === 'get') {
        const messages = queue.take(step.overhead ?? 0, step.limit ?? 0, limit);
        assert.deepEqual(
          messages.map((message) => ids.get(message)),
          step.messages,
          name,
        );
      } else {
        queue.prune(step.keep ?? 0);
      }
      assert.deepEqual(finished, step.finished, name);
      assert.equal(queue.length, step.queued, name);
    }
  }
});

const operation = fc.oneof(
  fc.record({ op: fc.constant('queue' as const), key: fc.option(fc.nat(9)), size: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ op: fc.constant('take' as const), limit: fc.nat(200) }),
  fc.record({ op: fc.constant('prune' as const), keep: fc.nat(20) }),
);

test('nothing is lost, sent too often, or finished twice; no packet is overfilled', () => {
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 120, size: 'max' }),
      fc.integer({ min: 1, max: 5 }),
      (operations, limit) => {
        const queue = new BroadcastQueue();
        const sent = new Map<Uint8Array, number>();
        const finished = new Set<Uint8Array>();
        for (const step of operations) {
          if (step.op === 'queue') {
            const message = new Uint8Array(step.size);
            sent.set(message, 0);
            queue.queue({
              key: step.key === null ? null : String(step.key),
              message,
              onFinished: () => {
                assert.ok(!finished.has(message));
                finished.add(message);
              },
            });
          } else if (step.op === 'take') {
            const messages = queue.take(2, step.limit, limit);
            assert.ok(messages.reduce((sum, message) => sum + message.length + 2, 0) <= step.limit);
            assert.equal(new Set(messages).size, messages.length);
            for (const message of messages) sent.set(message, (sent.get(message) ?? 0) + 1);
          } else {
            queue.prune(step.keep);
            assert.ok(queue.length <= step.keep || queue.length + finished.size === sent.size);
          }
          assert.equal(queue.length, sent.size - finished.size);
        }
        for (const [message, times] of sent) {
          assert.ok(times <= limit);
          if (times === limit) assert.ok(finished.has(message));
        }
      },
    ),
    { numRuns: 300 },
  );
});
