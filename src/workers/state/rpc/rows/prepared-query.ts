// The rows of PreparedQuery.* that change and show queries; executing them is query-execute.ts.

import { list } from '../../../../msgpack/collections.js';
import { text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { PreparedQueryRequest } from '../../../../wire/commands.js';
import type { PreparedQueryRecord } from '../../../../wire/records.js';
import { preparedQueryRequestSchema, preparedQuerySchema } from '../../../../wire/schema/prepared-query.js';
import { EVERYTHING } from '../../methods/contract/narrowing.js';
import { applyQuery, getQuery, listQueries, type QueryChange } from '../../methods/query/prepared-query.js';
import { askNarrowed, type DatacenterArguments, datacenterArguments } from './arguments.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from './query-options.js';
import type { ReadRow, Row, WriteRow } from './row.js';

type Queries = readonly PreparedQueryRecord[];

export const queryKind = recordKind(preparedQuerySchema);

const apply: WriteRow<PreparedQueryRequest, string, QueryChange, string> = {
  kind: 'write',
  method: applyQuery,
  arguments: recordKind(preparedQueryRequestSchema),
  reply: text,
  request: ({ Op, Query }) => ({ op: Op, query: Query }),
  ask: ({ op, query }, { Datacenter, Token }) => ({ Datacenter, Token, Op: op, Query: query }),
  show: (id) => id,
  value: (id) => id,
};

interface QueriesReply extends QueryMeta {
  readonly Queries: Queries | null;
}

const queriesReply = struct<QueriesReply>({ Queries: list(queryKind, UNLIMITED), ...queryMetaKinds });

interface GetArguments extends QueryOptions {
  readonly QueryID: string;
}

const get: ReadRow<GetArguments, QueriesReply, string, PreparedQueryRecord> = {
  kind: 'read',
  method: getQuery,
  arguments: struct<GetArguments>({ Datacenter: text, QueryID: text, ...queryOptionKinds }),
  reply: queriesReply,
  request: ({ QueryID }) => QueryID,
  ask: (id, options) => ({ QueryID: id, ...options }),
  show: (query, meta) => ({ Queries: [query], ...meta }),
  value: ({ Queries }) => Queries?.[0] ?? queryKind.zero,
};

const all: ReadRow<DatacenterArguments, QueriesReply, null, Queries> = {
  kind: 'read',
  method: listQueries,
  arguments: datacenterArguments,
  reply: queriesReply,
  request: () => null,
  ask: (_all, options) => askNarrowed(EVERYTHING, options),
  show: (queries, meta) => ({ Queries: emptyAsNil(queries), ...meta }),
  value: ({ Queries }) => Queries ?? [],
};

export const preparedQueryRows: readonly Row[] = [apply, get, all];
