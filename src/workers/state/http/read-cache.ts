// `?cached` reads. A server answers every read from memory, so an agent cache would only serve older data at the same price.
// What clients can see of the cache is kept: whether somebody asked the same before (X-Cache), the age of the data (always 0
// here), and an answer while there is no leader once it was a hit. A client agent has a real one, which says itself what it did.

import type { CacheWord } from '../calls/blocking-read.js';
import { shortKey } from '../calls/question.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import type { ParameterSource } from './message/request.js';

export interface CacheState {
  readonly hit: boolean;
  /** It counts as there before anybody asked: every agent follows it. */
  readonly isFollowed: boolean;
  /** Finished header lines. */
  readonly headers: string;
  /** What was asked. */
  readonly key: string;
}

const HIT = 'X-Cache: HIT\r\nAge: 0\r\n';
const MISS = 'X-Cache: MISS\r\n';
/** As stock keeps a watched entry without readers. */
const KEPT_MS = 20 * 60 * 1000;
const MAX_ENTRIES = 4096;

/** Header lines. */
export function cacheHeaders(word: CacheWord): string {
  return word.isHit ? `X-Cache: HIT\r\nAge: ${Math.floor(word.ageMs / 1000)}\r\n` : MISS;
}

export class ReadCache {
  /** Oldest first: a hit puts an entry at the end. */
  readonly #entries = new Map<string, number>();

  /** `selecting`: the parameters of the row, each of which makes it another question. */
  look(call: ParameterSource & Caller & { readonly path: string }, selecting: readonly string[]): CacheState {
    const key = keyOf(call, selecting);
    const seen = this.#entries.get(key);
    if (seen === undefined || performance.now() - seen >= KEPT_MS)
      return { hit: false, isFollowed: false, headers: MISS, key };
    this.#keep(key);
    return { hit: true, isFollowed: false, headers: HIT, key };
  }

  /** Of what every agent has, whoever has asked. */
  lookAtFollowed({ path }: { readonly path: string }): CacheState {
    return { hit: true, isFollowed: true, headers: HIT, key: path };
  }

  /** The read goes to the store: only from then on is there something that the next one can hit. */
  served({ hit, key }: CacheState): void {
    if (!hit) this.#keep(key);
  }

  #keep(key: string): void {
    this.#entries.delete(key);
    this.#entries.set(key, performance.now());
    if (this.#entries.size <= MAX_ENTRIES) return;
    const oldest = this.#entries.keys().next().value;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

function keyOf(call: ParameterSource & Caller & { readonly path: string }, selecting: readonly string[]): string {
  const parts = [call.path, call.token];
  for (const name of selecting) {
    if (call.query.has(name)) parts.push(name, ...call.query.all(name));
  }
  return shortKey(parts.join('\0'));
}
