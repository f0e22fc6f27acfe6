// What the RPC server asks of a method, and how it is answered: bytes in, bytes out. What lies between (tables of arguments and
// replies, `calls`) is the method's own.

import type { EncodeError } from '../../../../msgpack/errors.js';
import type { Calls } from '../../calls/calls.js';
import type { AskedRead, AskedWrite } from '../../calls/elsewhere.js';
import type { ReadSettings } from '../../calls/read-settings.js';
import type { Steps } from '../../turns/turns.js';

/** Who asked. Exactly one of these is called, once, unless the work is aborted. */
export interface RpcReply {
  /** The reply's body. */
  answered(body: Uint8Array): void;
  /** An error as text; the conversation goes on. */
  refused(text: string): void;
  /** The arguments make no sense: after this word the stream is over. */
  undecodable(text: string): void;
  /** A bug: it is reported, and the asker told that there is one. */
  crashed(error: unknown): void;
}

/** What can be given up when nobody waits for it any more. */
export interface RpcWork {
  abort(): void;
}

/** What all methods of a server share. */
export interface RpcContext {
  readonly calls: Calls;
  readonly datacenter: string;
  /** Whether there is a way to a datacenter that isn't this one. */
  readonly reaches: (datacenter: string) => boolean;
  /** How long reads may wait, as the configuration says now. */
  readonly waits: () => WaitLimits;
  /** Whether services may be called where no intention says so. */
  readonly allowsUnnamedConnections: () => boolean;
}

/** Milliseconds. */
export interface WaitLimits {
  readonly defaultQueryTimeMs: number;
  readonly maxQueryTimeMs: number;
}

/**
 * The other end: how another server is asked. What isn't of the method's kind is null, as is what can't be read; a request
 * that has no form on the wire is the error that says so. What any server answers itself is asked as a write is.
 */
export interface Asking {
  readBody(
    request: unknown,
    settings: ReadSettings,
    datacenter: string,
    token: string,
  ): Uint8Array | EncodeError | null;
  readAnswer(body: Uint8Array, request: unknown): AskedRead<unknown> | null;
  /** The same in steps, for an answer of megabytes. */
  readLongAnswer(body: Uint8Array, request: unknown): Steps<AskedRead<unknown> | null>;
  /** `isStale`: any server's word will do. */
  writeBody(request: unknown, datacenter: string, token: string, isStale: boolean): Uint8Array | EncodeError | null;
  writeAnswer(body: Uint8Array, request: unknown): AskedWrite<unknown> | null;
}

export interface RpcMethod {
  readonly asking: Asking;
  /** As spec/rpc.md names it. */
  readonly name: string;
  /** `body`: one value, the method's own from now on. null: it can't be given up, or is answered already. */
  answer(body: Uint8Array, context: RpcContext, reply: RpcReply): RpcWork | null;
}

export type RpcMethods = ReadonlyMap<string, RpcMethod>;
