// /v1/health/*: what the parameters mean, and how checks and instances are shown. The text of a service's instances is kept
// with the store's own list of them, until the service changes.

import { listJson } from '../../../gotext/json-encode.js';
import { listOf, record } from '../../../gotext/json-shape.js';
import type { CheckRecord } from '../../../wire/records.js';
import type { Endpoint, EndpointTable } from '../http/endpoint.js';
import { type JsonPieces, listText } from '../http/message/json-pieces.js';
import { json, type Reply, text } from '../http/message/reply.js';
import { read } from '../http/operation.js';
import { anyText, boolean, type Values } from '../http/parameters/parameters.js';
import { checkJson, nodeJson, serviceJson } from '../json/record-json.js';
import { checkShape, nodeShape, serviceShape } from '../json/record-shapes.js';
import {
  type ChecksRequest,
  checksInState,
  type HealthEntry,
  nodeChecks,
  type ServiceNodesKind,
  type ServiceNodesRequest,
  serviceChecks,
  serviceNodes,
} from '../methods/catalog/health.js';
import { wanEntry } from '../methods/catalog/wan-addresses.js';
import type { ReadMethod } from '../methods/contract/method.js';
import { MERGED, NARROWING, narrowingOf, nearOf, TAGS } from './narrowing-parameters.js';

const EMPTY_LIST = '[]';
/** Above this many characters an answer is kept as bytes, so that it is not encoded again for every client. */
const BYTES_FROM = 4096;
/** Above this many characters it isn't kept: some 1,500 instances, a few milliseconds of work once for each change. */
const KEPT_UP_TO = 1024 * 1024;

const READ = {
  acl: ['node:read', 'service:read'],
  effectiveConsistency: true,
  discovery: true,
  cacheable: true,
} as const;
const CHECKS = listOf(checkShape);
export const ENTRIES = listOf(
  record('HealthEntry', { Node: nodeShape, Service: serviceShape, Checks: listOf(checkShape) }),
);

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
  const GET = read({
    ...READ,
    summary: `Checks by ${named}`,
    parameters: NARROWING,
    answer: CHECKS,
    failureHeaders: true,
    method,
    request: (values, { rest }) => ({ name: rest, ...narrowingOf(values, nodeName) }),
    reply: (checks) => json(listText(checks, checkJson)),
  });
  const rest = { name: 'name', about: `The ${named}.`, missing: text(400, `Missing ${named}`) };
  return { path, rest, answeredBy: 'servers', methods: { GET } };
}

const INSTANCES = {
  passing: boolean('Only instances all of whose checks are passing.', true, () =>
    text(400, 'Invalid value for ?passing'),
  ),
  peer: anyText('Instances that this peer has exported.'),
  sg: anyText('A sameness group; not with `peer`.'),
  ...NARROWING,
  ...TAGS,
  ...MERGED,
} as const;

function instancesRow(path: string, kind: ServiceNodesKind, nodeName: string): Endpoint {
  const GET = read({
    ...READ,
    summary: `Instances of a service with their checks (${kind})`,
    parameters: INSTANCES,
    answer: ENTRIES,
    method: serviceNodes,
    request: (values, { rest }) => instancesRequest(rest, values, kind, nodeName),
    reply: (entries) => json(keptText(entries)),
    translated: (entries) => entries.map(wanEntry),
    streaming: ({ near, peer, isMerged }) => near === '' && peer === '' && kind !== 'ingress' && isMerged !== true,
  });
  const rest = { name: 'service', about: 'The name of the service.', missing: text(400, 'Missing service name') };
  return { path, rest, answeredBy: 'servers', methods: { GET } };
}

function instancesRequest(
  service: string,
  values: Values<typeof INSTANCES>,
  kind: ServiceNodesKind,
  nodeName: string,
): ServiceNodesRequest | Reply {
  const { passing, peer, sg, filter, tag } = values;
  if (peer !== '' && sg !== '') return text(400, 'peer-name and sameness-group are mutually exclusive');
  const nodeMeta = values['node-meta'];
  const health = passing ? 'passing' : 'any';
  const isMerged = values['merge-central-config'];
  return { service, kind, peer, health, filter, nodeMeta, near: nearOf(values, nodeName), tags: tag, isMerged };
}

export function entryJson({ node, service, checks }: HealthEntry): string {
  return `{"Node":${nodeJson(node)},"Service":${serviceJson(service)},"Checks":${listJson(checks, checkJson)}}`;
}

/** By the list itself: the store makes another one as soon as anything in it changes. */
const kept = new WeakMap<readonly HealthEntry[], string | Uint8Array>();

function keptText(entries: readonly HealthEntry[]): string | Uint8Array | JsonPieces {
  if (entries.length === 0) return EMPTY_LIST;
  const known = kept.get(entries);
  if (known !== undefined) return known;
  const rendered = listText(entries, entryJson, KEPT_UP_TO);
  if (typeof rendered !== 'string') return rendered;
  const answer = rendered.length >= BYTES_FROM ? Buffer.from(rendered) : rendered;
  kept.set(entries, answer);
  return answer;
}
