// The headers of a read (spec/http.md, section 3) as finished lines. Reads in a row mostly share them, so the last block is
// kept.

import type { Consistency } from '../calls/read-settings.js';
import { onePiece } from './engine/status-line.js';

const EFFECTIVE: { readonly [consistency in Consistency]: string } = {
  default: 'leader',
  consistent: 'consistent',
  stale: 'stale',
};

/** As stock calls it. */
export function effectiveConsistency(consistency: Consistency): string {
  return EFFECTIVE[consistency];
}

let lastIndex = -1;
let lastKnown = false;
let lastContact = -1;
let lastBackend = '';
let lastConsistency: Consistency | null = null;
let lastBlock = '';

/** `consistency` is null where the endpoint doesn't show it. */
export function readHeaders(
  index: number,
  knownLeader: boolean,
  lastContactMs: number,
  streaming: boolean,
  consistency: Consistency | null,
): string {
  // Stock shows no leader and no contact with answers from its event stream, whoever leads.
  const known = !streaming && knownLeader;
  const contact = streaming ? 0 : lastContactMs;
  const backend = streaming ? 'streaming' : 'blocking-query';
  const isLast =
    index === lastIndex &&
    known === lastKnown &&
    contact === lastContact &&
    backend === lastBackend &&
    consistency === lastConsistency;
  if (isLast) return lastBlock;
  const shown = consistency === null ? '' : `X-Consul-Effective-Consistency: ${effectiveConsistency(consistency)}\r\n`;
  const block = onePiece(
    `X-Consul-Index: ${index}\r\n`,
    `X-Consul-Knownleader: ${known}\r\n`,
    `X-Consul-Lastcontact: ${contact}\r\n`,
    `X-Consul-Query-Backend: ${backend}\r\n`,
    shown,
  );
  lastIndex = index;
  lastKnown = known;
  lastContact = contact;
  lastBackend = backend;
  lastConsistency = consistency;
  lastBlock = block;
  return block;
}
