// A lock with one holder: a key that its session holds.

import type { Parsed, Query } from '../http/client.js';
import { type Attempt, failure, type Lock, type LockOptions } from './lock.js';
import type { LockSession } from './session.js';
import { LOCK_FLAGS, type Pairs } from './store.js';

const FLAGS = ['flags', LOCK_FLAGS] as const;

export class Mutex implements Lock {
  readonly #options: LockOptions;

  constructor(options: LockOptions) {
    this.#options = options;
  }

  begin(): Promise<Parsed<null>> {
    return Promise.resolve({ ok: true, value: null });
  }

  read(query: Query): Promise<Parsed<Pairs>> {
    return this.#options.store.read(this.#options.key, query);
  }

  async attempt({ pairs: [pair], index }: Pairs, session: LockSession): Promise<Parsed<Attempt>> {
    if (pair !== undefined && pair.flags !== LOCK_FLAGS) {
      return { ok: false, error: 'Existing key does not match lock use' };
    }
    if (pair?.session === session.id) return { ok: true, value: { kind: 'held' } };
    if (pair !== undefined && pair.session !== '') return { ok: true, value: { kind: 'wait', index } };
    const { store, key } = this.#options;
    const acquired = await store.write(key, '', [['acquire', session.id], FLAGS]);
    if (!acquired.ok) return failure('failed to acquire lock', acquired.error);
    if (acquired.value) return { ok: true, value: { kind: 'held' } };
    // Somebody else was faster, or the last holder was lost and nobody may have it for a while.
    const now = await this.read([]);
    if (!now.ok) return now;
    const isHeld = (now.value.pairs[0]?.session ?? '') !== '';
    return { ok: true, value: isHeld ? { kind: 'wait', index: now.value.index } : { kind: 'pause' } };
  }

  isHeld({ pairs: [pair] }: Pairs, session: LockSession): boolean {
    return pair?.session === session.id;
  }

  async release(session: LockSession): Promise<Parsed<null>> {
    const { store, key } = this.#options;
    const released = await store.write(key, '', [['release', session.id], FLAGS]);
    if (!released.ok) return failure('failed to release lock', released.error);
    const now = await this.read([]);
    const pair = now.ok ? now.value.pairs[0] : undefined;
    if (pair !== undefined && pair.session === '' && pair.flags === LOCK_FLAGS) {
      await store.remove(key, [['cas', pair.modifyIndex]]);
    }
    return { ok: true, value: null };
  }
}
