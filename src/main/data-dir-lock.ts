// One agent per data directory, known before its first file is touched; what any thread keeps there is safe under this lock.
// The lock is the kernel's, so a killed agent leaves none behind; LevelDB's LOCK file is the one such lock at hand without an
// addon of our own, so an otherwise empty database stands for it.

import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { diskProblemOf, diskProblemText } from '../wire/disk-problem.js';

export type DataDirLock =
  | { readonly ok: true; release(): Promise<void> }
  | { readonly ok: false; readonly error: string };

/** A database as LevelDB's addon has it. */
type Database = object;

/**
 * What classic-level itself asks its addon. The package's own classes take three megabytes of every agent's memory, and there is
 * nothing here to read or to write.
 */
interface LevelAddon {
  db_init(): Database;
  db_open(database: Database, place: string, options: object): Promise<void>;
  db_close(database: Database): Promise<void>;
  destroy_db(place: string): Promise<void>;
}

const level = createRequire(import.meta.url)('classic-level/binding.js') as LevelAddon;
const SMALL_BYTES = 64 * 1024;

async function open(place: string): Promise<DataDirLock> {
  const database = level.db_init();
  await level.db_open(database, place, { writeBufferSize: SMALL_BYTES, cacheSize: 0 });
  return { ok: true, release: () => level.db_close(database) };
}

/** Makes the directory where there is none. */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  const place = path.join(dataDir, 'serf', 'lock');
  try {
    await mkdir(place, { recursive: true, mode: 0o700 });
    return await openOrMakeAnew(place);
  } catch (error) {
    return { ok: false, error: diskProblemText(dataDir, diskProblemOf(error)) };
  }
}

/** It holds nothing but the lock, so damaged files are made anew; only whoever gets the lock may do so. */
async function openOrMakeAnew(place: string): Promise<DataDirLock> {
  try {
    return await open(place);
  } catch (error) {
    if (diskProblemOf(error).kind === 'in-use') throw error;
  }
  await level.destroy_db(place);
  return await open(place);
}
