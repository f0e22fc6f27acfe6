// How an endpoint writes: the datacenter is checked first, then the server's own rules, then the command goes to the log.
// Failures of the log become the texts that clients match on (spec/rpc.md, "Errors as strings").

import type { ApplyResult, Command } from '../../../wire/commands.js';
import { type ApiRequest, type Reply, text } from '../http/endpoint.js';
import type { Consensus } from '../replica/consensus.js';
import { PROPOSE_FAILURE_TEXT } from '../replica/consensus.js';

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
