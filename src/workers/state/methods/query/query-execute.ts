// PreparedQuery.Execute, ExecuteRemote and Explain. Executing reads the store as any read does; what is left is shuffled or sorted,
// and only when nothing is left are other datacenters asked, which happens outside of the store (`elsewhere`).

import { shuffle } from '../../../../random/random.js';
import type { PreparedQueryRecord } from '../../../../wire/records.js';
import type { Authorizer } from '../../acl/access.js';
import type { HealthEntry, StoreReads } from '../../replica/store/read-api.js';
import type { OtherDatacenters, PreparedRead, ReadMethod } from '../contract/method.js';
import { isRefusal, refusal } from '../contract/refusal.js';
import { type Sight, sightOf } from '../contract/sight.js';
import { isAllowed, resolveQuery, shownQuery } from './prepared-query.js';
import { failoverTargets, failsOver } from './query-failover.js';
import { instancesFor, selected } from './query-instances.js';
import { type AskedAgent, nodeToSortFrom, type QuerySource, sortedFrom } from './query-source.js';

export type { AskedAgent, QuerySource } from './query-source.js';

export interface ExecuteRequest {
  readonly idOrName: string;
  /** At most so many instances; 0: all. */
  readonly limit: number;
  /** Only what can be reached through the mesh, whatever the query says. */
  readonly connect: boolean;
  readonly source: QuerySource;
  readonly agent: AskedAgent;
  /** Where it is executed. */
  readonly datacenter: string;
}

export interface Executed {
  /** What was looked for; of templates after they were rendered. */
  readonly service: string;
  readonly nodes: readonly HealthEntry[];
  /** Of DNS answers, as the query says it. */
  readonly ttl: string;
  /** Where the instances are. */
  readonly datacenter: string;
  readonly peer: string;
  /** Places beside this one that were asked. */
  readonly failovers: number;
  /** The order means something; else one is as good as another. */
  readonly isOrdered: boolean;
  /** Nothing is left here, and others may have some. */
  readonly mayFailOver: boolean;
  /** null of another server's answer. */
  readonly of: Origin | null;
}

/** What was executed. */
interface Origin {
  readonly query: PreparedQueryRecord;
  /** Characters of it that were made for this name alone. */
  readonly madeLength: number;
  /** As of which index distances were known; 0 where none are needed. */
  readonly coordinates: number;
}

function executed(query: PreparedQueryRecord, nodes: Executed['nodes'], datacenter: string): Executed {
  const { Service, DNS } = query;
  return {
    service: Service.Service,
    nodes,
    ttl: DNS.TTL,
    datacenter,
    peer: Service.Peer,
    failovers: 0,
    isOrdered: false,
    mayFailOver: false,
    of: { query, madeLength: 0, coordinates: 0 },
  };
}

function limited(nodes: Executed['nodes'], limit: number): Executed['nodes'] {
  return limit > 0 && nodes.length > limit ? nodes.slice(0, limit) : nodes;
}

const INSTANCE_RULES = ['service:read', 'node:read'] as const;

/** `sight`: null where everything is seen. */
function seenEntries(entries: Executed['nodes'], sight: Sight | null): Executed['nodes'] {
  if (sight === null) return entries;
  return sight.keepNow(entries, ({ node, service }) => sight.instance(node.Node, service.Service));
}

const NOTHING_TO_WATCH = { watch: () => [] } as const;

function isSame(now: Executed, before: Executed): boolean {
  return (
    now.nodes === before.nodes &&
    now.of?.query === before.of?.query &&
    now.of?.coordinates === before.of?.coordinates &&
    now.isOrdered === before.isOrdered
  );
}

function executionOf(store: StoreReads, request: ExecuteRequest, authorizer: Authorizer): PreparedRead<Executed> {
  const { idOrName, agent, source, connect, datacenter, limit } = request;
  const resolve = () => resolveQuery(store, idOrName, agent.segment);
  const sight = sightOf(authorizer, ...INSTANCE_RULES);
  return {
    ...NOTHING_TO_WATCH,
    refuse() {
      const resolved = resolve();
      return isRefusal(resolved) ? resolved : null;
    },
    read() {
      const resolved = resolve();
      if (isRefusal(resolved)) throw new Error(resolved.text);
      const { query, madeLength } = resolved;
      const near = nodeToSortFrom(store, query, source, agent);
      const coordinates = near === '' ? 0 : store.index('coordinates');
      const all = executed(query, instancesFor(store, query.Service, connect), datacenter);
      return { index: 0, value: { ...all, isOrdered: near !== '', of: { query, madeLength, coordinates } } };
    },
    narrow(value) {
      const { of } = value;
      if (of === null) return value;
      const { query } = of;
      const kept = selected(seenEntries(value.nodes, sight), query.Service);
      shuffle(Math.random, kept);
      const near = value.isOrdered ? nodeToSortFrom(store, query, source, agent) : '';
      const nodes = limited(near === '' ? kept : sortedFrom(near, kept, store), limit);
      return { ...value, nodes, mayFailOver: nodes.length === 0 && failsOver(query.Service.Failover) };
    },
    elsewhere(value, others) {
      return value.mayFailOver && value.of !== null ? failOver(value, value.of.query, request, others) : null;
    },
    isSame,
    ...(sight === null ? {} : { sight }),
  };
}

/** Asks one place after the other until one has some. Who can't be reached has none. */
async function failOver(
  here: Executed,
  query: PreparedQueryRecord,
  { limit, connect }: ExecuteRequest,
  others: OtherDatacenters,
): Promise<Executed> {
  let last = here;
  let failovers = 0;
  for (const { datacenter, peer } of await failoverTargets(query.Service.Failover, others)) {
    failovers += 1;
    if (peer !== '') {
      last = { ...here, peer };
      continue;
    }
    const answer = await others.ask(executeRemote, { query, limit, connect, datacenter }, datacenter);
    if (isRefusal(answer)) continue;
    last = answer;
    if (answer.nodes.length > 0) break;
  }
  return { ...last, failovers, mayFailOver: false };
}

export const executeQuery: ReadMethod<ExecuteRequest, Executed> = {
  name: 'PreparedQuery.Execute',
  isOnce: true,
  // "Specifies the ACL token to use each time the query is executed" (public reference: prepared queries, `Token`).
  actsAs(store, { idOrName, agent }) {
    const resolved = resolveQuery(store, idOrName, agent.segment);
    return isRefusal(resolved) ? '' : resolved.query.Token;
  },
  prepare: executionOf,
};

/** Of a query that is the asking datacenter's, which has rendered it. */
export interface RemoteExecution {
  readonly query: PreparedQueryRecord;
  readonly limit: number;
  readonly connect: boolean;
  /** Where it is executed. */
  readonly datacenter: string;
}

export const executeRemote: ReadMethod<RemoteExecution, Executed> = {
  name: 'PreparedQuery.ExecuteRemote',
  isOnce: true,
  actsAs: (_store, { query }) => query.Token,
  prepare(store, { query, limit, connect, datacenter }, authorizer) {
    const sight = sightOf(authorizer, ...INSTANCE_RULES);
    return {
      ...NOTHING_TO_WATCH,
      read: () => ({
        index: 0,
        value: executed(query, instancesFor(store, query.Service, connect), datacenter),
      }),
      narrow(value) {
        const kept = selected(seenEntries(value.nodes, sight), query.Service);
        shuffle(Math.random, kept);
        return { ...value, nodes: limited(kept, limit) };
      },
      ...(sight === null ? {} : { sight }),
    };
  },
};

/** What would be executed. */
export const explainQuery: ReadMethod<ExecuteRequest, PreparedQueryRecord> = {
  name: 'PreparedQuery.Explain',
  isOnce: true,
  prepare(store, { idOrName, agent }, authorizer) {
    const resolve = () => resolveQuery(store, idOrName, agent.segment);
    return {
      ...NOTHING_TO_WATCH,
      refuse() {
        const resolved = resolve();
        if (isRefusal(resolved)) return resolved;
        return isAllowed(authorizer, 'query:read', resolved.stored) ? null : refusal('denied');
      },
      read() {
        const resolved = resolve();
        if (isRefusal(resolved)) throw new Error(resolved.text);
        return { index: 0, value: shownQuery(resolved.query, authorizer) };
      },
    };
  },
};
