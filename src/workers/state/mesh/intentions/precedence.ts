// Which of several intentions counts: the one with the higher precedence, which its names alone decide. An exact destination
// stands above an exact source, and what is named above `*`.

import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import type { IntentionRecord } from '../../../../wire/intentions.js';

export const WILDCARD = '*';

const EXACT = 9;
const ANY_SOURCE = 8;
const ANY_DESTINATION = 6;
const ANY_BOTH = 5;

export function precedenceOf(source: string, destination: string): number {
  if (destination === WILDCARD) return source === WILDCARD ? ANY_BOTH : ANY_DESTINATION;
  return source === WILDCARD ? ANY_SOURCE : EXACT;
}

/** For sorting: what counts first stands first; of equals it doesn't matter, so their names decide. */
export function comparePrecedence(a: IntentionRecord, b: IntentionRecord): number {
  return (
    b.Precedence - a.Precedence ||
    compareUtf8(a.SourceName, b.SourceName) ||
    compareUtf8(a.DestinationName, b.DestinationName) ||
    compareUtf8(a.SourcePeer, b.SourcePeer)
  );
}
