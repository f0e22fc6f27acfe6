// What can go wrong with the disk, as one line an operator can act on. All of these are fatal to the worker: a server that
// can't write its log, or has lost part of it, must stop rather than guess.

import { type DiskProblemKind, diskProblemOf, diskProblemText } from '../../../wire/disk-problem.js';

export class StorageFailure extends Error {
  readonly code: DiskProblemKind;

  constructor(code: DiskProblemKind, text: string, cause?: unknown) {
    super(text, cause === undefined ? undefined : { cause });
    this.name = 'StorageFailure';
    this.code = code;
  }
}

/** The log has lost or damaged entries; `index` is the first one affected. */
export function damagedAt(index: number, what: string): StorageFailure {
  return new StorageFailure('damaged', `raft log is damaged at index ${index}: ${what}`);
}

/** Names what happened to `dataDir`, from what LevelDB or node:fs threw. */
export function storageFailureOf(error: unknown, dataDir: string): StorageFailure {
  if (error instanceof StorageFailure) return error;
  const problem = diskProblemOf(error);
  const { kind, detail } = problem;
  const text =
    kind === 'damaged' ? `raft log in "${dataDir}" is damaged: ${detail}` : diskProblemText(dataDir, problem);
  return new StorageFailure(kind, text, error);
}
