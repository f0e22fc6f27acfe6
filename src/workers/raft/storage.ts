// Opens everything this worker keeps under `<data-dir>/raft`: log, durable marker, snapshots; or their counterparts in
// memory. The LevelDB lock is taken first, so that a second agent on the same directory changes nothing in it.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../../wire/sync-directory.js';
import { isGivenUp } from './core/descent.js';
import { ORIGIN } from './core/entry.js';
import type { SnapshotDescription } from './snapshot/meta.js';
import { SnapshotDirectory } from './snapshot/snapshot-directory.js';
import { MemorySnapshots, type SnapshotStore } from './snapshot/snapshot-store.js';
import { findSnapshot } from './store/descent.js';
import { type DurableMarker, MarkerFile, NoMarker } from './store/durable-marker.js';
import type { KeyValueStore } from './store/key-value-store.js';
import { type Recovered, recoverLog } from './store/log-recovery.js';
import { LogStore } from './store/log-store.js';
import { MemoryStore } from './store/memory-store.js';
import { type ForcedPeers, readPeersFile } from './store/peers-file.js';
import { storageFailureOf } from './store/storage-failure.js';

/** The log as the shell needs it; the simulator looks over its shoulder. */
export type DurableLog = Pick<LogStore, 'begin' | 'persist' | 'read' | 'dropThrough' | 'retreat' | 'descend' | 'close'>;

export interface Storage {
  readonly log: DurableLog;
  readonly snapshots: SnapshotStore;
  /** The newest readable snapshot; null when there is none. */
  readonly snapshot: SnapshotDescription | null;
  readonly recovered: Recovered;
  /** Who the cluster is by the operator's word; null when there is none. */
  readonly forced: ForcedPeers | null;
}

/** Throws a StorageFailure. */
export async function openStorage(
  dataDir: string | null,
  unreadable: (id: string, problem: string) => void,
): Promise<Storage> {
  if (dataDir === null) return recoverStorage(new MemoryStore(), new NoMarker(), new MemorySnapshots(), unreadable);
  let store: KeyValueStore | null = null;
  try {
    const raft = join(dataDir, 'raft');
    const made = await mkdir(raft, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncDirectory(dataDir);
    const { openLevelStore } = await import('./store/level-store.js');
    store = await openLevelStore(join(raft, 'log'));
    // LevelDB has renamed a file at opening, and leaves the directory to the file system.
    await syncDirectory(join(raft, 'log'));
    const snapshots = await SnapshotDirectory.open(join(raft, 'snapshots'), Date.now);
    const storage = await recoverStorage(store, new MarkerFile(join(raft, 'log.durable')), snapshots, unreadable);
    const { hardState, log } = storage.recovered;
    const isNew = hardState.term === 0 && log.last.index === 0;
    return { ...storage, forced: await readPeersFile(raft, isNew) };
  } catch (error) {
    await store?.close();
    throw storageFailureOf(error, dataDir);
  }
}

/** Reads back what the parts hold. Throws a StorageFailure when something that was durable is damaged or gone. */
export async function recoverStorage(
  store: KeyValueStore,
  marker: DurableMarker,
  snapshots: SnapshotStore,
  unreadable: (id: string, problem: string) => void,
): Promise<Storage> {
  const { snapshot, descent } = await findSnapshot(store, snapshots, unreadable);
  const recovered = await recoverLog(store, snapshot?.position ?? ORIGIN, marker, descent);
  if (descent !== null) await snapshots.giveUp((position) => isGivenUp(position, descent));
  if (marker.index === null) marker.begin();
  return { log: new LogStore(store, marker, recovered), snapshots, snapshot, recovered, forced: null };
}
