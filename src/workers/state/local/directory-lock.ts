// One agent per data directory. The lock is the kernel's, so a killed agent leaves none behind; LevelDB's LOCK file is the
// one such lock that is at hand without an addon of our own, so an otherwise empty database stands for it.

import { ClassicLevel } from 'classic-level';
import { errorCode, fileSystemError, LocalStoreError } from './store-error.js';

export interface DirectoryLock {
  release(): Promise<void>;
}

const SMALL = 64 * 1024;

export async function lockDirectory(path: string): Promise<DirectoryLock> {
  const database = new ClassicLevel(path, { writeBufferSize: SMALL, cacheSize: 0, maxFileSize: 1024 * 1024 });
  try {
    await database.open({ passive: false });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (errorCode(cause) === 'LEVEL_LOCKED') throw new LocalStoreError('in-use', path, '');
    const detail = cause instanceof Error ? cause.message : String(error);
    const code = /No space left/.test(detail) ? 'ENOSPC' : /ermission denied|ead-only/.test(detail) ? 'EACCES' : '';
    throw fileSystemError(path, Object.assign(new Error(detail), { code }));
  }
  return { release: () => database.close() };
}
