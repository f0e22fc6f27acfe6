// The parts of a Serf machine, and which of them each is built on.

import { GossipCore } from '../core/gossip-core.js';
import { NO_HOOKS } from '../core/hooks.js';
import { Timers } from '../core/timers.js';
import { NetworkCoordinates } from './coordinates/network-coordinates.js';
import { Departure } from './members/departure.js';
import { Intents } from './members/intents.js';
import { MemberRules } from './members/member-rules.js';
import { NameConflict } from './members/name-conflict.js';
import { RecentIntents } from './members/recent-intents.js';
import { Rejoin } from './members/rejoin.js';
import { Broadcasts } from './pool/broadcasts.js';
import { Members } from './pool/members.js';
import type { PoolOptions } from './pool/options.js';
import { SerfOutbox } from './pool/serf-outbox.js';
import type { SerfPool } from './pool/serf-pool.js';
import type { SnapshotJournal } from './pool/snapshot-journal.js';
import { LamportClock } from './protocol/lamport-clock.js';
import { InternalQueries } from './query/internal-queries.js';
import { KeyQueries } from './query/key-queries.js';
import { Queries } from './query/queries.js';
import { QueryClient } from './query/query-client.js';
import { Responses } from './query/responses.js';
import { localState } from './state-exchange.js';
import { UserEvents } from './user-events.js';

export interface SerfParts {
  readonly pool: SerfPool;
  readonly recent: RecentIntents;
  readonly rules: MemberRules;
  readonly intents: Intents;
  readonly events: UserEvents;
  readonly responses: Responses;
  readonly keys: KeyQueries;
  readonly queries: Queries;
  readonly queryClient: QueryClient;
  readonly conflict: NameConflict;
  readonly departure: Departure;
  readonly rejoin: Rejoin;
}

/** Memberlist's core asks Serf in the middle of its work: the two are made with each other. */
export function partsOf(options: PoolOptions, journal: SnapshotJournal | null): SerfParts {
  const clocks = { member: new LamportClock(), event: new LamportClock(), query: new LamportClock() };
  const { self, gossip, serf, random, layerOverhead, rules: mergeRules } = options;
  const members = new Members();
  const broadcasts = new Broadcasts({ serf, gossip, layerOverhead, memberCount: () => members.size });
  const coordinates = new NetworkCoordinates(random);
  const core = new GossipCore({
    self,
    settings: gossip,
    random,
    layerOverhead,
    hooks: {
      refuseSource: (ip) => mergeRules?.refuseSource(ip) ?? null,
      refuseAlive: mergeRules === null ? null : (node, isJudged) => mergeRules.refuseAlive(node, isJudged),
      refuseMerge: (nodes) => (mergeRules ?? NO_HOOKS).refuseMerge(nodes),
      ackPayload: () => coordinates.ackPayload(),
      broadcasts: (overhead, limit) => broadcasts.take(overhead, limit),
      localState: () => localState({ pool, events }),
    },
  });
  const timers = new Timers();
  const out = new SerfOutbox({
    ...{ journal, timers, settings: serf },
    memberClock: clocks.member,
    nowMs: () => pool.latestMs,
  });
  const pool: SerfPool = {
    ...{ options, core, timers, clocks, members, broadcasts, coordinates, out },
    state: 'alive',
    latestMs: 0,
  };
  const recent = new RecentIntents();
  const rules = new MemberRules(pool, recent);
  const intents = new Intents(pool, recent, rules);
  const events = new UserEvents(pool);
  const responses = new Responses(pool);
  const keys = new KeyQueries(pool, responses);
  const queries = new Queries(pool, responses, new InternalQueries(pool, responses, keys));
  const queryClient = new QueryClient(pool, queries);
  const conflict = new NameConflict(pool, queryClient);
  const departure = new Departure(pool, intents);
  const rejoin = new Rejoin(pool);
  return { pool, recent, rules, intents, events, responses, keys, queries, queryClient, conflict, departure, rejoin };
}
