// Another server, which answers what this agent can't: on a server that is the leader, on a client agent any. How a call gets
// there is RPC's.

import type { DirectMethod, ReadMethod, WriteMethod } from '../methods/contract/method.js';
import type { AskedFailure } from './asked-failure.js';
import type { ReadOrigin } from './blocking-read.js';
import type { ReadSettings } from './read-settings.js';

/** A server, by `host:port`. */
export interface Server {
  readonly name: string;
  /** `host:port`. */
  readonly address: string;
}

export interface AskedValue<Value> {
  readonly ok: true;
  readonly value: Value;
  readonly index: number;
  readonly origin: ReadOrigin;
  /** What it took on the wire. */
  readonly bytes: number;
}

export type AskedRead<Value> = AskedValue<Value> | AskedFailure;

export type AskedWrite<Reply> = { readonly ok: true; readonly value: Reply } | AskedFailure;

/** What can be given up when nobody waits for it any more. */
export interface Asked {
  cancel(): void;
}

/** Asks a server, by its address. */
export interface ServerAsking {
  /** `done` is called once, unless it is cancelled before. */
  read<Request, Value>(
    address: string,
    method: ReadMethod<Request, Value>,
    request: Request,
    settings: ReadSettings,
    datacenter: string,
    token: string,
    done: (answer: AskedRead<Value>) => void,
  ): Asked;
  write<Request, Reply>(
    address: string,
    method: WriteMethod<Request, Reply> | DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    token: string,
  ): Promise<AskedWrite<Reply>>;
}

/** The leader, where it is another server. */
export interface Elsewhere {
  /** Another server is known to lead. */
  readonly isKnown: boolean;
  /** Whether another server leads that can be asked this method. */
  canAsk(method: string): boolean;
  /** `done` is called once, unless it is cancelled before. */
  read<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    settings: ReadSettings,
    token: string,
    done: (answer: AskedRead<Value>) => void,
  ): Asked;
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
