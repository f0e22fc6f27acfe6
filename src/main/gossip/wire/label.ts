// The label in front of packets and of the dialling side of a stream (spec/gossip.md, section 4): it keeps pools apart
// that can reach each other.

import { HAS_LABEL } from './message-types.js';

const MOST_LABEL_BYTES = 255;

/** Whether a text can be a label; the empty one is none. */
export function isLabel(label: Uint8Array): boolean {
  return label.length <= MOST_LABEL_BYTES;
}

/** The header, empty for the empty label. */
export function labelHeader(label: Uint8Array): Uint8Array {
  if (label.length === 0) return label;
  const header = new Uint8Array(2 + label.length);
  header[0] = HAS_LABEL;
  header[1] = label.length;
  header.set(label, 2);
  return header;
}

/** What the label costs in front of each packet, in bytes. */
export function labelOverhead(label: Uint8Array): number {
  return label.length === 0 ? 0 : 2 + label.length;
}

export type LabelRemoved =
  | { readonly ok: true; readonly label: Uint8Array; readonly rest: Uint8Array }
  | { readonly ok: false; readonly problem: 'empty' | 'truncated' };

/** Takes the label off; without one it is empty. `truncated` may mean, on a stream, that more is to come. */
export function removeLabel(input: Uint8Array): LabelRemoved {
  if (input[0] !== HAS_LABEL) return { ok: true, label: input.subarray(0, 0), rest: input };
  const length = input[1];
  if (length === 0) return { ok: false, problem: 'empty' };
  if (length === undefined || input.length < 2 + length) return { ok: false, problem: 'truncated' };
  return { ok: true, label: input.subarray(2, 2 + length), rest: input.subarray(2 + length) };
}
