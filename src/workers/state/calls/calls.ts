// Who answers a call, and when: the one way from an interface to a method. A read waits for a leader and for the consistency
// it asks for; a write waits for a leader and is judged there. On the leader a default read takes no promise and no timer.

import type { DirectMethod, ReadMethod, WriteMethod } from '../methods/contract/method.js';
import type { Refusal } from '../methods/contract/refusal.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import type { BlockingRead } from './blocking-read.js';
import type { ReadSettings } from './read-settings.js';

export interface Calls {
  /** Answers through `run`, at once or later. */
  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void;
  /** Resolves when what was written is durable and applied. */
  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Promise<Reply | Refusal>;
  /** Sends now what was written in this turn of the loop, which would otherwise go at its end; for who writes many at once. */
  flush(): void;
  /** Asks any server, whoever leads. */
  direct<Request, Reply>(
    method: DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Reply | Refusal | Promise<Reply | Refusal>;
  /** Why a write made now would wait for a leader first, or be refused; null when it goes on its way at once. */
  readonly obstacle: Refusal | null;
  /** null once a read of any age can be answered; the refusal when that takes longer than a request may be held. */
  awaitReadable(): Promise<Refusal | null>;
  /** Reads that wait right now. */
  readonly waiting: number;
  /** From now on nothing waits: for a change, or for a leader. */
  stop(): void;
}

export interface ReadCall<Request, Value> {
  readonly method: ReadMethod<Request, Value>;
  readonly request: Request;
  readonly datacenter: string;
  readonly settings: ReadSettings;
  /** Whose token is judged by whoever answers, and anew when it changed while the read waited. */
  readonly caller: Caller;
  readonly cached: CacheUse;
}

/**
 * Whether what an agent's cache has is enough. `again`: it was asked for before, so that an answer may be given again, whoever
 * leads now.
 */
export type CacheUse = 'none' | 'first' | 'again';
