// What a leader's requests are: of bounded size, whole, and never piled up at a server, whether it answers late, twice or not
// at all: two are on their way, and a few more when it must be asked anew.

import assert from 'node:assert/strict';
import type { AppendRequest } from '../../../src/workers/raft/core/message.js';

const MOST_ENTRIES = 64;
const MOST_AT_ONCE = 8;

interface Burst {
  sentMs: number;
  requests: number;
}

export class Requests {
  /** From whom → to whom. */
  readonly #bursts = new Map<string, Map<string, Burst>>();

  sent(request: AppendRequest): void {
    checkEntries(request);
    this.#count(request);
  }

  #count({ from, to, sentMs }: AppendRequest): void {
    const bursts = this.#bursts.get(from) ?? new Map<string, Burst>();
    const burst = bursts.get(to);
    if (!burst) {
      this.#bursts.set(from, bursts.set(to, { sentMs, requests: 1 }));
      return;
    }
    burst.requests = burst.sentMs === sentMs ? burst.requests + 1 : 1;
    burst.sentMs = sentMs;
    if (burst.requests > MOST_AT_ONCE) assert.fail(`${from} sends ${to} ${burst.requests} requests at once`);
  }
}

/** They follow each other, and are not too many. */
function checkEntries({ previous, runs }: AppendRequest): void {
  let next = previous.index + 1;
  for (const run of runs) {
    if (run.firstIndex !== next) assert.fail('entries of a request follow each other');
    next += run.count;
  }
  assert.ok(next - 1 - previous.index <= MOST_ENTRIES, 'a request is too large');
}
