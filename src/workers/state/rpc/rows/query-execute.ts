// The rows of PreparedQuery.Execute, ExecuteRemote and Explain.

import { list } from '../../../../msgpack/collections.js';
import { bool, int, text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { PreparedQueryRecord } from '../../../../wire/records.js';
import { queryDnsSchema } from '../../../../wire/schema/prepared-query.js';
import {
  type Executed,
  type ExecuteRequest,
  executeQuery,
  executeRemote,
  explainQuery,
  type RemoteExecution,
} from '../../methods/query/query-execute.js';
import { type QuerySource, querySource } from './arguments.js';
import { type Entry, entryKind, readEntry, shownEntry } from './health.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import { queryKind } from './prepared-query.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from './query-options.js';
import type { ReadRow, Row } from './row.js';

interface ExecuteArguments extends QueryOptions {
  readonly QueryIDOrName: string;
  readonly Limit: number;
  readonly Connect: boolean;
  readonly Source: QuerySource;
  readonly Agent: QuerySource;
}

const executeArguments = struct<ExecuteArguments>({
  Datacenter: text,
  QueryIDOrName: text,
  Limit: int,
  Connect: bool,
  Source: querySource,
  Agent: querySource,
  ...queryOptionKinds,
});

function requestOf(args: ExecuteArguments, datacenter: string): ExecuteRequest {
  const { QueryIDOrName: idOrName, Limit: limit, Connect: connect, Source, Agent } = args;
  const source = { datacenter: Source.Datacenter, node: Source.Node, ip: Source.Ip };
  const agent = { node: Agent.Node, datacenter: Agent.Datacenter, segment: Agent.Segment };
  return { idOrName, limit, connect, source, agent, datacenter };
}

function askExecute(
  { idOrName, limit, connect, source, agent }: ExecuteRequest,
  options: QueryOptions,
): ExecuteArguments {
  const { zero } = querySource;
  return {
    QueryIDOrName: idOrName,
    Limit: limit,
    Connect: connect,
    Source: { ...zero, Datacenter: source.datacenter, Node: source.node, Ip: source.ip },
    Agent: { ...zero, Datacenter: agent.datacenter, Node: agent.node, Segment: agent.segment },
    ...options,
  };
}

interface ExecuteReply extends QueryMeta {
  readonly Service: string;
  readonly Nodes: readonly Entry[] | null;
  readonly DNS: PreparedQueryRecord['DNS'];
  readonly Datacenter: string;
  readonly PeerName: string;
  readonly Failovers: number;
}

const executeReply = struct<ExecuteReply>({
  Service: text,
  Nodes: list(entryKind, UNLIMITED),
  DNS: recordKind(queryDnsSchema),
  Datacenter: text,
  PeerName: text,
  Failovers: int,
  ...queryMetaKinds,
});

function show({ service, nodes, ttl, datacenter, peer, failovers }: Executed, meta: QueryMeta): ExecuteReply {
  return {
    Service: service,
    Nodes: emptyAsNil(nodes.map(shownEntry)),
    DNS: { TTL: ttl },
    Datacenter: datacenter,
    PeerName: peer,
    Failovers: failovers,
    ...meta,
  };
}

/** Its order is kept: whoever answered has shuffled or sorted. */
function executedOf({ Service, Nodes, DNS, Datacenter, PeerName, Failovers }: ExecuteReply): Executed {
  return {
    service: Service,
    nodes: (Nodes ?? []).map(readEntry),
    ttl: DNS.TTL,
    datacenter: Datacenter,
    peer: PeerName,
    failovers: Failovers,
    isOrdered: true,
    mayFailOver: false,
    of: null,
  };
}

const execute: ReadRow<ExecuteArguments, ExecuteReply, ExecuteRequest, Executed> = {
  kind: 'read',
  method: executeQuery,
  arguments: executeArguments,
  reply: executeReply,
  request: requestOf,
  ask: askExecute,
  show,
  value: executedOf,
};

interface RemoteArguments extends QueryOptions {
  readonly Query: PreparedQueryRecord;
  readonly Limit: number;
  readonly Connect: boolean;
}

const remote: ReadRow<RemoteArguments, ExecuteReply, RemoteExecution, Executed> = {
  kind: 'read',
  method: executeRemote,
  arguments: struct<RemoteArguments>({
    Datacenter: text,
    Query: queryKind,
    Limit: int,
    Connect: bool,
    ...queryOptionKinds,
  }),
  reply: executeReply,
  request: ({ Query: query, Limit: limit, Connect: connect }, datacenter) => ({ query, limit, connect, datacenter }),
  ask: ({ query, limit, connect }, options) => ({ Query: query, Limit: limit, Connect: connect, ...options }),
  show,
  value: executedOf,
};

interface ExplainReply extends QueryMeta {
  readonly Query: PreparedQueryRecord;
}

const explain: ReadRow<ExecuteArguments, ExplainReply, ExecuteRequest, PreparedQueryRecord> = {
  kind: 'read',
  method: explainQuery,
  arguments: executeArguments,
  reply: struct<ExplainReply>({ Query: queryKind, ...queryMetaKinds }),
  request: requestOf,
  ask: askExecute,
  show: (query, meta) => ({ Query: query, ...meta }),
  value: ({ Query }) => Query,
};

export const queryExecuteRows: readonly Row[] = [execute, remote, explain];
