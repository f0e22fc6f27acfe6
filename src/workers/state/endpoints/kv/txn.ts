// PUT /v1/txn: from the body to operations, and from their results to JSON.

import type { DecodedBy } from '../../../../gotext/json-decode.js';
import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, nullable, optional, record } from '../../../../gotext/json-shape.js';
import type { TxnError, TxnResponse, TxnResult } from '../../../../wire/commands.js';
import { ask } from '../../calls/asked-read.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import { nodeJson, plainCheckJson, serviceJson } from '../../json/record-json.js';
import { checkShape, nodeShape, serviceShape } from '../../json/record-shapes.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { changesSomething, txnApply, txnRead } from '../../methods/txn.js';
import { STRICT } from '../../records/bodies.js';
import { kvEntryJson, kvEntryShape } from './kv-json.js';
import { badKeyName, oversizedValue, txnBody, txnOperation } from './txn-body.js';

export interface TxnDependencies {
  readonly calls: Calls;
  /** Bytes; limits.txn_max_req_len. */
  readonly maxRequestLength: () => number;
  /** Bytes; limits.kv_max_value_size. */
  readonly maxValueSize: () => number;
  /** Whether names of keys are held to what a path may be. */
  readonly validatesKeys: () => boolean;
}

const MAX_OPERATIONS = 128;

const RESULT = record('TxnResult', {
  KV: optional(kvEntryShape),
  Node: optional(nodeShape),
  Service: optional(serviceShape),
  Check: optional(checkShape),
});
/** Of an answer that only read. */
const META = {
  Index: optional('integer'),
  LastContact: optional('integer'),
  KnownLeader: optional('boolean'),
  ConsistencyLevel: optional('string'),
  NotModified: optional('boolean'),
  Backend: optional('integer'),
  ResultsFilteredByACLs: optional('boolean'),
} as const;
const ANSWER = record('TxnAnswer', {
  Results: nullable(listOf(RESULT)),
  Errors: nullable(listOf(record('TxnError', { OpIndex: 'integer', What: 'string' }))),
  ...META,
});

export function txnEndpoints(dependencies: TxnDependencies): EndpointTable {
  return [
    {
      path: '/v1/txn',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          summary: 'Reads and writes keys, nodes, services and checks, all of it or nothing',
          acl: ['key:write', 'node:write', 'service:write', 'session:write'],
          reads: 'consistency',
          body: jsonBody(txnBody, {
            options: STRICT,
            errorPrefix: 'Failed to parse body: ',
            limit: dependencies.maxRequestLength,
            setting: 'txn_max_req_len',
          }),
          answer: ANSWER,
          others: { 409: ANSWER },
          run: (request, _values, body) => transact(dependencies, request, body ?? []),
        }),
      },
    },
  ];
}

function resultJson({ KV, Node, Service, Check }: TxnResult): string {
  if (KV) return `{"KV":${kvEntryJson(KV)}}`;
  if (Node) return `{"Node":${nodeJson(Node)}}`;
  if (Service) return `{"Service":${serviceJson(Service)}}`;
  return Check ? `{"Check":${plainCheckJson(Check)}}` : '{}';
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

function readAnswer(response: TxnResponse, index: number, knownLeader: boolean, isFiltered: boolean): Reply {
  const meta =
    `,"Index":${index},"LastContact":0,"KnownLeader":${knownLeader},"ConsistencyLevel":"","NotModified":false,` +
    `"Backend":0,"ResultsFilteredByACLs":${isFiltered}`;
  return answer(response, meta, [
    ['X-Consul-Knownleader', String(knownLeader)],
    ['X-Consul-Lastcontact', '0'],
  ]);
}

type Given = NonNullable<DecodedBy<typeof txnBody>>;

async function transact(dependencies: TxnDependencies, request: ApiRequest, given: Given): Promise<Reply> {
  const { calls, maxValueSize, validatesKeys } = dependencies;
  if (given.length > MAX_OPERATIONS) {
    return text(413, `Transaction contains too many operations (${given.length} > ${MAX_OPERATIONS})`);
  }
  const oversized = oversizedValue(given, maxValueSize());
  if (oversized !== null) return text(413, oversized);
  const badKey = validatesKeys() ? badKeyName(given) : null;
  if (badKey !== null) return text(400, badKey);
  const { datacenter, options } = request;
  const operations = given.map((one) => txnOperation(one, datacenter)).filter((one) => one !== null);
  if (changesSomething(operations)) {
    const response = await calls.write(txnApply, operations, datacenter, request.asker);
    return isRefusal(response) ? refused(response) : answer(response, '', []);
  }
  // A transaction never waits for a change.
  const outcome = await ask(calls, txnRead, operations, { ...options, minIndex: 0 }, datacenter, request.asker);
  if (isRefusal(outcome)) return refused(outcome);
  const { response, index } = outcome.value;
  return readAnswer(response, index, index > 0 && outcome.hasLeader, outcome.isFiltered);
}
