// One agent per data directory. The lock is the kernel's, so a killed agent leaves none behind; LevelDB's LOCK file is the
// one such lock that is at hand without an addon of our own, so an otherwise empty database stands for it.

import { ClassicLevel } from 'classic-level';
import { errorCode, fileSystemError, LocalStoreError } from './store-error.js';

export interface DirectoryLock {
  release(): Promise<void>;
}

const SMALL = 64 * 1024;

function refusal(path: string, error: unknown): LocalStoreError {
  const cause = error instanceof Error ? error.cause : undefined;
  if (errorCode(cause) === 'LEVEL_LOCKED') return new LocalStoreError('in-use', path, '');
  const detail = cause instanceof Error ? cause.message : String(error);
  const code = /No space left/.test(detail) ? 'ENOSPC' : /ermission denied|ead-only/.test(detail) ? 'EACCES' : '';
  return fileSystemError(path, Object.assign(new Error(detail), { code }));
}

async function open(path: string): Promise<ClassicLevel> {
  const database = new ClassicLevel(path, { writeBufferSize: SMALL, cacheSize: 0, maxFileSize: 1024 * 1024 });
  try {
    await database.open();
  } catch (error) {
    throw refusal(path, error);
  }
  return database;
}

export async function lockDirectory(path: string): Promise<DirectoryLock> {
  try {
    const database = await open(path);
    return { release: () => database.close() };
  } catch (error) {
    if (!(error instanceof LocalStoreError) || error.code !== 'unreadable') throw error;
    // It holds nothing but the lock, so damaged files are made anew; only whoever gets the lock may do so.
    await ClassicLevel.destroy(path);
    const database = await open(path);
    return { release: () => database.close() };
  }
}
