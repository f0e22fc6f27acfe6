// Leadership as all threads see it: one SharedArrayBuffer, written by the raft worker alone, so that the state worker
// answers a default-consistency read without a message. Times are milliseconds of the process-wide monotonic clock
// since the buffer was made, compared modulo 2^32, so they may wrap.

const ROLE = 0;
const LEASE_KIND = 1;
const LEASE_EXPIRES = 2;
const HAS_LEADER = 3;
const HAD_LEADER = 4;
const LAST_CONTACT = 5;
const WORDS_32 = 8;
const TERM = 0;
const COMMIT_INDEX = 1;
const LAST_INDEX = 2;
const EPOCH = 3;
const WORDS_64 = 4;

export const Role = { follower: 0, candidate: 1, leader: 2 } as const;
export type Role = (typeof Role)[keyof typeof Role];

function monotonicMs(): bigint {
  return process.hrtime.bigint() / 1_000_000n;
}

/** One view per thread over the same buffer. Setters are for the raft worker only. */
export class Leadership {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #wide: BigInt64Array;
  readonly #epoch: bigint;
  readonly #clock: () => bigint;

  /** `clock`: milliseconds that never jump; a simulation has its own. */
  constructor(buffer?: SharedArrayBuffer, clock: () => bigint = monotonicMs) {
    this.#clock = clock;
    this.buffer = buffer ?? new SharedArrayBuffer(WORDS_64 * 8 + WORDS_32 * 4);
    this.#wide = new BigInt64Array(this.buffer, 0, WORDS_64);
    this.#words = new Int32Array(this.buffer, WORDS_64 * 8, WORDS_32);
    if (!buffer) Atomics.store(this.#wide, EPOCH, clock());
    this.#epoch = Atomics.load(this.#wide, EPOCH);
  }

  /** Milliseconds since the buffer was made, modulo 2^32, as a signed 32-bit number. */
  now(): number {
    return Number(BigInt.asIntN(32, this.#clock() - this.#epoch));
  }

  get role(): Role {
    return Atomics.load(this.#words, ROLE) as Role;
  }

  /** True while this server may answer default-consistency reads: it leads, and its lease has not run out. */
  get mayServe(): boolean {
    if (Atomics.load(this.#words, ROLE) !== Role.leader) return false;
    if (Atomics.load(this.#words, LEASE_KIND) === 1) return true;
    return ((Atomics.load(this.#words, LEASE_EXPIRES) - this.now()) | 0) > 0;
  }

  /** True while a leader is known, be it this server or another. */
  get hasLeader(): boolean {
    return Atomics.load(this.#words, HAS_LEADER) === 1;
  }

  /** True once any leader was known since the start: from then on stale reads are answered without one. */
  get hadLeader(): boolean {
    return Atomics.load(this.#words, HAD_LEADER) === 1;
  }

  /** Milliseconds since the leader was last heard of; 0 on the leader. */
  get lastContactMs(): number {
    if (this.role === Role.leader) return 0;
    return Math.max(0, (this.now() - Atomics.load(this.#words, LAST_CONTACT)) | 0);
  }

  get term(): number {
    return Number(Atomics.load(this.#wide, TERM));
  }

  get commitIndex(): number {
    return Number(Atomics.load(this.#wide, COMMIT_INDEX));
  }

  get lastIndex(): number {
    return Number(Atomics.load(this.#wide, LAST_INDEX));
  }

  setRole(role: Role, term: number, hasLeader: boolean): void {
    Atomics.store(this.#wide, TERM, BigInt(term));
    Atomics.store(this.#words, HAS_LEADER, hasLeader ? 1 : 0);
    if (hasLeader) Atomics.store(this.#words, HAD_LEADER, 1);
    Atomics.store(this.#words, ROLE, role);
  }

  /** A lease that lasts while the role does: a single voter can't be deposed. */
  setUnboundedLease(unbounded: boolean): void {
    Atomics.store(this.#words, LEASE_KIND, unbounded ? 1 : 0);
  }

  setLease(expiresMs: number): void {
    Atomics.store(this.#words, LEASE_EXPIRES, expiresMs | 0);
  }

  setLastContact(): void {
    Atomics.store(this.#words, LAST_CONTACT, this.now());
  }

  setProgress(commitIndex: number, lastIndex: number): void {
    Atomics.store(this.#wide, COMMIT_INDEX, BigInt(commitIndex));
    Atomics.store(this.#wide, LAST_INDEX, BigInt(lastIndex));
  }
}
