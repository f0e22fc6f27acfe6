// The headers of a read (spec/http.md, section 3) as finished lines. Reads in a row mostly share them, so the last block is
// kept.

import type { Consistency } from './endpoint.js';

const EFFECTIVE: { readonly [consistency in Consistency]: string } = {
  default: 'leader',
  consistent: 'consistent',
  stale: 'stale',
};

export interface ReadFacts {
  readonly index: number;
  readonly knownLeader: boolean;
  readonly lastContactMs: number;
  readonly streaming: boolean;
  /** null: the endpoint doesn't show it. */
  readonly consistency: Consistency | null;
}

let last: ReadFacts | null = null;
let lastBlock = '';

export function readHeaders(facts: ReadFacts): string {
  if (
    last !== null &&
    last.index === facts.index &&
    last.knownLeader === facts.knownLeader &&
    last.lastContactMs === facts.lastContactMs &&
    last.streaming === facts.streaming &&
    last.consistency === facts.consistency
  ) {
    return lastBlock;
  }
  const { index, streaming, consistency } = facts;
  // Stock shows no leader and no contact with answers from its event stream, whoever leads.
  const known = !streaming && facts.knownLeader;
  const contact = streaming ? 0 : facts.lastContactMs;
  const backend = streaming ? 'streaming' : 'blocking-query';
  let block = `X-Consul-Index: ${index}\r\nX-Consul-Knownleader: ${known}\r\nX-Consul-Lastcontact: ${contact}\r\nX-Consul-Query-Backend: ${backend}\r\n`;
  if (consistency !== null) block += `X-Consul-Effective-Consistency: ${EFFECTIVE[consistency]}\r\n`;
  last = facts;
  lastBlock = block;
  return block;
}
