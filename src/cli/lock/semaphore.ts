// A lock with several holders. Each contender has a key of its session under the prefix; who of them holds it stands in `.lock`,
// which is changed by compare-and-set. A holder whose session is gone has no key any more, and counts no longer.

import { decodeJson, struct } from '../../gotext/json-decode.js';
import { bool, int, map } from '../../gotext/json-kinds.js';
import type { KvPair } from '../command/kv-pair.js';
import type { Parsed, Query } from '../http/client.js';
import { type Attempt, failure, type Lock, type LockOptions } from './lock.js';
import type { LockSession } from './session.js';
import { type Pairs, SEMAPHORE_FLAGS } from './store.js';

export interface SemaphoreOptions extends LockOptions {
  readonly prefix: string;
  readonly limit: number;
}

const FLAGS = ['flags', SEMAPHORE_FLAGS] as const;
const holdersKind = struct('semaphoreLock', { Limit: int, Holders: map(bool) });

const NO_KEY = '0';

interface Holders {
  readonly limit: number;
  readonly sessions: readonly string[];
  /** Of the key, or {@link NO_KEY}. */
  readonly modifyIndex: string;
}

export class Semaphore implements Lock {
  readonly #options: SemaphoreOptions;

  constructor(options: SemaphoreOptions) {
    this.#options = options;
  }

  async begin(session: LockSession): Promise<Parsed<null>> {
    const made = await this.#options.store.write(this.#contender(session), '', [['acquire', session.id], FLAGS]);
    if (made.ok && made.value) return { ok: true, value: null };
    return failure('failed to make contender entry', made.ok ? 'somebody else holds it' : made.error);
  }

  read(query: Query): Promise<Parsed<Pairs>> {
    return this.#options.store.read(`${this.#options.prefix}/`, [['recurse', ''], ...query]);
  }

  async attempt({ pairs, index }: Pairs, session: LockSession): Promise<Parsed<Attempt>> {
    const found = this.#holders(pairs);
    if (!found.ok) return found;
    const { limit, sessions } = found.value;
    if (limit !== this.#options.limit) {
      const both = `lock: ${limit}, local: ${this.#options.limit}`;
      return { ok: false, error: `semaphore limit conflict (${both})` };
    }
    if (sessions.includes(session.id)) return { ok: true, value: { kind: 'held' } };
    if (sessions.length >= limit) return { ok: true, value: { kind: 'wait', index } };
    const written = await this.#write(found.value, [...sessions, session.id]);
    if (!written.ok) return failure('failed to update lock', written.error);
    return { ok: true, value: { kind: written.value ? 'held' : 'again' } };
  }

  isHeld({ pairs }: Pairs, session: LockSession): boolean {
    const found = this.#holders(pairs);
    return found.ok && found.value.sessions.includes(session.id);
  }

  async release(session: LockSession): Promise<Parsed<null>> {
    for (;;) {
      const now = await this.read([]);
      if (!now.ok) return now;
      const found = this.#holders(now.value.pairs);
      if (!found.ok) return found;
      if (found.value.modifyIndex === NO_KEY) break;
      const others = found.value.sessions.filter((id) => id !== session.id);
      const isLast = others.length === 0;
      const { store, key } = this.#options;
      const done = isLast
        ? await store.remove(key, [['cas', found.value.modifyIndex]])
        : await this.#write(found.value, others);
      if (!done.ok) return failure('failed to update lock', done.error);
      if (done.value) break;
    }
    const gone = await this.#options.store.remove(this.#contender(session), []);
    return gone.ok ? { ok: true, value: null } : gone;
  }

  #contender(session: LockSession): string {
    return `${this.#options.prefix}/${session.id}`;
  }

  #write({ modifyIndex }: Holders, sessions: readonly string[]): Promise<Parsed<boolean>> {
    const value = { Limit: this.#options.limit, Holders: Object.fromEntries(sessions.map((id) => [id, true])) };
    return this.#options.store.write(this.#options.key, JSON.stringify(value), [['cas', modifyIndex], FLAGS]);
  }

  /** Those that are still there. */
  #holders(pairs: readonly KvPair[]): Parsed<Holders> {
    const pair = pairs.find(({ key }) => key === this.#options.key);
    if (pair === undefined)
      return { ok: true, value: { limit: this.#options.limit, sessions: [], modifyIndex: NO_KEY } };
    if (pair.flags !== SEMAPHORE_FLAGS) return { ok: false, error: 'Existing key does not match semaphore use' };
    const decoded = decodeJson(pair.value.toString('utf8'), holdersKind, { unknownFields: 'ignore' });
    if (!decoded.ok) return failure('lock decoding failed', decoded.error);
    const alive = new Set(pairs.map(({ session }) => session));
    const sessions = Object.keys(decoded.value.Holders ?? {}).filter((id) => alive.has(id));
    return { ok: true, value: { limit: decoded.value.Limit, sessions, modifyIndex: pair.modifyIndex } };
  }
}
