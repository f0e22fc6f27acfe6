// What the authority writes to the log, and what it is told when that can't be done.

import {
  type Command,
  CommandType,
  type ConnectCaOperation,
  type ConnectCaRequest,
} from '../../../../wire/commands.js';
import type { Asker } from '../../methods/contract/asker.js';
import { type Refusal, refusal } from '../../methods/contract/refusal.js';
import type { Consensus, ProposeOutcome } from '../../replica/consensus.js';

/** Ends what the authority is doing, with what its asker is told. */
export class AuthorityFailure extends Error {
  readonly refusal: Refusal;

  constructor(refused: Refusal) {
    super(refused.text);
    this.refusal = refused;
  }
}

export function failure(text: string): AuthorityFailure {
  return new AuthorityFailure(refusal('failed', text));
}

/** In whose name something is written; the leader's own writes are in nobody's. */
export interface Author {
  readonly datacenter: string;
  readonly token: string;
}

export const LEADER: Author = { datacenter: '', token: '' };

export function authorOf(datacenter: string, { token }: Asker): Author {
  return { datacenter, token };
}

export class LogWrites {
  readonly #consensus: Pick<Consensus, 'propose'>;
  readonly #datacenter: string;
  readonly #ended: () => Refusal | null;

  /** `ended`: why nothing may be written any more, since what is there to write was made of a state that is no longer there. */
  constructor(consensus: Pick<Consensus, 'propose'>, datacenter: string, ended: () => Refusal | null) {
    this.#consensus = consensus;
    this.#datacenter = datacenter;
    this.#ended = ended;
  }

  /** The number that the state gives, where it gives one. Throws {@link AuthorityFailure}. */
  async write(op: ConnectCaOperation, parts: Partial<ConnectCaRequest>, author: Author = LEADER): Promise<number> {
    const body: ConnectCaRequest = {
      Datacenter: author.datacenter,
      Token: author.token,
      Op: op,
      Index: parts.Index ?? 0,
      Roots: parts.Roots ?? null,
      Config: parts.Config ?? null,
      ProviderState: parts.ProviderState ?? null,
    };
    const { result } = await this.#propose({ type: CommandType.connectCa, body });
    if (result.kind === 'error') throw failure(result.text);
    return result.kind === 'number' ? result.value : 0;
  }

  nextSerial(): Promise<number> {
    return this.write('increment-provider-serial', {});
  }

  /** An index that belongs to one certificate. */
  async leafIndex(): Promise<number> {
    const body = { Datacenter: this.#datacenter, Token: '', Op: 'increment-index' } as const;
    const { index } = await this.#propose({ type: CommandType.connectCaLeaf, body });
    return index;
  }

  async #propose(command: Command): Promise<Extract<ProposeOutcome, { ok: true }>> {
    const ended = this.#ended();
    if (ended !== null) throw new AuthorityFailure(ended);
    const outcome = await this.#consensus.propose(command);
    if (!outcome.ok) throw new AuthorityFailure(refusal(outcome.code, outcome.text));
    return outcome;
  }
}
