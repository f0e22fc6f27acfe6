// PUT /v1/txn: several operations at once, all or none. What changes nothing is answered from memory; anything else is one
// command, refused before the log where the server can tell (spec/rpc.md, "Rules of single methods").

import { decodeJson } from '../../../gotext/json-decode.js';
import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import {
  CommandType,
  type TxnError,
  type TxnOperation,
  type TxnResponse,
  type TxnResult,
} from '../../../wire/commands.js';
import { type ApiRequest, type EndpointTable, isReply, type Reply, text } from '../http/endpoint.js';
import { checkJson, nodeJson, serviceJson } from '../json/record-json.js';
import { STRICT } from '../records/bodies.js';
import type { StoreReads } from '../store/read-api.js';
import { kvEntryJson } from './kv-json.js';
import { txnBody, txnOperation } from './txn-body.js';
import type { Writes } from './writes.js';

export interface TxnDependencies {
  readonly store: StoreReads & { readTransaction(operations: readonly TxnOperation[]): TxnResponse };
  readonly writes: Writes;
  /** Bytes; limits.txn_max_req_len. */
  readonly maxRequestLength: () => number;
  /** Confirms leadership, for `?consistent`. */
  readonly verifyLeader: () => Promise<boolean>;
  readonly hasLeader: () => boolean;
}

const MAX_OPERATIONS = 128;
const KV_WRITES = new Set(['set', 'cas', 'lock', 'unlock', 'delete', 'delete-cas', 'delete-tree']);
const KV_READS = new Set(['get', 'get-tree', 'get-or-empty', 'check-index', 'check-session', 'check-not-exists']);
const CATALOG_VERBS = new Set(['get', 'set', 'cas', 'delete', 'delete-cas']);

export function txnEndpoints(dependencies: TxnDependencies): EndpointTable {
  return [
    {
      path: '/v1/txn',
      answeredBy: 'servers',
      acl: 'key,node,service',
      methods: { PUT: (request) => transact(dependencies, request) },
    },
  ];
}

function resultJson({ KV, Node, Service, Check }: TxnResult): string {
  if (KV) return `{"KV":${kvEntryJson(KV)}}`;
  if (Node) return `{"Node":${nodeJson(Node)}}`;
  if (Service) return `{"Service":${serviceJson(Service)}}`;
  return Check ? `{"Check":${checkJson(Check)}}` : '{}';
}

const errorJson = ({ OpIndex, What }: TxnError): string => `{"OpIndex":${OpIndex},"What":${quoteJson(What)}}`;

function answer(response: TxnResponse, meta: string, headers: Reply['headers']): Reply {
  const results = response.Errors ? 'null' : listJson(response.Results ?? [], resultJson);
  return {
    status: response.Errors ? 409 : 200,
    contentType: 'application/json',
    body: `{"Results":${results},"Errors":${listJson(response.Errors, errorJson)}${meta}}`,
    headers,
  };
}

function readAnswer(response: TxnResponse, index: number, knownLeader: boolean): Reply {
  const meta =
    `,"Index":${index},"LastContact":0,"KnownLeader":${knownLeader},"ConsistencyLevel":"","NotModified":false,` +
    '"Backend":0,"ResultsFilteredByACLs":false';
  return answer(response, meta, [
    ['X-Consul-Knownleader', String(knownLeader)],
    ['X-Consul-Lastcontact', '0'],
  ]);
}

function isWrite({ KV, Node, Service, Check }: TxnOperation): boolean {
  if (KV) return KV_WRITES.has(KV.Verb);
  return (Node ?? Service ?? Check)?.Verb !== 'get';
}

/** Why the operation can't even be tried; null when it can. */
function problem({ KV, Node, Service, Check }: TxnOperation, store: StoreReads): string | null {
  if (KV) {
    if (KV.DirEnt.Key === '' && KV.Verb !== 'get-tree' && KV.Verb !== 'delete-tree') return 'Must provide key';
    if (!KV_WRITES.has(KV.Verb) && !KV_READS.has(KV.Verb)) return `unknown KV operation: ${KV.Verb}`;
    if (KV.Verb === 'lock' && store.kv.lockDelayed(KV.DirEnt.Key, Date.now())) {
      return `failed to lock key ${JSON.stringify(KV.DirEnt.Key)} due to lock delay`;
    }
    return null;
  }
  if (Node) {
    if (Node.Node.Node === '') return 'Must provide node';
    return CATALOG_VERBS.has(Node.Verb) ? null : `unknown node operation: ${Node.Verb}`;
  }
  if (Service) {
    if (Service.Verb !== 'get' && Service.Service.Service === '') {
      const named = 'Must provide service name (Service.Service)';
      return Service.Service.ID === '' ? named : `${named} when service ID is provided`;
    }
    return CATALOG_VERBS.has(Service.Verb) ? null : `unknown service operation: ${Service.Verb}`;
  }
  return Check && !CATALOG_VERBS.has(Check.Verb) ? `unknown check operation: ${Check.Verb}` : null;
}

async function transact(dependencies: TxnDependencies, request: ApiRequest): Promise<Reply> {
  const { store, writes } = dependencies;
  const options = request.options();
  if (isReply(options)) return options;
  const body = await request.body(dependencies.maxRequestLength(), 'txn_max_req_len');
  if (!body.ok) return body.reply;
  const decoded = decodeJson(Buffer.from(body.bytes).toString(), txnBody, STRICT);
  if (!decoded.ok) return text(400, `Failed to parse body: ${decoded.error}`);
  const given = decoded.value ?? [];
  if (given.length > MAX_OPERATIONS) {
    return text(413, `Transaction contains too many operations (${given.length} > ${MAX_OPERATIONS})`);
  }
  const refused = writes.refuseDatacenter(request);
  if (refused) return refused;
  const operations = given.map((one) => txnOperation(one, writes.datacenter)).filter((one) => one !== null);
  const writing = operations.some(isWrite);
  const leaderless = await writes.refuseLeaderless(!writing && options.consistency === 'stale');
  if (leaderless) return leaderless;
  const errors = operations.flatMap((operation, OpIndex) => {
    const What = problem(operation, store);
    return What === null ? [] : [{ OpIndex, What }];
  });
  if (errors.length > 0) {
    const response = { Results: null, Errors: errors };
    return writing ? answer(response, '', []) : readAnswer(response, 0, false);
  }
  if (!writing) {
    if (options.consistency === 'consistent' && !(await dependencies.verifyLeader())) {
      return text(500, 'No cluster leader');
    }
    return readAnswer(store.readTransaction(operations), store.appliedIndex, dependencies.hasLeader());
  }
  const outcome = await writes.commit(
    {
      type: CommandType.txn,
      body: { Datacenter: writes.datacenter, Token: request.identity.token, Ops: operations },
    },
    'raft apply failed: ',
  );
  if (!outcome.ok) return outcome.reply;
  const { result } = outcome.committed;
  return result.kind === 'txn' ? answer(result.value, '', []) : text(500, 'the transaction had no answer');
}
