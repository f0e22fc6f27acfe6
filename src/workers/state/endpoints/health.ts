// /v1/health/*: what the parameters mean, and how checks and instances are shown. The text of a service's instances is kept
// with the store's own list of them, until the service changes.

import { listJson } from '../../../gotext/json-encode.js';
import { parseGoBool } from '../../../gotext/numbers.js';
import type { CheckRecord } from '../../../wire/records.js';
import type { Endpoint, EndpointTable } from '../http/endpoint.js';
import { json, type Reply, text } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import { checkJson, nodeJson, serviceJson } from '../json/record-json.js';
import {
  type ChecksRequest,
  checksInState,
  type HealthEntry,
  nodeChecks,
  type ServiceNodesKind,
  type ServiceNodesRequest,
  serviceChecks,
  serviceNodes,
} from '../methods/health.js';
import type { ReadMethod } from '../methods/method.js';
import { narrowingOf } from './narrowing-parameters.js';

const EMPTY_LIST = '[]';
/** Above this many characters an answer is kept as bytes, so that it is not encoded again for every client. */
const BYTES_FROM = 4096;

const READ = { kind: 'read', effectiveConsistency: true, discovery: true, cacheable: true } as const;

export function healthEndpoints(nodeName: string): EndpointTable {
  return [
    checksRow('/v1/health/node/', 'node name', nodeChecks, nodeName),
    checksRow('/v1/health/checks/', 'service name', serviceChecks, nodeName),
    checksRow('/v1/health/state/', 'check state', checksInState, nodeName),
    instancesRow('/v1/health/service/', 'service', nodeName),
    instancesRow('/v1/health/connect/', 'connect', nodeName),
    instancesRow('/v1/health/ingress/', 'ingress', nodeName),
  ];
}

/** `named`: what the rest of the path is. */
function checksRow(
  path: string,
  named: string,
  method: ReadMethod<ChecksRequest, readonly CheckRecord[]>,
  nodeName: string,
): Endpoint {
  const missing = text(400, `Missing ${named}`);
  const request = (call: ApiRequest): ChecksRequest | Reply =>
    call.rest === '' ? missing : { name: call.rest, ...narrowingOf(call, nodeName) };
  const reply = (checks: readonly CheckRecord[]): Reply => json(listJson(checks, checkJson));
  const acl = ['node:read', 'service:read'] as const;
  return {
    path,
    answeredBy: 'servers',
    acl,
    methods: { GET: { ...READ, failureHeaders: true, method, request, reply } },
  };
}

function instancesRow(path: string, kind: ServiceNodesKind, nodeName: string): Endpoint {
  return {
    path,
    answeredBy: 'servers',
    acl: ['node:read', 'service:read'],
    methods: {
      GET: {
        ...READ,
        method: serviceNodes,
        request: (call: ApiRequest) => instancesRequest(call, kind, nodeName),
        reply: (entries: readonly HealthEntry[]) => json(keptText(entries)),
        streaming: ({ near, peer }: ServiceNodesRequest) => near === '' && peer === '' && kind !== 'ingress',
      },
    },
  };
}

function instancesRequest(call: ApiRequest, kind: ServiceNodesKind, nodeName: string): ServiceNodesRequest | Reply {
  const { query, rest: service } = call;
  if (service === '') return text(400, 'Missing service name');
  const passingOnly = passingOf(call);
  if (passingOnly === null) return text(400, 'Invalid value for ?passing');
  const peer = query.first('peer');
  if (peer !== '' && query.first('sg') !== '') {
    return text(400, 'peer-name and sameness-group are mutually exclusive');
  }
  const { filter, nodeMeta, near, tags } = narrowingOf(call, nodeName);
  return { service, kind, peer, passingOnly, filter, nodeMeta, near, tags };
}

/** null when it isn't a boolean. */
function passingOf({ query }: ApiRequest): boolean | null {
  if (!query.has('passing')) return false;
  const value = query.first('passing');
  if (value === '') return true;
  const parsed = parseGoBool(value);
  return parsed.ok ? parsed.value : null;
}

function entryJson({ node, service, checks }: HealthEntry): string {
  return `{"Node":${nodeJson(node)},"Service":${serviceJson(service)},"Checks":${listJson(checks, checkJson)}}`;
}

/** By the list itself: the store makes another one as soon as anything in it changes. */
const kept = new WeakMap<readonly HealthEntry[], string | Uint8Array>();

function keptText(entries: readonly HealthEntry[]): string | Uint8Array {
  if (entries.length === 0) return EMPTY_LIST;
  const known = kept.get(entries);
  if (known !== undefined) return known;
  const rendered = listJson(entries, entryJson);
  const answer = rendered.length >= BYTES_FROM ? Buffer.from(rendered) : rendered;
  kept.set(entries, answer);
  return answer;
}
