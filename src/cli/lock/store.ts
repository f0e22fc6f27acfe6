// Keys and sessions as locks need them, each request with the flags of the command line.

import { type KvPair, parsePairs } from '../command/kv-pair.js';
import type { Answer, Client, Parsed, Query } from '../http/client.js';
import { keyPath } from '../http/path.js';

/** Keys of locks and semaphores tell by these flags what they are, to every client (as Consul's own library writes them). */
export const LOCK_FLAGS = String(0x2ddccbc058a50c18n);
export const SEMAPHORE_FLAGS = String(0xe0f69a2baa414de0n);

export interface Pairs {
  readonly pairs: readonly KvPair[];
  readonly index: string;
}

export class LockStore {
  readonly #client: Client;
  readonly #query: Query;

  constructor(client: Client, query: Query) {
    this.#client = client;
    this.#query = query;
  }

  /** None where there is no such key. `query`: how long is waited for what. */
  async read(key: string, query: Query): Promise<Parsed<Pairs>> {
    const answer = await this.#client.get(`/v1/kv/${keyPath(key)}`, [...this.#query, ...query], true);
    if (!answer.ok) return answer;
    // Without it a wait for the next change would not wait.
    if (!/^[0-9]+$/.test(answer.index)) return { ok: false, error: 'the answer has no X-Consul-Index' };
    if (answer.status === 404) return { ok: true, value: { pairs: [], index: answer.index } };
    try {
      return { ok: true, value: { pairs: parsePairs(answer.body), index: answer.index } };
    } catch (error) {
      return { ok: false, error: (error as Error).message };
    }
  }

  /** Whether it was written: `query` holds what must be so. */
  async write(key: string, value: string, query: Query): Promise<Parsed<boolean>> {
    return isTrue(await this.#client.put(`/v1/kv/${keyPath(key)}`, [...this.#query, ...query], value));
  }

  async remove(key: string, query: Query): Promise<Parsed<boolean>> {
    return isTrue(await this.#client.delete(`/v1/kv/${keyPath(key)}`, [...this.#query, ...query]));
  }

  /** Its ID. */
  async createSession(session: object): Promise<Parsed<string>> {
    const answer = await this.#client.put('/v1/session/create', this.#query, JSON.stringify(session));
    if (!answer.ok) return answer;
    try {
      const { ID } = JSON.parse(answer.body.toString('utf8')) as { readonly ID?: unknown };
      return typeof ID === 'string' ? { ok: true, value: ID } : { ok: false, error: 'the answer names no session' };
    } catch (error) {
      return { ok: false, error: (error as Error).message };
    }
  }

  renewSession(id: string): Promise<Answer> {
    return this.#client.put(`/v1/session/renew/${id}`, this.#query);
  }

  destroySession(id: string): Promise<Answer> {
    return this.#client.put(`/v1/session/destroy/${id}`, this.#query);
  }
}

function isTrue(answer: Answer): Parsed<boolean> {
  return answer.ok ? { ok: true, value: answer.body.toString('utf8').trim() === 'true' } : answer;
}
