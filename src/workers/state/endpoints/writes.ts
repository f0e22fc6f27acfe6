// How an endpoint writes: the datacenter is checked first, then the server's own rules, then the command goes to the log.
// Failures of the log become the texts that clients match on (spec/rpc.md, "Errors as strings").

import type { ApplyResult, Command } from '../../../wire/commands.js';
import type { Consensus } from '../consensus.js';
import { PROPOSE_FAILURE_TEXT } from '../consensus.js';
import { type ApiRequest, type Reply, text } from '../http/endpoint.js';

const OVERLOADED = 503;

export interface Committed {
  readonly index: number;
  readonly result: ApplyResult;
}

export type CommitOutcome =
  | { readonly ok: true; readonly committed: Committed }
  | { readonly ok: false; readonly reply: Reply };

export class Writes {
  readonly #consensus: Consensus;
  readonly datacenter: string;

  constructor(consensus: Consensus, datacenter: string) {
    this.#consensus = consensus;
    this.datacenter = datacenter;
  }

  /** A reply when the request is for a datacenter that can't be reached. */
  refuseDatacenter(request: ApiRequest): Reply | null {
    return request.datacenter === this.datacenter ? null : text(500, 'No path to datacenter');
  }

  /**
   * A reply when no leader is found in time: nothing may be decided from this server's store then, which may not hold
   * what was acknowledged before a restart. A stale read needs only that there was a leader since the start.
   */
  async refuseLeaderless(isStale = false): Promise<Reply | null> {
    const { mayServe, hadLeader } = this.#consensus.leadership;
    if (mayServe || (isStale && hadLeader)) return null;
    const failure = await this.#consensus.awaitLeader();
    return failure === null ? null : text(500, PROPOSE_FAILURE_TEXT[failure]);
  }

  /** Resolves when the command is durable and applied; `prefix` stands before the text of an error of the state. */
  async commit(command: Command, prefix: string): Promise<CommitOutcome> {
    const outcome = await this.#consensus.propose(command);
    if (!outcome.ok) {
      const status = outcome.code === 'queue-full' ? OVERLOADED : 500;
      return { ok: false, reply: text(status, PROPOSE_FAILURE_TEXT[outcome.code]) };
    }
    const { index, result } = outcome;
    if (result.kind === 'error') return { ok: false, reply: text(500, `${prefix}${result.text}`) };
    return { ok: true, committed: { index, result } };
  }
}
