// A question's name without regard to its spelling: in lower case on the wire, and its labels as text for look-ups.

import { labelsOf } from './name.js';
import { HEADER_LENGTH } from './protocol.js';
import type { Query } from './query.js';

/** The labels of the question's name, special characters escaped. */
export function questionLabels(query: Query): string[] {
  return labelsOf(query.packet.subarray(HEADER_LENGTH, query.questionEnd - 4));
}

/** The same question with its name in lower case. */
export function lowerCased(query: Query): Query {
  if (!query.hasUpperCase) return query;
  const { questionEnd } = query;
  const packet = Buffer.from(query.packet.subarray(0, questionEnd));
  for (let at = HEADER_LENGTH; at < questionEnd - 4; at++) {
    // Lengths of labels are below the letters.
    const byte = packet[at] ?? 0;
    if (byte >= 0x41 && byte <= 0x5a) packet[at] = byte | 0x20;
  }
  return { ...query, packet, hasUpperCase: false };
}
