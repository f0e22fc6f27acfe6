// What the disk says of a log that was given up for an older snapshot: noted before the snapshot can be found, gone with the first
// write that brings the log to where the former one ended (docs/raft.md, "A snapshot that isn't proven").

import { type Descent, isGivenUp, isSame } from '../core/descent.js';
import { isNewer, ORIGIN, type Position } from '../core/entry.js';
import type { SnapshotDescription } from '../snapshot/meta.js';
import type { SnapshotStore } from '../snapshot/snapshot-store.js';
import type { KeyValueStore } from './key-value-store.js';
import { BEGIN_KEY, FLOOR_KEY, UNPROVEN_KEY } from './log-keys.js';
import { decodeBegin, decodeDescent, decodeUnproven } from './stable-values.js';

/** What a start goes on from. */
export interface Found {
  readonly snapshot: SnapshotDescription | null;
  /** null when there is none, or when it was noted and didn't begin. */
  readonly descent: Descent | null;
}

/** The newest snapshot that can be read and that wasn't given up. Throws a StorageFailure when a note of it is damaged. */
export async function findSnapshot(
  store: KeyValueStore,
  snapshots: SnapshotStore,
  unreadable: (id: string, problem: string) => void,
): Promise<Found> {
  const noted = await store.get(FLOOR_KEY);
  if (noted === null) return { snapshot: await snapshots.newestReadable(unreadable), descent: null };
  const descent = decodeDescent(noted);
  const kept = await snapshots.newestReadable(unreadable, (position) => !isGivenUp(position, descent));
  const has = kept?.position ?? ORIGIN;
  const isThere = isSame(has, descent.to) || isNewer(has, descent.to);
  if (isThere || (await hasBegun(store, descent.to))) return { snapshot: kept, descent };
  return { snapshot: await snapshots.newestReadable(unreadable), descent: null };
}

/** The log goes on after `to` already. */
export async function hasBegun(store: KeyValueStore, to: Position): Promise<boolean> {
  const begin = await store.get(BEGIN_KEY);
  const unproven = await store.get(UNPROVEN_KEY);
  const isAfter = (begin === null ? ORIGIN.index : decodeBegin(begin)) === to.index;
  return isAfter && (unproven === null || isSame(decodeUnproven(unproven), to));
}
