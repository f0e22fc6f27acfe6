// The rows of Coordinate.*.

import { list } from '../../../../msgpack/collections.js';
import { text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { CoordinateRecord } from '../../../../wire/records.js';
import { coordinateSchema, coordSchema } from '../../../../wire/schema/state.js';
import {
  type CoordinatesRequest,
  coordinateDatacenters,
  type DatacenterCoordinates,
  inSegment,
  listCoordinates,
  type NodeCoordinatesRequest,
  nodeCoordinates,
  updateCoordinate,
} from '../../methods/catalog/coordinate.js';
import { EVERYTHING } from '../../methods/contract/narrowing.js';
import {
  askNarrowed,
  askNode,
  type DatacenterArguments,
  datacenterArguments,
  type NodeArguments,
  nodeArguments,
} from './arguments.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import { type Nothing, nothing } from './nothing.js';
import { type QueryMeta, queryMetaKinds } from './query-options.js';
import type { DirectRow, ReadRow, Row, WriteOptions, WriteRow } from './row.js';

type Records = readonly CoordinateRecord[];

interface CoordinatesReply extends QueryMeta {
  readonly Coordinates: Records | null;
}

const records = list(recordKind(coordinateSchema), UNLIMITED);
const coordinatesReply = struct<CoordinatesReply>({ Coordinates: records, ...queryMetaKinds });

function showCoordinates(found: Records, meta: QueryMeta): CoordinatesReply {
  return { Coordinates: emptyAsNil(found), ...meta };
}

/** Servers know of segments, but nobody can ask for one: the asker picks its own. */
function pick({ Coordinates }: CoordinatesReply, request: CoordinatesRequest): Records {
  return inSegment(Coordinates ?? [], request);
}

const all: ReadRow<DatacenterArguments, CoordinatesReply, CoordinatesRequest, Records> = {
  kind: 'read',
  method: listCoordinates,
  arguments: datacenterArguments,
  reply: coordinatesReply,
  request: () => ({ segment: null }),
  ask: (_request, options) => askNarrowed(EVERYTHING, options),
  show: showCoordinates,
  value: pick,
};

const ofNode: ReadRow<NodeArguments, CoordinatesReply, NodeCoordinatesRequest, Records> = {
  kind: 'read',
  method: nodeCoordinates,
  arguments: nodeArguments,
  reply: coordinatesReply,
  request: ({ Node }) => ({ node: Node, segment: null }),
  ask: ({ node }, options) => askNode(node, options),
  show: showCoordinates,
  value: pick,
};

interface UpdateArguments extends WriteOptions, Pick<CoordinateRecord, 'Node' | 'Segment' | 'Coord'> {}

const update: WriteRow<UpdateArguments, Nothing, CoordinateRecord, true> = {
  kind: 'write',
  method: updateCoordinate,
  arguments: struct<UpdateArguments>({
    Datacenter: text,
    Node: text,
    Segment: text,
    Coord: recordKind(coordSchema),
    Token: text,
  }),
  reply: nothing,
  request: ({ Node, Segment, Coord }) => ({ Node, Segment, Partition: '', Coord }),
  ask: ({ Node, Segment, Coord }, { Datacenter, Token }) => ({ Datacenter, Token, Node, Segment, Coord }),
  show: () => nothing.zero,
  value: () => true,
};

interface DatacenterMap {
  readonly Datacenter: string;
  readonly AreaID: string;
  readonly Coordinates: Records | null;
}

const datacenters: DirectRow<object, readonly DatacenterMap[] | null, null, readonly DatacenterCoordinates[]> = {
  kind: 'direct',
  method: coordinateDatacenters,
  arguments: nothing,
  reply: list(struct<DatacenterMap>({ Datacenter: text, AreaID: text, Coordinates: records })),
  request: () => null,
  ask: () => nothing.zero,
  show: (found) =>
    found.map(({ datacenter, nodes }) => ({
      Datacenter: datacenter,
      AreaID: 'wan',
      Coordinates: nodes.map(({ node, coordinate }) => ({ Node: node, Segment: '', Partition: '', Coord: coordinate })),
    })),
  value: (reply) =>
    (reply ?? []).map(({ Datacenter, Coordinates }) => ({
      datacenter: Datacenter,
      nodes: (Coordinates ?? []).map(({ Node, Coord }) => ({ node: Node, coordinate: Coord })),
    })),
};

export const coordinateRows: readonly Row[] = [all, ofNode, update, datacenters];
