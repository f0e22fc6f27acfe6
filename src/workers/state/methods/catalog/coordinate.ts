// Coordinate.*: where nodes and datacenters are in the network (spec/gossip.md, section 17). An update is only gathered by the
// leader; it is seen once it was written with many others.

import { coordinateProblem } from '../../../../wire/coordinate.js';
import type { CoordinateRecord } from '../../../../wire/records.js';
import { type DatacenterCoordinates, datacenterCoordinates } from '../../gossip/members/wan-datacenters.js';
import type { DirectMethod, ReadMethod, WriteMethod } from '../contract/method.js';
import { denial, refusal } from '../contract/refusal.js';

export type { DatacenterCoordinates } from '../../gossip/members/wan-datacenters.js';

type Records = readonly CoordinateRecord[];

export interface CoordinatesRequest {
  /** "" is the default segment; null = all. */
  readonly segment: string | null;
}

export function inSegment(records: Records, { segment }: CoordinatesRequest): Records {
  return segment === null ? records : records.filter(({ Segment }) => Segment === segment);
}

export const listCoordinates: ReadMethod<CoordinatesRequest, Records> = {
  name: 'Coordinate.ListNodes',
  prepare: (store, request) => ({
    read: () => store.coordinates.list(),
    watch: () => store.targets.coordinates(),
    narrow: (value) => inSegment(value, request),
  }),
};

export interface NodeCoordinatesRequest extends CoordinatesRequest {
  readonly node: string;
}

export const nodeCoordinates: ReadMethod<NodeCoordinatesRequest, Records> = {
  name: 'Coordinate.Node',
  prepare: (store, request) => ({
    read: () => store.coordinates.ofNode(request.node),
    watch: () => store.targets.coordinates(),
    narrow: (value) => inSegment(value, request),
  }),
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
