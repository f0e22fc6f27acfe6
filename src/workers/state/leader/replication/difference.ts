// What has to be done so that the records here are those of the primary datacenter: pure, of two listings. Hashes tell whether two
// records say the same; where one has none, it counts whether the other datacenter changed it since it was looked at last.

import type { Steps } from '../../turns/turns.js';

/** What is compared of a record. */
export interface Listed {
  readonly ID: string;
  readonly Hash: Uint8Array | null;
  /** Of its datacenter's log. */
  readonly ModifyIndex: number;
}

export interface Difference {
  /** IDs that are here alone. */
  readonly deletions: readonly string[];
  /** IDs that are missing here, or say something else. */
  readonly changes: readonly string[];
}

/** Records of one step. */
const STEP = 512;

/** As IDs are compared. */
function keyOf({ ID }: Listed): string {
  return ID.toLowerCase();
}

function isSame(here: Listed, there: Listed, seenIndex: number): boolean {
  if (here.Hash === null || there.Hash === null) return there.ModifyIndex <= seenIndex;
  return Buffer.compare(here.Hash, there.Hash) === 0;
}

/** `seenIndex`: up to which the other datacenter's records were looked at before; 0: never. */
export function* difference(here: readonly Listed[], there: readonly Listed[], seenIndex: number): Steps<Difference> {
  const left = new Map<string, Listed>();
  for (const [at, one] of here.entries()) {
    left.set(keyOf(one), one);
    if (at % STEP === STEP - 1) yield;
  }
  const changes = new Map<string, string>();
  const known = new Set<string>();
  for (const [at, one] of there.entries()) {
    const key = keyOf(one);
    const own = left.get(key);
    known.add(key);
    if (key !== '' && (own === undefined || !isSame(own, one, seenIndex))) changes.set(key, one.ID);
    if (at % STEP === STEP - 1) yield;
  }
  const deletions: string[] = [];
  let looked = 0;
  for (const [key, { ID }] of left) {
    if (!known.has(key)) deletions.push(ID);
    looked += 1;
    if (looked % STEP === 0) yield;
  }
  return { deletions, changes: [...changes.values()] };
}
