// What can go wrong with the disk, as one line an operator can act on. All of these are fatal to the worker: a server that
// can't write its log, or has lost part of it, must stop rather than guess.

export type StorageFailureCode = 'in-use' | 'not-writable' | 'full' | 'damaged' | 'io';

export class StorageFailure extends Error {
  readonly code: StorageFailureCode;

  constructor(code: StorageFailureCode, text: string, cause?: unknown) {
    super(text, cause === undefined ? undefined : { cause });
    this.name = 'StorageFailure';
    this.code = code;
  }
}

/** The log has lost or damaged entries; `index` is the first one affected. */
export function damagedAt(index: number, what: string): StorageFailure {
  return new StorageFailure('damaged', `raft log is damaged at index ${index}: ${what}`);
}

/** Names what happened to `dataDir`, from the messages of LevelDB and the codes of node:fs. */
export function storageFailureOf(error: unknown, dataDir: string): StorageFailure {
  if (error instanceof StorageFailure) return error;
  const facts = factsOf(error);
  const has = (...needles: string[]): boolean => needles.some((needle) => facts.some((fact) => fact.includes(needle)));
  if (has('LEVEL_LOCKED')) {
    return new StorageFailure('in-use', `data-dir "${dataDir}" is already in use by another agent`, error);
  }
  if (has('EACCES', 'EPERM', 'EROFS', 'Permission denied', 'Read-only file system', 'Operation not permitted')) {
    return new StorageFailure('not-writable', `data-dir "${dataDir}" is not writable: ${facts.at(-1) ?? ''}`, error);
  }
  if (has('ENOSPC', 'EDQUOT', 'No space left on device', 'quota exceeded')) {
    return new StorageFailure('full', `data-dir "${dataDir}" is full: ${facts.at(-1) ?? ''}`, error);
  }
  if (has('LEVEL_CORRUPTION')) {
    return new StorageFailure('damaged', `raft log in "${dataDir}" is damaged: ${facts.at(-1) ?? ''}`, error);
  }
  return new StorageFailure('io', `cannot use data-dir "${dataDir}": ${facts.at(-1) ?? String(error)}`, error);
}

/** Codes and messages of an error and its causes, outermost first. */
function factsOf(error: unknown): string[] {
  const facts: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') facts.push(at.code);
    facts.push(at.message);
  }
  return facts;
}
