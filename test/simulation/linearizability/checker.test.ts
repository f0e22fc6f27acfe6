// The checker, on histories whose verdict is known: the examples of Porcupine's and Knossos' documentation, of Herlihy and
// Wing, and those that a real serial execution leaves when its operations are stretched until they overlap.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random, runSeed } from '../../random.js';
import { check, type Model } from './checker.js';
import { History, type Operation } from './history.js';

type Input = { readonly kind: 'put'; readonly value: number } | { readonly kind: 'get' } | Cas;
interface Cas {
  readonly kind: 'cas';
  readonly from: number;
  readonly to: number;
}
type Output = number | boolean;

/** One number, 0 at first. */
const register: Model<number, Input, Output> = {
  initial: 0,
  step(state, input, output) {
    if (input.kind === 'get') return output === state ? state : null;
    if (input.kind === 'put') return input.value;
    const holds = state === input.from;
    if (output !== null && output !== holds) return null;
    return holds ? input.to : state;
  },
  describe: String,
};

const get: Input = { kind: 'get' };
const put = (value: number): Input => ({ kind: 'put', value });
const cas = (from: number, to: number): Input => ({ kind: 'cas', from, to });

/** `[call, return, input, output]`; a return of 0 never came. */
function verdict(...rows: readonly (readonly [number, number, Input, Output])[]): string {
  const operations = rows.map(([callAt, returnAt, input, output]): Operation<Input, Output> => {
    if (returnAt === 0) return { input, output: null, callAt, returnAt: Number.POSITIVE_INFINITY };
    return { input, output, callAt, returnAt };
  });
  return check(register, operations).kind;
}

describe('a register', () => {
  test('is linearizable when reads see the write that overlaps them, or not (Porcupine, first example)', () => {
    assert.equal(verdict([0, 100, put(100), true], [25, 75, get, 100], [30, 60, get, 0]), 'linearizable');
  });

  test('is not when a later read goes back (Porcupine, second example)', () => {
    assert.equal(verdict([0, 100, put(200), true], [10, 30, get, 200], [40, 90, get, 0]), 'not-linearizable');
  });

  test('is not when a read misses a write that was over (a stale read)', () => {
    assert.equal(verdict([0, 1, put(1), true], [2, 3, get, 0]), 'not-linearizable');
  });

  test('is not when a value that nobody wrote is read (Knossos)', () => {
    assert.equal(verdict([0, 1, put(1), true], [2, 5, put(2), true], [3, 4, get, 3]), 'not-linearizable');
  });

  test('is not when two comparisons with the same value hold', () => {
    assert.equal(verdict([0, 3, cas(0, 1), true], [1, 4, cas(0, 2), true]), 'not-linearizable');
    assert.equal(verdict([0, 3, cas(0, 1), true], [1, 4, cas(1, 2), true], [2, 6, cas(0, 5), false]), 'linearizable');
  });

  test('is sequentially consistent only: the order of real time counts (Herlihy and Wing)', () => {
    assert.equal(verdict([0, 1, put(1), true], [2, 3, put(2), true], [4, 5, get, 1]), 'not-linearizable');
    assert.equal(verdict([0, 3, put(1), true], [1, 2, put(2), true], [4, 5, get, 1]), 'linearizable');
  });

  test('an unanswered write may have happened, happen late, or never', () => {
    assert.equal(verdict([0, 0, put(1), true], [1, 2, get, 1]), 'linearizable');
    assert.equal(verdict([0, 0, put(1), true], [1, 2, get, 0]), 'linearizable');
    assert.equal(verdict([0, 0, put(1), true], [1, 2, get, 0], [3, 4, get, 1]), 'linearizable');
  });

  test('an unanswered write happens once, and not before it was asked', () => {
    const others = [[2, 3, put(2), true] as const, [4, 5, get, 1] as const];
    assert.equal(verdict([0, 0, put(1), true], ...others, [6, 7, put(3), true], [8, 9, get, 1]), 'not-linearizable');
    assert.equal(verdict([6, 0, put(1), true], ...others), 'not-linearizable');
  });
});

test('what could not be judged within its budget is unknown', () => {
  const writes = Array.from({ length: 30 }, (_, i): Operation<Input, Output> => {
    return { input: put(i + 1), output: true, callAt: i, returnAt: 1000 + i };
  });
  const read: Operation<Input, Output> = { input: get, output: 99, callAt: 2000, returnAt: 2001 };
  assert.equal(check(register, [...writes, read], 1000).kind, 'unknown');
});

test('many silent writes cost little', () => {
  const silent = Array.from({ length: 60 }, (_, i): Operation<Input, Output> => {
    return { input: put(1000 + i), output: null, callAt: i, returnAt: Number.POSITIVE_INFINITY };
  });
  const rest = Array.from({ length: 60 }, (_, i): Operation<Input, Output>[] => [
    { input: put(i), output: true, callAt: 100 + 4 * i, returnAt: 101 + 4 * i },
    { input: get, output: i, callAt: 102 + 4 * i, returnAt: 103 + 4 * i },
  ]).flat();
  const found = check(register, [...silent, ...rest]);
  assert.equal(found.kind, 'linearizable');
  assert.ok(found.steps < 1000, `${found.steps} steps`);
});

test('a refused history tells how far it went, and what is stuck', () => {
  const history = new History<Input, Output>();
  history.call(put(1)).answered(true);
  history.call(get).answered(0);
  const found = check(register, history.operations);
  assert.ok(found.kind === 'not-linearizable');
  assert.deepEqual(
    found.longest.map(({ input }) => input),
    [put(1)],
  );
  assert.deepEqual(
    found.stuck.map(({ input }) => input),
    [get],
  );
  assert.equal(found.state, '1');
});

test('what is withdrawn never was', () => {
  const history = new History<Input, Output>();
  history.call(put(1)).withdrawn();
  history.call(get).answered(0);
  history.call(put(2));
  assert.deepEqual(
    history.operations.map(({ input, output }) => [input, output]),
    [
      [get, 0],
      [put(2), null],
    ],
  );
});

/** Operations one after the other, each then stretched by chance over its neighbours; some lose their answer. */
function stretched(random: Random, length: number): Operation<Input, Output>[] {
  let state = 0;
  let next = 1;
  return Array.from({ length }, (_, i) => {
    const from = random.chance(0.5) ? state : random.below(next);
    const input = [get, get, put(next), cas(from, next)][random.below(4)] ?? get;
    next += 1;
    const output = input.kind === 'get' ? state : input.kind === 'cas' ? input.from === state : true;
    state = register.step(state, input, output) ?? state;
    const callAt = 10 * i - random.below(60) - random.next();
    const returnAt = 10 * i + random.below(60) + random.next();
    const isLost = input.kind !== 'get' && random.chance(0.1);
    return isLost
      ? { input, output: null, callAt, returnAt: Number.POSITIVE_INFINITY }
      : { input, output, callAt, returnAt };
  });
}

test('what a serial execution left is accepted, however it overlaps; with one answer changed it is refused', () => {
  const random = new Random(runSeed);
  for (let round = 0; round < 300; round += 1) {
    const operations = stretched(random, 60);
    assert.equal(check(register, operations).kind, 'linearizable', `round ${round} from seed ${runSeed}`);
    // A value that was never written can't have been read.
    const reads = operations.flatMap(({ input }, i) => (input.kind === 'get' ? [i] : []));
    const wrong = reads[random.below(reads.length)];
    const changed = operations.map((one, i) => (i === wrong ? { ...one, output: -1 } : one));
    assert.equal(check(register, changed).kind, 'not-linearizable', `round ${round} from seed ${runSeed}, changed`);
  }
});
