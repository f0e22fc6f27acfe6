// The primary datacenter, as the leader of another one asks it: with the token that operators set for that
// (`acl.tokens.replication`), by way of any of its servers.

import type { DirectMethod, ReadMethod, WriteMethod } from '../../methods/contract/method.js';
import type { Refusal } from '../../methods/contract/refusal.js';

export interface PrimaryAnswer<Value> {
  readonly value: Value;
  readonly index: number;
  /** Something was kept from the asker, as far as that is told. */
  readonly isFiltered: boolean;
}

export interface PrimaryRead {
  /** The answer is waited for until it is newer than this, for some minutes; 0: it isn't. */
  readonly minIndex: number;
  /** Gives the question up. */
  readonly signal?: AbortSignal;
}

export interface Primary {
  readonly datacenter: string;
  read<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    how: PrimaryRead,
  ): Promise<PrimaryAnswer<Value> | Refusal>;
  ask<Request, Reply>(
    method: WriteMethod<Request, Reply> | DirectMethod<Request, Reply>,
    request: Request,
  ): Promise<Reply | Refusal>;
}
