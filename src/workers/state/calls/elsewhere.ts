// The leader, where it is another server: what this server can't answer itself is asked there. How a call gets there is RPC's.

import type { ReadMethod, WriteMethod } from '../methods/method.js';
import type { ReadOrigin } from './blocking-read.js';
import type { ReadSettings } from './read-settings.js';

export interface AskedFailure {
  readonly ok: false;
  readonly text: string;
  /** Another try may end better, and does no harm. */
  readonly mayRetry: boolean;
}

export type AskedRead<Value> =
  | { readonly ok: true; readonly value: Value; readonly index: number; readonly origin: ReadOrigin }
  | AskedFailure;

export type AskedWrite<Reply> = { readonly ok: true; readonly value: Reply } | AskedFailure;

export interface Elsewhere {
  /** Whether another server leads that can be asked this method. */
  canAsk(method: string): boolean;
  /** `done` is called once, unless it is cancelled before. */
  read<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    settings: ReadSettings,
    done: (answer: AskedRead<Value>) => void,
  ): { cancel(): void };
  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    token: string,
  ): Promise<AskedWrite<Reply>>;
  /** Resolves when a leader becomes known, or at the latest after so long. */
  leaderKnown(withinMs: number): Promise<undefined>;
  /** `look` is called whenever another leader becomes known, until what is answered was called. */
  onLeader(look: () => void): () => void;
}
