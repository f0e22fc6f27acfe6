// Tokens whose time is up are deleted by whoever leads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeadlineQueue } from '../../../../../src/deadlines/deadline-queue.js';
import { zeroStruct } from '../../../../../src/msgpack/zero.js';
import { AclCommandType } from '../../../../../src/wire/acl/commands.js';
import type { Command } from '../../../../../src/wire/commands.js';
import { goTimeOf } from '../../../../../src/wire/go-time.js';
import { aclTokenSchema } from '../../../../../src/wire/schema/acl.js';
import { TokenReaper, type TokenReaperOptions } from '../../../../../src/workers/state/leader/acl/token-reaper.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';

const START_MS = Date.UTC(2026, 0);

function scene(isPrimary: boolean) {
  const store = new StateStore();
  const clock = { nowMs: START_MS };
  let index = 0;
  const apply = (command: Command): void => {
    index += 1;
    assert.equal(store.apply(index, command).kind, 'nil');
  };
  const set = (AccessorID: string, Local: boolean, endMs: number | null): void => {
    const ExpirationTime = endMs === null ? null : goTimeOf(endMs);
    const token = { ...zeroStruct(aclTokenSchema), AccessorID, SecretID: AccessorID, Local, ExpirationTime };
    const rules = { CAS: false, AllowMissingLinks: false, ProhibitUnprivileged: false, FromReplication: false };
    apply({ type: AclCommandType.aclTokenSet, body: { Tokens: [token], ...rules } });
  };
  const rounds: { dueMs: number; expire(): void }[] = [];
  const queue = {
    now: () => 0,
    add: (round: { dueMs: number; expire(): void }) => rounds.push(round),
    remove: (round: { dueMs: number; expire(): void }) => rounds.splice(rounds.indexOf(round), 1),
  } as unknown as DeadlineQueue;
  const reaper = new TokenReaper({
    acl: store.acl,
    consensus: {
      propose(command: Command) {
        apply(command);
        return Promise.resolve({ ok: true, result: { kind: 'nil' }, index });
      },
    } as unknown as TokenReaperOptions['consensus'],
    deadlines: queue,
    isPrimary,
    logger: { error: assert.fail } as unknown as TokenReaperOptions['logger'],
    wallClock: () => clock.nowMs,
  });
  const left = (): string[] => store.acl.tokens().value.map(({ AccessorID }) => AccessorID);
  const round = async (): Promise<void> => {
    const next = rounds.shift();
    assert.ok(next !== undefined, 'a round is due');
    next.expire();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { set, reaper, clock, left, rounds, round };
}

test('expired tokens go, others stay; a secondary datacenter deletes its own alone', async () => {
  for (const isPrimary of [true, false]) {
    const { set, reaper, clock, left, rounds, round } = scene(isPrimary);
    set('local', true, START_MS + 5_000);
    set('global', false, START_MS + 5_000);
    set('later', true, START_MS + 90_000);
    set('never', true, null);
    reaper.start();
    assert.deepEqual(
      rounds.map(({ dueMs }) => dueMs),
      [5_000],
    );
    clock.nowMs += 5_000;
    await round();
    assert.deepEqual(left(), isPrimary ? ['later', 'never'] : ['global', 'later', 'never']);
    assert.equal(rounds.length, 1, 'the next round is due for the one that ends later');
    assert.equal(rounds[0]?.dueMs, 60_000, 'the wall clock may jump: it is looked at once a minute');
    reaper.stop();
    assert.equal(rounds.length, 0);
  }
});

test('nothing is waited for while no token ends', () => {
  const { set, reaper, rounds } = scene(true);
  set('never', false, null);
  reaper.start();
  assert.equal(rounds.length, 0);
});
