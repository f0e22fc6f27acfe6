// Requests with entries as bytes. Followers that are in step get the same ones right after each other: those are encoded once.

import type { EntryRun } from '../core/entry.js';
import type { AppendRequest } from '../core/message.js';
import { encodeRequest, type Self } from './requests.js';

/** More is not kept for the next follower. */
const MOST_KEPT_BYTES = 1024 * 1024;

const NOTHING = new Uint8Array(0);

export class AppendEncoder {
  readonly #self: Self;
  #last: AppendRequest | null = null;
  #encoded: Uint8Array = NOTHING;

  constructor(self: Self) {
    this.#self = self;
  }

  /** Nobody may change the bytes: they are handed out again. */
  encode(request: AppendRequest): Uint8Array {
    if (this.#last !== null && sayTheSame(this.#last, request)) return this.#encoded;
    const encoded = encodeRequest(request, this.#self);
    const isKept = encoded.length <= MOST_KEPT_BYTES;
    this.#last = isKept ? request : null;
    this.#encoded = isKept ? encoded : NOTHING;
    return encoded;
  }
}

/** But for whom they are for, and when they were made: neither is on the wire. */
function sayTheSame(a: AppendRequest, b: AppendRequest): boolean {
  const { previous, runs } = b;
  const isSamePlace = a.previous.index === previous.index && a.previous.term === previous.term;
  return isSamePlace && a.term === b.term && a.commit === b.commit && sameRuns(a.runs, runs);
}

/** The runs themselves: what is cut anew isn't compared byte by byte. */
function sameRuns(a: readonly EntryRun[], b: readonly EntryRun[]): boolean {
  return a.length === b.length && a.every((run, i) => run === b[i]);
}
