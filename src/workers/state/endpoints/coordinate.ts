// /v1/coordinate/*: what parameters and bodies mean, and how coordinates are shown (spec/gossip.md, section 17).

import { decodeJson, struct } from '../../../gotext/json-decode.js';
import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { float, list, pointer, string } from '../../../gotext/json-kinds.js';
import type { Coordinate } from '../../../wire/gossip-pools.js';
import type { CoordinateRecord } from '../../../wire/records.js';
import type { Calls } from '../calls/calls.js';
import type { EndpointTable, ReadEndpoint } from '../http/endpoint.js';
import { bare, json, NOTHING, type Reply, refused, text } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import { coordinateJson } from '../json/coordinate-json.js';
import {
  type CoordinatesRequest,
  coordinateDatacenters,
  listCoordinates,
  type NodeCoordinatesRequest,
  nodeCoordinates,
  updateCoordinate,
} from '../methods/coordinate.js';
import { isRefusal } from '../methods/refusal.js';

export interface CoordinateDependencies {
  readonly calls: Calls;
  /** This agent's; the list of datacenters is asked there, whatever `?dc=` says. */
  readonly datacenter: string;
  readonly disabled: () => boolean;
}

const MAX_BODY = 2 * 1024 * 1024;
const DISABLED = text(401, 'Coordinate support disabled');

/** What a body without a coordinate says: no coordinate at all. */
const NOWHERE: Coordinate = { Vec: [], Error: Number.NaN, Adjustment: 0, Height: 0 };

const coordinateBody = struct('Coordinate', { Vec: list(float), Error: float, Adjustment: float, Height: float });
const updateBody = struct('CoordinateUpdateRequest', {
  Node: string,
  Segment: string,
  Partition: string,
  Coord: pointer(coordinateBody),
});

function recordJson(node: string, segment: string, coordinate: Coordinate): string {
  return `{"Node":${quoteJson(node)},"Segment":${quoteJson(segment)},"Coord":${coordinateJson(coordinate)}}`;
}

function recordsJson(records: readonly CoordinateRecord[]): string {
  return listJson(records, ({ Node, Segment, Coord }) => recordJson(Node, Segment, Coord));
}

async function datacenters(dependencies: CoordinateDependencies, { asker }: ApiRequest): Promise<Reply> {
  const { calls, datacenter: own, disabled } = dependencies;
  if (disabled()) return DISABLED;
  const shown = await calls.direct(coordinateDatacenters, null, own, asker);
  if (isRefusal(shown)) return refused(shown);
  return json(
    listJson(shown, ({ datacenter, nodes }) => {
      const records = listJson(nodes, ({ node, coordinate }) => recordJson(node, '', coordinate));
      return `{"Datacenter":${quoteJson(datacenter)},"AreaID":"wan","Coordinates":${records}}`;
    }),
  );
}

async function update({ calls, disabled }: CoordinateDependencies, request: ApiRequest): Promise<Reply> {
  if (disabled()) return DISABLED;
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  const decoded = decodeJson(Buffer.from(body.bytes).toString(), updateBody, { unknownFields: 'ignore' });
  if (!decoded.ok) return text(400, `Request decode failed: ${decoded.error}`);
  const { Node, Segment, Partition, Coord } = decoded.value;
  const given: Coordinate = Coord ? { ...Coord, Vec: Coord.Vec ?? [] } : NOWHERE;
  const record = { Node, Segment, Partition, Coord: given };
  const outcome = await calls.write(updateCoordinate, record, request.datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : NOTHING;
}

/** `?segment=` keeps the coordinates of one segment. */
function segmentOf({ query }: ApiRequest): CoordinatesRequest {
  return { segment: query.has('segment') ? query.first('segment') : null };
}

export function coordinateEndpoints(dependencies: CoordinateDependencies): EndpointTable {
  const { disabled } = dependencies;
  const read = { kind: 'read', effectiveConsistency: false, failureHeaders: true } as const;
  const nodes: ReadEndpoint<CoordinatesRequest, readonly CoordinateRecord[]> = {
    ...read,
    method: listCoordinates,
    request: (call) => (disabled() ? DISABLED : segmentOf(call)),
    reply: (value) => json(recordsJson(value)),
  };
  const node: ReadEndpoint<NodeCoordinatesRequest, readonly CoordinateRecord[]> = {
    ...read,
    method: nodeCoordinates,
    missesAreBare: true,
    request: (call) => (disabled() ? DISABLED : { node: call.rest, ...segmentOf(call) }),
    reply: (value) => (value.length === 0 ? bare(404) : json(recordsJson(value))),
  };
  const row = { answeredBy: 'servers', ignoresNamespace: true } as const;
  return [
    {
      ...row,
      path: '/v1/coordinate/datacenters',
      acl: ['none'],
      methods: { GET: (request) => datacenters(dependencies, request) },
    },
    { ...row, path: '/v1/coordinate/nodes', acl: ['node:read'], methods: { GET: nodes } },
    { ...row, path: '/v1/coordinate/node/', acl: ['node:read'], methods: { GET: node } },
    {
      ...row,
      path: '/v1/coordinate/update',
      acl: ['node:write'],
      methods: { PUT: (request) => update(dependencies, request) },
    },
  ];
}
