// The datacenters that the WAN pool's servers are in, and where each of them is (spec/rpc.md, Coordinate.ListDatacenters).

import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import { datacenterOf } from '../../../../wire/gossip/agent-tags.js';
import { isServer, memberTags } from '../../../../wire/gossip/member-tags.js';
import { type Coordinate, MEMBER_STATUS, type Member } from '../../../../wire/gossip-pools.js';

export interface DatacenterCoordinates {
  readonly datacenter: string;
  /** Node names without the datacenter behind them. */
  readonly nodes: readonly { readonly node: string; readonly coordinate: Coordinate }[];
}

/** Servers of the pool by datacenter, sorted; those that left are not part of it. */
export function serversByDatacenter(wan: readonly Member[]): ReadonlyMap<string, readonly Member[]> {
  const found = new Map<string, Member[]>();
  for (const member of wan) {
    if (member.status === MEMBER_STATUS.left || !isServer(member)) continue;
    const datacenter = datacenterOf(memberTags(member));
    const servers = found.get(datacenter);
    if (servers) servers.push(member);
    else found.set(datacenter, [member]);
  }
  return new Map([...found].sort(([a], [b]) => compareUtf8(a, b)));
}

/** Datacenters of which no server's place is known are left out, and so are such servers. */
export function datacenterCoordinates(
  wan: readonly Member[],
  coordinates: ReadonlyMap<string, Coordinate>,
): readonly DatacenterCoordinates[] {
  const shown: DatacenterCoordinates[] = [];
  for (const [datacenter, servers] of serversByDatacenter(wan)) {
    const suffix = `.${datacenter}`;
    const nodes = servers.flatMap(({ name }) => {
      const coordinate = coordinates.get(name);
      if (!coordinate) return [];
      return [{ node: name.endsWith(suffix) ? name.slice(0, -suffix.length) : name, coordinate }];
    });
    if (nodes.length > 0) shown.push({ datacenter, nodes });
  }
  return shown;
}
