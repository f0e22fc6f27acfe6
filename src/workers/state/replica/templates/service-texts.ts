// All texts of what a query looks for that a template may have something interpolated in.

import type { QueryService, StringMap } from '../../../../wire/records.js';

/** What becomes of a text; `field` is where it stands. */
export type EachText = (text: string, field: string) => string;

function texts(all: readonly string[] | null, field: string, each: EachText): readonly string[] | null {
  return all === null ? null : all.map((text) => each(text, field));
}

/** Keys are taken as they are. */
function values(pairs: StringMap | null, field: string, each: EachText): StringMap | null {
  if (pairs === null) return null;
  return Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key, each(value, `${field}[${key}]`)]));
}

/** The same with what `each` makes of its texts. */
export function withTexts(service: QueryService, each: EachText): QueryService {
  const { NearestN, Datacenters, Targets } = service.Failover;
  const targets = Targets?.map(({ Peer, Datacenter }) => ({
    Peer: each(Peer, 'Failover.Targets'),
    Datacenter: each(Datacenter, 'Failover.Targets'),
  }));
  return {
    Service: each(service.Service, 'Service'),
    SamenessGroup: each(service.SamenessGroup, 'SamenessGroup'),
    Failover: {
      NearestN,
      Datacenters: texts(Datacenters, 'Failover.Datacenters', each),
      Targets: targets ?? null,
    },
    OnlyPassing: service.OnlyPassing,
    IgnoreCheckIDs: texts(service.IgnoreCheckIDs, 'IgnoreCheckIDs', each),
    Near: each(service.Near, 'Near'),
    Tags: texts(service.Tags, 'Tags', each),
    NodeMeta: values(service.NodeMeta, 'NodeMeta', each),
    ServiceMeta: values(service.ServiceMeta, 'ServiceMeta', each),
    Connect: service.Connect,
    Peer: each(service.Peer, 'Peer'),
  };
}
