// One agent per data directory, known before its first file of gossip is touched. The lock is the kernel's, so a killed
// agent leaves none behind; LevelDB's LOCK file is the one such lock at hand without an addon of our own, so an otherwise
// empty database stands for it.

import path from 'node:path';
import { ClassicLevel } from 'classic-level';

export type DataDirLock =
  | { readonly ok: true; release(): Promise<void> }
  | { readonly ok: false; readonly error: string };

const SMALL_BYTES = 64 * 1024;

function causeOf(error: unknown): { readonly code?: unknown; readonly message: string } {
  if (error instanceof Error && error.cause instanceof Error) return error.cause;
  return { message: String(error) };
}

async function open(place: string): Promise<DataDirLock> {
  const database = new ClassicLevel(place, { writeBufferSize: SMALL_BYTES, cacheSize: 0 });
  await database.open();
  return { ok: true, release: () => database.close() };
}

export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  const place = path.join(dataDir, 'serf', 'lock');
  try {
    return await open(place);
  } catch (error) {
    if (causeOf(error).code === 'LEVEL_LOCKED') {
      return { ok: false, error: `data directory ${dataDir} is already in use by another agent` };
    }
  }
  try {
    // It holds nothing but the lock, so damaged files are made anew; only whoever gets the lock may do so.
    await ClassicLevel.destroy(place);
    return await open(place);
  } catch (error) {
    return { ok: false, error: `data_dir "${dataDir}" cannot be used: ${causeOf(error).message}` };
  }
}
