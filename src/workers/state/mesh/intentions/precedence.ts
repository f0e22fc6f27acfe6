// Which of several intentions counts: the one with the higher precedence, which its names alone decide.

import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import type { IntentionRecord } from '../../../../wire/mesh/intentions.js';

export const WILDCARD = '*';

/** For sorting: what counts first stands first; of equals it doesn't matter, so their names decide. */
export function comparePrecedence(a: IntentionRecord, b: IntentionRecord): number {
  return (
    b.Precedence - a.Precedence ||
    compareUtf8(a.SourceName, b.SourceName) ||
    compareUtf8(a.DestinationName, b.DestinationName) ||
    compareUtf8(a.SourcePeer, b.SourcePeer)
  );
}
