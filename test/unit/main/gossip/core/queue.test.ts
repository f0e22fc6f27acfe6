import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BroadcastQueue } from '../../../../../src/main/gossip/core/queue.js';
import { retransmitLimit } from '../../../../../src/main/gossip/core/scale.js';
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

test('what is not written yet is written each time it is sent, and takes the place that its length gives it', () => {
  const queue = new BroadcastQueue();
  let written = 0;
  const write = () => {
    written += 1;
    return Uint8Array.of(written, 0, 0);
  };
  queue.queue({ key: 'b', message: new Uint8Array(2) });
  queue.queue({ key: 'a', message: { length: 3, write } });
  assert.deepEqual(queue.take(0, 4, 3), [Uint8Array.of(1, 0, 0)]);
  assert.equal(written, 1);
  assert.deepEqual(queue.take(0, 2, 3), [new Uint8Array(2)], 'one for which there is no room stays');
  assert.deepEqual(queue.take(0, 4, 3), [Uint8Array.of(2, 0, 0)]);
  queue.queue({ key: 'a', message: new Uint8Array(1) });
  assert.deepEqual(queue.take(0, 4, 3), [new Uint8Array(1), new Uint8Array(2)], 'what was replaced is sent no more');
  assert.equal(written, 2);
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

/** What the rules say, on a plain list. */
class PlainQueue {
  #entries: { readonly message: Uint8Array; readonly key: string | null; readonly id: number; sent: number }[] = [];
  #next = 0;

  #inOrder() {
    return [...this.#entries].sort((a, b) => a.sent - b.sent || b.message.length - a.message.length || b.id - a.id);
  }

  queue(message: Uint8Array, key: string | null): void {
    if (key !== null) this.#entries = this.#entries.filter((entry) => entry.key !== key);
    this.#entries.push({ message, key, id: this.#next, sent: 0 });
    this.#next += 1;
  }

  take(overhead: number, limit: number, transmitLimit: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let free = limit - overhead;
    for (const entry of this.#inOrder()) {
      if (free <= 0 || entry.message.length > free) continue;
      free -= entry.message.length + overhead;
      taken.push(entry.message);
      entry.sent += 1;
    }
    this.#entries = this.#entries.filter(({ sent }) => sent < transmitLimit);
    return taken;
  }

  prune(keep: number): void {
    this.#entries = this.#inOrder().slice(0, keep);
  }
}

test('messages leave in the order of a plain list that is searched', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 150, size: 'max' }), (operations) => {
      const queue = new BroadcastQueue();
      const plain = new PlainQueue();
      for (const step of operations) {
        if (step.op === 'queue') {
          // Few lengths, so that many messages are equally long.
          const message = new Uint8Array(1 + (step.size % 4) * 10);
          const key = step.key === null ? null : String(step.key);
          queue.queue({ key, message });
          plain.queue(message, key);
        } else if (step.op === 'take') {
          const [taken, expected] = [queue.take(2, step.limit, 3), plain.take(2, step.limit, 3)];
          assert.equal(taken.length, expected.length);
          for (const [i, message] of taken.entries()) assert.equal(message, expected[i]);
        } else {
          queue.prune(step.keep);
          plain.prune(step.keep);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a hundred thousand messages of one length cost little each: queued, sent, replaced, dropped', () => {
  const many = 131_072;
  const queue = new BroadcastQueue();
  const keyOf = (i: number) => `member-${i}`;
  const message = new Uint8Array(100);
  const began = process.cpuUsage();
  for (let i = 0; i < many; i += 1) queue.queue({ key: keyOf(i), message });
  for (let i = 0; i < many / 13; i += 1) queue.take(2, 1400, 20);
  // In the middle of what was sent, and of what wasn't.
  for (let i = 0; i < many; i += 2) queue.queue({ key: keyOf(i), message });
  queue.prune(many / 2);
  const { user, system } = process.cpuUsage(began);
  assert.equal(queue.length, many / 2);
  // Half a second; with one list of all in order it was 28.
  assert.ok(user + system < 4e6, `${(user + system) / 1e6} s of CPU`);
});
