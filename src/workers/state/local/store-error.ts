// Why the store of local registrations can't be used: one line for the operator, and what to do about it.

/** What is wrong, for whoever decides how to go on. */
type LocalStoreFailure = 'in-use' | 'not-writable' | 'full' | 'corrupt' | 'unreadable';

/** Thrown while opening only; the process can't run with this data directory. */
export class LocalStoreError extends Error {
  readonly code: LocalStoreFailure;
  readonly path: string;

  constructor(code: LocalStoreFailure, path: string, detail: string) {
    super(`${TEXTS[code]}: ${path}${detail === '' ? '' : `: ${detail}`}`);
    this.name = 'LocalStoreError';
    this.code = code;
    this.path = path;
  }
}

const TEXTS: { readonly [code in LocalStoreFailure]: string } = {
  'in-use': 'The data directory is in use by another agent',
  'not-writable': 'The data directory is not writable',
  full: 'No space is left for the data directory',
  corrupt: 'The store of local registrations is damaged; restore it, or move it away to start without it',
  unreadable: 'The data directory can not be used',
};

/** From a file system error (`code` EACCES, ENOSPC …). */
export function fileSystemError(path: string, error: unknown): LocalStoreError {
  if (error instanceof LocalStoreError) return error;
  const code = errorCode(error);
  const detail = error instanceof Error ? error.message : String(error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new LocalStoreError('not-writable', path, detail);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new LocalStoreError('full', path, detail);
  return new LocalStoreError('unreadable', path, detail);
}

export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
