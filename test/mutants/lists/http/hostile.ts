// What the hostile calls must notice: a border that lets through what has no form, and an error that doesn't stay where it arises.

import type { Mutant } from '../../mutant.js';

const TESTS = ['integration/hostile/hostile'];

/** So many calls, and those places alone. */
function places(only: string, calls: number): NonNullable<Mutant['environment']> {
  return { LICTOR_HOSTILE_ONLY: only, LICTOR_HOSTILE_CALLS: String(calls) };
}

export const hostile: readonly Mutant[] = [
  {
    name: 'an index of a body may be beyond what the log has a form for',
    file: 'gotext/json-kinds.ts',
    find: "if (typeof given === 'number') return given;",
    replace: "if (typeof given === 'number' || given > 0n) return given as number;",
    tests: TESTS,
    environment: places('txn body .*ModifyIndex', 200),
  },
  {
    name: 'the duration of a session may be beyond 64 bits',
    file: 'gotext/json-kinds.ts',
    find: 'if (nanoseconds < DURATION_LIMIT && nanoseconds >= -DURATION_LIMIT) return',
    replace: 'if (Number.isFinite(nanoseconds)) return',
    tests: TESTS,
    environment: places('session/create body .LockDelay|register body .*TTL', 200),
  },
  {
    name: 'a free-form value may nest as deep as it likes',
    file: 'gotext/json-kinds.ts',
    find: 'if (depth >= MAX_NESTING) {',
    replace: 'if (depth >= MAX_NESTING * 1000) {',
    tests: TESTS,
    environment: places('register body .*Config', 200),
  },
  {
    name: 'an error of the encoder goes on as an exception',
    file: 'workers/state/replica/raft-client.ts',
    find: "      pending.settle({ ok: false, code: 'unencodable', text });",
    replace: '      throw new Error(text);',
    tests: TESTS,
    environment: places('catalog/register body .Checks$', 100),
  },
  {
    name: 'a registration is acknowledged and written without its text',
    file: 'workers/state/local/store/registration-store.ts',
    find: 'this.#problemOf(group, operations)',
    replace: 'this.#problemOf(group, [])',
    tests: TESTS,
    environment: places('agent/service/register', 50),
  },
];
