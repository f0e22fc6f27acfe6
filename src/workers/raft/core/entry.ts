// What the log is made of. Entries are opaque here, and the core never looks at one alone: it moves *runs*, consecutive
// entries of one type and term whose bytes stay packed as they came from the state worker. Entry types are those of
// spec/raft.md, section 6.

declare const brand: unique symbol;

/** Position in the log; the first entry has 1, 0 means "before everything". Below 2^53. */
export type LogIndex = number & { readonly [brand]: 'LogIndex' };
export type Term = number & { readonly [brand]: 'Term' };
/** The node ID. */
export type ServerId = string;

/** The border where a plain number becomes an index: throws on what can't be one. */
export function logIndex(value: number): LogIndex {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a log index: ${value}`);
  return value as LogIndex;
}

export function term(value: number): Term {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a term: ${value}`);
  return value as Term;
}

export const EntryType = { command: 0, noop: 1, barrier: 4, configuration: 5 } as const;
export type EntryType = (typeof EntryType)[keyof typeof EntryType];

export function isEntryType(value: number): value is EntryType {
  return value === 0 || value === 1 || value === 4 || value === 5;
}

/** What a time has beyond milliseconds of UTC: a server that only follows hands it on as the leader said it. */
export interface TimeRest {
  /** Below a millisecond. */
  readonly nanoseconds: number;
  /** The leader's zone, in minutes east; -1 for UTC. */
  readonly zoneMinutes: number;
}

/** Consecutive entries of one type, term and time. */
export interface EntryRun {
  readonly firstIndex: LogIndex;
  readonly count: number;
  readonly term: Term;
  readonly type: EntryType;
  /** Unix milliseconds when the leader appended them, 0 when it didn't say; without meaning to the protocol. */
  readonly appendedAtMs: number;
  /** Absent where milliseconds of UTC say it all, as in what lictor's leaders append. */
  readonly appendedAtRest?: TimeRest;
  /** For each entry a little-endian uint32 length and that many bytes. */
  readonly payload: Uint8Array;
  /** What a stock leader says of an entry beside its data; such an entry has a run of its own. Never empty. */
  readonly extensions?: Uint8Array;
}

/** The bytes of a run that others sent, or that the disk holds. */
export function bytesOf({ payload, extensions }: EntryRun): number {
  return payload.byteLength + (extensions?.byteLength ?? 0);
}

/** Whether both may be one run. */
export function areAlike(a: EntryRun, b: EntryRun): boolean {
  return (
    a.type === b.type &&
    a.term === b.term &&
    a.appendedAtMs === b.appendedAtMs &&
    a.appendedAtRest?.nanoseconds === b.appendedAtRest?.nanoseconds &&
    a.appendedAtRest?.zoneMinutes === b.appendedAtRest?.zoneMinutes &&
    a.extensions === undefined &&
    b.extensions === undefined
  );
}

export interface Position {
  readonly index: LogIndex;
  readonly term: Term;
}

/** By term, then by index: as votes compare where logs end. */
export function isNewer(a: Position, b: Position): boolean {
  return a.term > b.term || (a.term === b.term && a.index > b.index);
}

export const ORIGIN: Position = { index: 0 as LogIndex, term: 0 as Term };

export function lastIndexOf(run: { readonly firstIndex: LogIndex; readonly count: number }): LogIndex {
  return (run.firstIndex + run.count - 1) as LogIndex;
}

export function after(index: LogIndex): LogIndex {
  return (index + 1) as LogIndex;
}

/** What must be durable before a server speaks in a term: spec/raft.md section 3 (RequestVote, 8). */
export interface HardState {
  readonly term: Term;
  /** Whom this server voted for in `term`; null when nobody. */
  readonly vote: ServerId | null;
}

const EMPTY = new Uint8Array(4);

/** The payload of one entry without data. */
export function emptyPayload(): Uint8Array {
  return EMPTY;
}

/** The payload of one entry with `data`. */
export function singlePayload(data: Uint8Array): Uint8Array {
  const payload = new Uint8Array(4 + data.byteLength);
  new DataView(payload.buffer).setUint32(0, data.byteLength, true);
  payload.set(data, 4);
  return payload;
}
