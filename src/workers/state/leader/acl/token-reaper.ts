// Deletes tokens whose time is up (spec/raft.md, section 10): at most one round a second, so many in a command. Local ones, and
// where this is the primary datacenter those of all datacenters. The wall clock says when a token ends and may jump, so it is
// looked at every now and then, whatever the next end is.

import type { Deadline, DeadlineQueue } from '../../../../deadlines/deadline-queue.js';
import type { Logger } from '../../../../observe/logger.js';
import { CommandType } from '../../../../wire/commands.js';
import type { Consensus } from '../../replica/consensus.js';
import type { AclReads } from '../../replica/store/read-api.js';
import type { Change } from '../../replica/store/tables/change.js';

const MOST_AT_ONCE = 4096;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 60_000;

export interface TokenReaperOptions {
  readonly acl: AclReads;
  readonly consensus: Consensus;
  readonly deadlines: DeadlineQueue;
  readonly isPrimary: boolean;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

export class TokenReaper {
  readonly #options: TokenReaperOptions;
  readonly #wallClock: () => number;
  #round: Deadline | null = null;
  #isReaping = false;

  constructor(options: TokenReaperOptions) {
    this.#options = options;
    this.#wallClock = options.wallClock ?? Date.now;
  }

  start(): void {
    this.stop();
    this.#schedule();
  }

  stop(): void {
    if (this.#round !== null) this.#options.deadlines.remove(this.#round);
    this.#round = null;
  }

  /** A token that ends may end before all others. */
  changed(changes: readonly Change[]): void {
    const isOne = changes.some(({ table, after }) => table === 'acl-tokens' && after?.ExpirationTime != null);
    if (!isOne || this.#isReaping) return;
    this.stop();
    this.#schedule();
  }

  #schedule(): void {
    const nextMs = this.#localities()
      .map((isLocal) => this.#options.acl.nextExpirationMs(isLocal))
      .filter((ms) => ms !== null)
      .reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY);
    if (nextMs === Number.POSITIVE_INFINITY) return;
    const { deadlines } = this.#options;
    const waitMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, nextMs - this.#wallClock()));
    const round: Deadline = {
      dueMs: deadlines.now() + waitMs,
      slot: -1,
      order: 0,
      expire: () => void this.#reap(round),
    };
    this.#round = round;
    deadlines.add(round);
  }

  #localities(): readonly boolean[] {
    return this.#options.isPrimary ? [true, false] : [true];
  }

  async #reap(round: Deadline): Promise<void> {
    const { acl, consensus, logger } = this.#options;
    const nowMs = this.#wallClock();
    this.#isReaping = true;
    for (const isLocal of this.#localities()) {
      const TokenIDs = acl.expiredTokens(nowMs, isLocal, MOST_AT_ONCE).map(({ AccessorID }) => AccessorID);
      if (TokenIDs.length === 0) continue;
      const outcome = await consensus.propose({ type: CommandType.aclTokenDelete, body: { TokenIDs } });
      if (!outcome.ok) logger.error('failed to delete expired tokens', 'error', outcome.code);
    }
    this.#isReaping = false;
    // Stopped meanwhile, or begun anew.
    if (this.#round === round) this.#schedule();
  }
}
