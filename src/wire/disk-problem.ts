// What can be wrong with the data directory, in one line an operator can act on: the same words whichever thread finds it.

/** `damaged`: what was written isn't there as it was; only whoever reads it can say that of a file. */
export type DiskProblemKind = 'in-use' | 'not-writable' | 'full' | 'damaged' | 'io';

interface DiskProblem {
  readonly kind: DiskProblemKind;
  /** What the system said. */
  readonly detail: string;
}

/** In the codes of node:fs and in the messages of LevelDB, which has only one code for all that a file system says. */
const SIGNS: readonly (readonly [DiskProblemKind, readonly string[]])[] = [
  ['in-use', ['LEVEL_LOCKED']],
  [
    'not-writable',
    ['EACCES', 'EPERM', 'EROFS', 'Permission denied', 'Read-only file system', 'Operation not permitted'],
  ],
  ['full', ['ENOSPC', 'EDQUOT', 'No space left on device', 'quota exceeded']],
  ['damaged', ['LEVEL_CORRUPTION']],
];

/** Codes and messages of an error and its causes, outermost first. */
function factsOf(error: unknown): string[] {
  const facts: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') facts.push(at.code);
    facts.push(at.message);
  }
  return facts;
}

export function diskProblemOf(error: unknown): DiskProblem {
  const facts = factsOf(error);
  const detail = facts.at(-1) ?? String(error);
  const found = SIGNS.find(([, signs]) => signs.some((sign) => facts.some((fact) => fact.includes(sign))));
  return { kind: found?.[0] ?? 'io', detail };
}

export function diskProblemText(directory: string, { kind, detail }: DiskProblem): string {
  switch (kind) {
    case 'in-use':
      return `data-dir "${directory}" is already in use by another agent`;
    case 'not-writable':
      return `data-dir "${directory}" is not writable: ${detail}`;
    case 'full':
      return `data-dir "${directory}" is full: ${detail}`;
    case 'damaged':
      return `data-dir "${directory}" is damaged: ${detail}`;
    case 'io':
      return `cannot use data-dir "${directory}": ${detail}`;
  }
}
