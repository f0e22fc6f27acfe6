// A snapshot archive (spec/fsm.md, section 14): a gzipped tar of exactly three files, as `snapshot save` writes them and
// stock agents read them. What of meta.json matters to who reads one.

export const META = 'meta.json';
export const STATE = 'state.bin';
export const SUMS = 'SHA256SUMS';

export interface ArchiveMeta {
  readonly id: string;
  readonly index: number;
  readonly term: number;
  readonly version: number;
  /** Bytes of state.bin. */
  readonly size: number;
}

/** A text says what is wrong. */
export function parseArchiveMeta(text: string): ArchiveMeta | string {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return `failed to decode snapshot metadata: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (typeof raw !== 'object' || raw === null) return 'failed to decode snapshot metadata: not an object';
  const { ID, Index, Term, Version, Size } = raw as { readonly [key: string]: unknown };
  if (Version !== 0 && Version !== 1) return `unsupported snapshot version ${String(Version)}`;
  if (!isCount(Index) || !isCount(Term) || !isCount(Size) || typeof ID !== 'string') {
    return 'failed to decode snapshot metadata: Index, Term and Size must be numbers, ID a text';
  }
  return { id: ID, index: Index, term: Term, version: Version, size: Size };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
