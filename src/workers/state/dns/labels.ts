// The labels of a question's name in lower case, as text for look-ups and as a name for answers.

import { labelsOf, Name } from './name.js';
import { HEADER_LENGTH } from './protocol.js';
import type { Query } from './query.js';
import type { AskedZone } from './zone.js';

/** The labels of the question's name, lower-cased, special characters escaped. */
export function questionLabels(query: Query): string[] {
  const name = query.packet.subarray(HEADER_LENGTH, query.questionEnd - 4);
  const labels = labelsOf(name);
  return query.hasUpperCase ? labels.map((label) => label.toLowerCase()) : labels;
}

/** The question's name with all but the domain in lower case. */
export function lowerCaseLabels(query: Query, zone: AskedZone): Name {
  const wire = Buffer.from(query.packet.subarray(HEADER_LENGTH, query.questionEnd - 4));
  const end = wire.length - zone.tail.length;
  for (let at = 0; at < end; at++) {
    const byte = wire[at] ?? 0;
    if (byte >= 0x41 && byte <= 0x5a) wire[at] = byte | 0x20;
  }
  return new Name(wire);
}
