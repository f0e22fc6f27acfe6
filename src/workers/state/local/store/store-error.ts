// Why the store of local registrations can't be used: one line for the operator, and what to do about it.

import { type DiskProblemKind, diskProblemOf, diskProblemText } from '../../../../wire/disk-problem.js';

/** Thrown while opening only; the process can't run with this data directory. */
export class LocalStoreError extends Error {
  readonly code: DiskProblemKind;

  constructor(code: DiskProblemKind, text: string) {
    super(text);
    this.name = 'LocalStoreError';
    this.code = code;
  }
}

/** What was written is damaged or gone. */
export function damagedStore(path: string, what: string): LocalStoreError {
  const advice = 'The store of local registrations is damaged; restore it, or move it away to start without it';
  return new LocalStoreError('damaged', `${advice}: ${path}: ${what}`);
}

/** From whatever was thrown while the directory was opened. */
export function localStoreErrorOf(error: unknown, directory: string): LocalStoreError {
  if (error instanceof LocalStoreError) return error;
  const problem = diskProblemOf(error);
  return new LocalStoreError(problem.kind, diskProblemText(directory, problem));
}
