// What a lock and a semaphore have in common: they are acquired by looking again and again, and watched while they are held.

import { setTimeout as delay } from 'node:timers/promises';
import type { Parsed, Query } from '../http/client.js';
import type { LockSession } from './session.js';
import type { LockStore, Pairs } from './store.js';

/** Whether it was acquired, or what is to be waited for until the next attempt. */
export type Attempt =
  | { readonly kind: 'held' }
  /** For a change after the index. */
  | { readonly kind: 'wait'; readonly index: string }
  /** A lock delay: nothing tells when it is over. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'again' };

export interface Lock {
  /** `found`: what {@link read} gave. */
  attempt(found: Pairs, session: LockSession): Promise<Parsed<Attempt>>;
  /** Before the first attempt. */
  begin(session: LockSession): Promise<Parsed<null>>;
  read(query: Query): Promise<Parsed<Pairs>>;
  isHeld(found: Pairs, session: LockSession): boolean;
  /** And what else there is of it, where nobody else uses it. */
  release(session: LockSession): Promise<Parsed<null>>;
}

export interface LockOptions {
  readonly store: LockStore;
  readonly key: string;
}

const WAIT_MS = 15_000;
const PAUSE_MS = 5_000;
const MONITOR_PAUSE_MS = 2_000;

/** Error texts begin with what was being done. */
export function failure(doing: string, error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error: `${doing}: ${error}` };
}

/** True once it is held; false when `untilMs`, of `performance.now()`, has come before. null: it may take as long as it likes. */
export async function acquire(lock: Lock, session: LockSession, untilMs: number | null): Promise<Parsed<boolean>> {
  const begun = await lock.begin(session);
  if (!begun.ok) return begun;
  let index: string | null = null;
  for (let attempts = 0; ; attempts += 1) {
    const leftMs = untilMs === null ? WAIT_MS : Math.min(WAIT_MS, untilMs - performance.now());
    if (attempts > 0 && leftMs <= 0) return { ok: true, value: false };
    const block: Query = index === null ? [] : [['index', index]];
    const found = await lock.read([...block, ['wait', `${Math.max(1, Math.ceil(leftMs))}ms`]]);
    if (!found.ok) return failure('failed to read lock', found.error);
    const tried = await lock.attempt(found.value, session);
    if (!tried.ok) return tried;
    if (tried.value.kind === 'held') return { ok: true, value: true };
    index = tried.value.kind === 'wait' ? tried.value.index : null;
    if (tried.value.kind === 'pause') await delay(Math.min(PAUSE_MS, Math.max(1, leftMs)));
  }
}

/** Resolves once it isn't held any more, or that can't be known: why. `retries`: of failures in a row. */
export async function lost(lock: Lock, session: LockSession, retries: number): Promise<string> {
  let failures = 0;
  let index: string | null = null;
  for (;;) {
    const block: Query = index === null ? [] : [['index', index]];
    const found = await lock.read([['consistent', ''], ...block]);
    if (found.ok) {
      if (!lock.isHeld(found.value, session)) return 'the lock is not held any more';
      failures = 0;
      index = found.value.index;
      continue;
    }
    failures += 1;
    if (failures > retries) return found.error;
    index = null;
    await delay(MONITOR_PAUSE_MS);
  }
}
