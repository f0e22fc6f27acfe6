// The session of a lock: it is renewed for as long as this process lives, and ends with it.

import type { Parsed } from '../http/client.js';
import type { LockStore } from './store.js';

const TTL_S = 15;
const RENEW_MS = (TTL_S * 1000) / 2;
/** A renewal that failed is tried again while there is time. */
const RETRY_MS = 1_000;

export interface SessionOptions {
  readonly name: string;
  /** What becomes of the keys that it holds when it ends. */
  readonly behavior: 'release' | 'delete';
}

export class LockSession {
  readonly id: string;
  readonly #store: LockStore;
  #timer: NodeJS.Timeout;
  #isOver = false;

  private constructor(id: string, store: LockStore) {
    this.id = id;
    this.#store = store;
    this.#timer = setTimeout(() => void this.#renew(), RENEW_MS);
  }

  static async create(store: LockStore, { name, behavior }: SessionOptions): Promise<Parsed<LockSession>> {
    const made = await store.createSession({ Name: name, TTL: `${TTL_S}s`, Behavior: behavior });
    return made.ok ? { ok: true, value: new LockSession(made.value, store) } : made;
  }

  /** Nobody waits for a lock delay when its keys were released before. */
  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#store.destroySession(this.id);
  }

  async #renew(): Promise<void> {
    const renewed = await this.#store.renewSession(this.id);
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#renew(), renewed.ok ? RENEW_MS : RETRY_MS);
  }
}
