// Coordinate.*: where nodes and datacenters are in the network (spec/gossip.md, section 17). An update is only gathered by the
// leader; it is seen once it was written with many others.

import { coordinateProblem } from '../../../../wire/coordinate.js';
import type { CoordinateRecord } from '../../../../wire/records.js';
import type { Authorizer } from '../../acl/access.js';
import { type DatacenterCoordinates, datacenterCoordinates } from '../../gossip/members/wan-datacenters.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { DirectMethod, PreparedRead, ReadMethod, WriteMethod } from '../contract/method.js';
import { denial, refusal } from '../contract/refusal.js';
import { seenItems, sightOf } from '../contract/sight.js';

export type { DatacenterCoordinates } from '../../gossip/members/wan-datacenters.js';

type Records = readonly CoordinateRecord[];

export interface CoordinatesRequest {
  /** "" is the default segment; null = all. */
  readonly segment: string | null;
}

export function inSegment(records: Records, { segment }: CoordinatesRequest): Records {
  return segment === null ? records : records.filter(({ Segment }) => Segment === segment);
}

function coordinatesRead(
  store: StoreReads,
  request: CoordinatesRequest,
  authorizer: Authorizer,
  read: PreparedRead<Records>['read'],
): PreparedRead<Records> {
  const sight = sightOf(authorizer, 'node:read');
  return {
    read,
    watch: () => store.targets.coordinates(),
    narrow: (value) => inSegment(value, request),
    ...seenItems<CoordinateRecord>(sight, (asker, { Node }) => asker.node(Node)),
  };
}

export const listCoordinates: ReadMethod<CoordinatesRequest, Records> = {
  name: 'Coordinate.ListNodes',
  prepare: (store, request, authorizer) => coordinatesRead(store, request, authorizer, () => store.coordinates.list()),
};

export interface NodeCoordinatesRequest extends CoordinatesRequest {
  readonly node: string;
}

export const nodeCoordinates: ReadMethod<NodeCoordinatesRequest, Records> = {
  name: 'Coordinate.Node',
  prepare: (store, request, authorizer) =>
    denial(authorizer, 'node:read', request.node) ??
    coordinatesRead(store, request, authorizer, () => store.coordinates.ofNode(request.node)),
};

export const updateCoordinate: WriteMethod<CoordinateRecord, true> = {
  name: 'Coordinate.Update',
  decide(leader, record, { authorizer }) {
    const denied = denial(authorizer, 'node:write', record.Node);
    if (denied !== null) return denied;
    const problem = coordinateProblem(record.Coord);
    if (problem !== null) return refusal('failed', problem);
    leader.updateCoordinate(record);
    return { reply: true };
  },
};

export const coordinateDatacenters: DirectMethod<null, readonly DatacenterCoordinates[]> = {
  name: 'Coordinate.ListDatacenters',
  isRepeatable: true,
  async answer({ control, wanMembers }) {
    const answer = await control.ask({ op: 'wan-coordinates' });
    return answer.ok ? datacenterCoordinates(wanMembers(), answer.result) : refusal('failed', answer.error);
  },
};
