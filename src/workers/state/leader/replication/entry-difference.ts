// What has to be done so that the config entries here are those of the primary datacenter: pure, of two listings.

import type { ConfigEntry } from '../../../../wire/config-entries/entries.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { judgedEntry } from '../../methods/mesh/config-entry.js';
import type { Steps } from '../../turns/turns.js';
import { inOrder } from './entry-order.js';

export interface EntryChange {
  readonly op: 'upsert' | 'delete';
  readonly entry: ConfigEntry;
}

export interface EntryDifference {
  /** In the order in which they are to be tried. */
  readonly changes: readonly EntryChange[];
  /** Of entries that can't be stored here. */
  readonly problems: readonly string[];
}

/** Entries of one step. */
const STEP = 16;

/** Names are told apart without regard to case. */
function keyOf({ Kind, Name }: ConfigEntry): string {
  return `${Kind}/${Name.toLowerCase()}`;
}

export function entryName({ Kind, Name }: ConfigEntry): string {
  return `${Kind}/${Name}`;
}

/** `seenIndex`: up to which the other datacenter's entries were looked at before; 0: never. */
export function* entryDifference(
  here: readonly ConfigEntry[],
  there: readonly ConfigEntry[],
  seenIndex: number,
): Steps<EntryDifference> {
  const left = new Map(here.map((entry) => [keyOf(entry), entry]));
  const upserts: ConfigEntry[] = [];
  const problems: string[] = [];
  for (const [at, entry] of there.entries()) {
    const stored = left.get(keyOf(entry));
    left.delete(keyOf(entry));
    if (stored === undefined || entry.ModifyIndex > seenIndex) {
      const judged = judgedEntry(entry, stored ?? null);
      if (isRefusal(judged)) problems.push(`${entryName(entry)}: ${judged.text}`);
      else if (judged.isChanged) upserts.push({ ...judged.entry, CreateIndex: 0, ModifyIndex: 0 });
    }
    if (at % STEP === STEP - 1) yield;
  }
  const changes: EntryChange[] = [
    ...inOrder([...left.values()])
      .reverse()
      .map((entry) => ({ op: 'delete', entry }) as const),
    ...inOrder(upserts).map((entry) => ({ op: 'upsert', entry }) as const),
  ];
  return { changes, problems };
}
