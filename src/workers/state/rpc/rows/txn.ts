// The rows of Txn.*.

import { list } from '../../../../msgpack/collections.js';
import { int, nullable, text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { TxnError, TxnOperation, TxnRequest, TxnResponse, TxnResult } from '../../../../wire/commands.js';
import { checkSchema, nodeSchema, serviceSchema } from '../../../../wire/schema/catalog.js';
import { kvRequestEntrySchema } from '../../../../wire/schema/state.js';
import { txnOperationSchema, txnSchema } from '../../../../wire/schema/txn.js';
import { type TxnReadReply, txnApply, txnRead } from '../../methods/txn.js';
import { UNLIMITED } from './lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds, unset } from './query-options.js';
import type { ReadRow, Row, WriteRow } from './row.js';

type Operations = readonly TxnOperation[];

const responseKinds = {
  Results: list(
    struct<TxnResult>({
      KV: nullable(recordKind(kvRequestEntrySchema)),
      Node: nullable(recordKind(nodeSchema)),
      Service: nullable(recordKind(serviceSchema)),
      Check: nullable(recordKind(checkSchema)),
    }),
    UNLIMITED,
  ),
  Errors: list(struct<TxnError>({ OpIndex: int, What: text }), UNLIMITED),
} as const;

const apply: WriteRow<TxnRequest, TxnResponse, Operations, TxnResponse> = {
  kind: 'write',
  method: txnApply,
  arguments: recordKind(txnSchema),
  reply: struct<TxnResponse>(responseKinds),
  request: ({ Ops }) => Ops ?? [],
  ask: (operations, { Datacenter, Token }) => ({ Datacenter, Token, Ops: operations }),
  show: (response) => response,
  value: (response) => response,
};

interface ReadArguments extends QueryOptions {
  readonly Ops: Operations | null;
}

interface ReadReply extends QueryMeta, TxnResponse {}

const read: ReadRow<ReadArguments, ReadReply, Operations, TxnReadReply> = {
  kind: 'read',
  method: txnRead,
  arguments: struct<ReadArguments>({
    Datacenter: text,
    Ops: list(recordKind(txnOperationSchema), UNLIMITED),
    ...queryOptionKinds,
  }),
  reply: struct<ReadReply>({ ...responseKinds, ...queryMetaKinds }),
  request: ({ Ops }) => Ops ?? [],
  ask: (operations, options) => ({ Ops: operations, ...options }),
  // What couldn't be tried is as of no index.
  show: ({ response: { Results, Errors }, index }, meta) => ({ ...(index === 0 ? unset : meta), Results, Errors }),
  value: ({ Results, Errors, Index }) => ({ response: { Results, Errors }, index: Number(Index) }),
};

export const txnRows: readonly Row[] = [apply, read];
