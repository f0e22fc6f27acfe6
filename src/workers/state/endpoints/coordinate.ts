// /v1/coordinate/*: what parameters and bodies mean, and how coordinates are shown (spec/gossip.md, section 17).

import { type DecodedBy, struct } from '../../../gotext/json-decode.js';
import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { float, list, pointer, string } from '../../../gotext/json-kinds.js';
import { listOf, record } from '../../../gotext/json-shape.js';
import type { Coordinate } from '../../../wire/gossip-pools.js';
import type { CoordinateRecord } from '../../../wire/records.js';
import type { Calls } from '../calls/calls.js';
import type { EndpointTable } from '../http/endpoint.js';
import { jsonBody } from '../http/items/body-format.js';
import { type JsonPieces, listText } from '../http/message/json-pieces.js';
import { bare, json, NOTHING, type Reply, refused, text } from '../http/message/reply.js';
import type { ApiRequest } from '../http/message/request.js';
import { action, read } from '../http/operation.js';
import { presentText } from '../http/parameters/parameters.js';
import { coordinateJson } from '../json/coordinate-json.js';
import { coordinateShape } from '../json/record-shapes.js';
import {
  coordinateDatacenters,
  listCoordinates,
  nodeCoordinates,
  updateCoordinate,
} from '../methods/catalog/coordinate.js';
import { isRefusal } from '../methods/contract/refusal.js';

export interface CoordinateDependencies {
  readonly calls: Calls;
  /** This agent's; the list of datacenters is asked there, whatever `?dc=` says. */
  readonly datacenter: string;
  readonly disabled: () => boolean;
}

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

function recordsText(records: readonly CoordinateRecord[]): string | JsonPieces {
  return listText(records, ({ Node, Segment, Coord }) => recordJson(Node, Segment, Coord));
}

async function datacenters({ calls, datacenter: own }: CoordinateDependencies, { asker }: ApiRequest): Promise<Reply> {
  const shown = await calls.direct(coordinateDatacenters, null, own, asker);
  if (isRefusal(shown)) return refused(shown);
  return json(
    listJson(shown, ({ datacenter, nodes }) => {
      const records = listJson(nodes, ({ node, coordinate }) => recordJson(node, '', coordinate));
      return `{"Datacenter":${quoteJson(datacenter)},"AreaID":"wan","Coordinates":${records}}`;
    }),
  );
}

async function update(
  { calls }: CoordinateDependencies,
  request: ApiRequest,
  { Node, Segment, Partition, Coord }: DecodedBy<typeof updateBody>,
): Promise<Reply> {
  const given: Coordinate = Coord ? { ...Coord, Vec: Coord.Vec ?? [] } : NOWHERE;
  const record = { Node, Segment, Partition, Coord: given };
  const outcome = await calls.write(updateCoordinate, record, request.datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : NOTHING;
}

const OFF = { 401: 'error' } as const;
const SEGMENT = { segment: presentText('Keeps the coordinates of this network segment.') } as const;
const NODE = record('NodeCoordinate', { Node: 'string', Segment: 'string', Coord: coordinateShape });
const DATACENTER = record('DatacenterCoordinates', {
  Datacenter: 'string',
  AreaID: 'string',
  Coordinates: listOf(NODE),
});

export function coordinateEndpoints(dependencies: CoordinateDependencies): EndpointTable {
  const off = (): Reply | null => (dependencies.disabled() ? DISABLED : null);
  const row = { answeredBy: 'servers', ignoresNamespace: true } as const;
  const ofNodes = {
    effectiveConsistency: false,
    failureHeaders: true,
    off,
    acl: ['node:read'],
    parameters: SEGMENT,
    answer: listOf(NODE),
    others: OFF,
  } as const;
  return [
    {
      ...row,
      path: '/v1/coordinate/datacenters',
      methods: {
        GET: action({
          summary: 'Coordinates of the servers in each datacenter',
          acl: ['none'],
          off,
          answer: listOf(DATACENTER),
          others: OFF,
          run: (request) => datacenters(dependencies, request),
        }),
      },
    },
    {
      ...row,
      path: '/v1/coordinate/nodes',
      methods: {
        GET: read({
          ...ofNodes,
          summary: 'Coordinates of all nodes',
          method: listCoordinates,
          request: ({ segment }) => ({ segment }),
          reply: (value) => json(recordsText(value)),
        }),
      },
    },
    {
      ...row,
      path: '/v1/coordinate/node/',
      rest: { name: 'node', about: 'The name of the node.', missing: null },
      methods: {
        GET: read({
          ...ofNodes,
          summary: 'Coordinates of a node',
          missesAreBare: true,
          others: { ...OFF, 404: 'nothing' },
          method: nodeCoordinates,
          request: ({ segment }, { rest }) => ({ node: rest, segment }),
          reply: (value) => (value.length === 0 ? bare(404) : json(recordsText(value))),
        }),
      },
    },
    {
      ...row,
      path: '/v1/coordinate/update',
      methods: {
        PUT: action({
          summary: 'Takes in the coordinate of a node',
          acl: ['node:write'],
          off,
          body: jsonBody(updateBody, { options: { unknownFields: 'ignore' } }),
          answer: 'nothing',
          others: OFF,
          run: (request, _values, body) => update(dependencies, request, body),
        }),
      },
    },
  ];
}
