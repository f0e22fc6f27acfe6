// /v1/coordinate/*: where nodes and datacenters are in the network (spec/gossip.md, section 17). Updates are only gathered here;
// they are seen once they were written with many others.

import { decodeJson, type Kind, struct } from '../../../gotext/json-decode.js';
import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { list, pointer, string } from '../../../gotext/json-kinds.js';
import { coordinateProblem } from '../../../wire/coordinate.js';
import type { Coordinate, Member } from '../../../wire/gossip-pools.js';
import type { CoordinateRecord } from '../../../wire/records.js';
import type { AgentControl } from '../control/control-client.js';
import { datacenterCoordinates } from '../gossip/members/wan-datacenters.js';
import {
  type ApiRequest,
  bare,
  type EndpointTable,
  json,
  NOTHING,
  type PreparedRead,
  type Read,
  type Reply,
  text,
} from '../http/endpoint.js';
import { coordinateJson } from '../json/coordinate-json.js';
import type { StoreReads } from '../replica/store/read-api.js';

export interface CoordinateDependencies {
  readonly store: StoreReads;
  readonly control: AgentControl;
  readonly disabled: () => boolean;
  readonly wanMembers: () => readonly Member[];
  readonly hasLeader: () => boolean;
  /** Takes an update in, to be written with the next ones. */
  readonly update: (record: CoordinateRecord) => void;
}

const MAX_BODY = 2 * 1024 * 1024;
const DISABLED = text(401, 'Coordinate support disabled');

/** float64. */
const float: Kind<number> = {
  goType: 'float64',
  zero: 0,
  read(value, at) {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    at.mismatch(value, 'float64', typeof number === 'number' ? ` ${number}` : '');
    return 0;
  },
};

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

async function datacenters({ control, disabled, wanMembers }: CoordinateDependencies): Promise<Reply> {
  if (disabled()) return DISABLED;
  const answer = await control.ask({ op: 'wan-coordinates' });
  if (!answer.ok) return text(500, answer.error);
  const shown = datacenterCoordinates(wanMembers(), answer.result);
  return json(
    listJson(shown, ({ datacenter, nodes }) => {
      const records = listJson(nodes, ({ node, coordinate }) => recordJson(node, '', coordinate));
      return `{"Datacenter":${quoteJson(datacenter)},"AreaID":"wan","Coordinates":${records}}`;
    }),
  );
}

async function update(dependencies: CoordinateDependencies, request: ApiRequest): Promise<Reply> {
  if (dependencies.disabled()) return DISABLED;
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  const decoded = decodeJson(Buffer.from(body.bytes).toString(), updateBody, { unknownFields: 'ignore' });
  if (!decoded.ok) return text(400, `Request decode failed: ${decoded.error}`);
  const { Node, Segment, Partition, Coord } = decoded.value;
  const given: Coordinate | null = Coord && { ...Coord, Vec: Coord.Vec ?? [] };
  const problem = given ? coordinateProblem(given) : 'invalid coordinate';
  if (problem !== null || !given) return text(500, problem ?? 'invalid coordinate');
  if (!dependencies.hasLeader()) return text(500, 'No cluster leader');
  dependencies.update({ Node, Segment, Partition, Coord: given });
  return NOTHING;
}

type Records = PreparedRead<readonly CoordinateRecord[]>;

/** `?segment=` keeps the coordinates of one segment; "" is the default one. */
function inSegment(request: ApiRequest, records: readonly CoordinateRecord[]): readonly CoordinateRecord[] {
  if (!request.query.has('segment')) return records;
  const segment = request.query.first('segment');
  return records.filter(({ Segment }) => Segment === segment);
}

export function coordinateEndpoints(dependencies: CoordinateDependencies): EndpointTable {
  const { store, disabled } = dependencies;
  const read = (prepare: (request: ApiRequest) => Records): Read<readonly CoordinateRecord[]> => ({
    kind: 'read',
    effectiveConsistency: false,
    failureHeaders: true,
    prepare: (request) => (disabled() ? DISABLED : prepare(request)),
  });
  const watch = () => store.targets.coordinates();
  const nodes = read((request) => ({
    read: () => store.coordinates.list(),
    watch,
    reply: ({ value }) => json(recordsJson(inSegment(request, value))),
  }));
  const node = read((request) => ({
    read: () => store.coordinates.ofNode(request.rest),
    watch,
    missesAreBare: true,
    reply: ({ value }) => {
      const shown = inSegment(request, value);
      return shown.length === 0 ? bare(404) : json(recordsJson(shown));
    },
  }));
  const row = { answeredBy: 'servers', ignoresNamespace: true } as const;
  return [
    {
      ...row,
      path: '/v1/coordinate/datacenters',
      acl: 'none',
      methods: { GET: () => datacenters(dependencies) },
    },
    { ...row, path: '/v1/coordinate/nodes', acl: 'node:read', methods: { GET: nodes } },
    { ...row, path: '/v1/coordinate/node/', acl: 'node:read', methods: { GET: node } },
    {
      ...row,
      path: '/v1/coordinate/update',
      acl: 'node:write',
      methods: { PUT: (request) => update(dependencies, request) },
    },
  ];
}
