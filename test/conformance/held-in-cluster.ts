// The HTTP kit against an agent of a cluster: what passes on a lone server passes there, but for what is listed with its reason.

import { inCluster, type Way, wayArguments } from './cluster.js';
import { recorded, replayHttp } from './http-kit.js';
import { KindsOfAgents } from './kinds-of-agents.js';
import { holdKit } from './kit.js';
import type { WaitingList } from './standing.js';
import { waiting } from './waiting/http.js';

/** The cluster has no ACLs. */
const isOfAcls = (name: string): boolean => name.startsWith('acl');
const scenarios = recorded.filter(({ name }) => !isOfAcls(name));
const starting = Object.fromEntries(Object.entries(waiting).filter(([name]) => !isOfAcls(name)));

/** `unlike`: what can't be the same there. */
export function holdInCluster(way: Way, unlike: WaitingList): void {
  const agents = new KindsOfAgents(inCluster(way));
  holdKit({
    name: `http on a ${way}`,
    scenarios,
    waiting: joined(starting, unlike),
    replay: (scenario) => replayHttp(agents, scenario, wayArguments(way)),
    concurrency: 1,
    close: () => agents.close(),
  });
}

/** A scenario that stands in both has the steps of both. */
function joined(one: WaitingList, other: WaitingList): WaitingList {
  const both = Object.entries(other).map(([name, { reason, steps = [] }]) => {
    const before = one[name];
    if (before === undefined) return [name, { reason, steps }] as const;
    return [name, { reason: `${before.reason}; ${reason}`, steps: [...(before.steps ?? []), ...steps] }] as const;
  });
  return { ...one, ...Object.fromEntries(both) };
}
