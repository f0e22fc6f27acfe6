// What a row of the RPC table says of a method, for both ends: how its arguments and its reply look on the wire, and how they
// become the method's own records and back. The server end (serve.ts) and the asking end are made of the same row.

import type { Kind } from '../../../../msgpack/kinds.js';
import type { DirectMethod, ReadMethod, WriteMethod } from '../../methods/contract/method.js';
import type { Refusal } from '../../methods/contract/refusal.js';
import type { QueryMeta, QueryOptions } from './query-options.js';

/** What a request may depend on of the server that is asked. */
export interface AskedServer {
  /** Whether services may be called where no intention says so. */
  readonly allowsUnnamedConnections: () => boolean;
}

/** What every row has. */
export interface Served<Args, Reply, Request> {
  readonly arguments: Kind<Args>;
  readonly reply: Kind<Reply>;
  /** `datacenter`: the server's that is asked. */
  request(args: Args, datacenter: string, server: AskedServer): Request | Refusal;
}

export interface ReadRow<Args extends QueryOptions, Reply extends QueryMeta, Request, Value>
  extends Served<Args, Reply, Request> {
  readonly kind: 'read';
  readonly method: ReadMethod<Request, Value>;
  ask(request: Request, options: QueryOptions): Args;
  show(value: Value, meta: QueryMeta, request: Request): Reply;
  value(reply: Reply, request: Request): Value;
  /** Where stock answers an error in place of a miss. */
  missed?(value: Value): Refusal | null;
  /** Where a caller may be told that nothing has changed in place of the value: what it is told then. */
  unchanged?(meta: QueryMeta): Reply;
}

export interface WriteOptions {
  readonly Datacenter: string;
  readonly Token: string;
}

export interface WriteRow<Args extends WriteOptions, Reply, Request, Value> extends Served<Args, Reply, Request> {
  readonly kind: 'write';
  readonly method: WriteMethod<Request, Value>;
  /** What is asked in its place, and of any server, where the arguments say AllowStale. */
  readonly stale?: DirectMethod<Request, Value>;
  ask(request: Request, options: WriteOptions): Args;
  show(value: Value, request: Request): Reply;
  value(reply: Reply, request: Request): Value;
}

/** Answered by the server that is asked, so it is never passed on to another of its datacenter. */
export interface DirectRow<Args extends object, Reply, Request, Value> extends Served<Args, Reply, Request> {
  readonly kind: 'direct';
  readonly method: DirectMethod<Request, Value>;
  ask(request: Request, options: QueryOptions): Args;
  /** `datacenter`: the answering server's. */
  show(value: Value, datacenter: string): Reply;
  value(reply: Reply, request: Request): Value;
}

/** Any row, by its own records. */
export type Row =
  | ReadRow<QueryOptions, QueryMeta, unknown, unknown>
  | WriteRow<WriteOptions, unknown, unknown, unknown>
  | DirectRow<object, unknown, unknown, unknown>;
