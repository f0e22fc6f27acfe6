// In which order config entries are written, so that each finds what it depends on: what says a protocol before what needs one,
// what is led to before what leads there. They are deleted the other way round.

import type { EntryKind } from '../../../../wire/config-entries/entries.js';

const FIRST: readonly EntryKind[] = [
  'mesh',
  'proxy-defaults',
  'service-defaults',
  'jwt-provider',
  'service-resolver',
  'service-splitter',
  'service-router',
];
const LATER = FIRST.length;

function rank({ Kind }: { readonly Kind: EntryKind }): number {
  const at = FIRST.indexOf(Kind);
  return at < 0 ? LATER : at;
}

export function inOrder<Entry extends { readonly Kind: EntryKind }>(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => rank(a) - rank(b));
}
