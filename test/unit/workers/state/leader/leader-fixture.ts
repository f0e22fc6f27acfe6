// What leader duties stand on in tests: a store that a fake log applies to at once, captured log lines, a virtual clock, a
// pool of members.

import { mock } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import type { Command } from '../../../../../src/wire/commands.js';
import type { RuntimeConfig } from '../../../../../src/wire/config.js';
import type { ConfigEntry } from '../../../../../src/wire/config-entries/entries.js';
import { MEMBER_STATUS, type Member } from '../../../../../src/wire/gossip-pools.js';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import type { RaftConfiguration, RaftOrder, RaftPeer } from '../../../../../src/wire/raft/raft-orders.js';
import type { RaftStats } from '../../../../../src/wire/raft/raft-stats.js';
import { changed } from '../../../../../src/workers/raft/core/changes.js';
import { type LeaderConsensus, LeaderDuties } from '../../../../../src/workers/state/leader/leader-duties.js';
import type { ProposeFailure, ProposeOutcome } from '../../../../../src/workers/state/replica/consensus.js';
import { TestStore } from '../replica/store/commands.js';

/** Commits whatever is proposed, or refuses it with `failure`. */
export class FakeLog implements LeaderConsensus {
  readonly leadership = new Leadership();
  readonly store: TestStore;
  readonly proposed: Command[] = [];
  failure: ProposeFailure | null = null;
  barriers = 0;
  /** What a quorum says when it is asked whether this server leads. */
  isConfirmed = true;
  /** Proposals wait for this. */
  proposalGate: Promise<void> = Promise.resolve();
  /** Barriers wait for this. */
  gate: Promise<void> = Promise.resolve();

  constructor(store: TestStore) {
    this.store = store;
  }

  get obstacle(): ProposeFailure | null {
    return this.leadership.role === Role.leader ? null : 'no-leader';
  }

  async propose(command: Command): Promise<ProposeOutcome> {
    this.proposed.push(command);
    if (this.failure) return { ok: false, code: this.failure };
    await this.proposalGate;
    const result = this.store.run(command);
    return { ok: true, index: this.store.appliedIndex, result };
  }

  /** Raft's peers; what is ordered is done at once. */
  peers: readonly RaftPeer[] = [{ suffrage: 'voter', id: CONFIG.nodeId, address: '127.0.0.1:8300' }];
  readonly orders: RaftOrder[] = [];

  configuration(): Promise<RaftConfiguration> {
    return Promise.resolve({ index: 1, peers: this.peers });
  }

  /** Why nothing is done. */
  refusal: string | null = null;

  order(order: RaftOrder): Promise<string | null> {
    if (this.refusal !== null) return Promise.resolve(this.refusal);
    this.orders.push(order);
    if (order.order !== 'transfer' && order.order !== 'bootstrap') {
      this.peers = changed({ servers: this.peers }, order).servers;
    }
    return Promise.resolve(null);
  }

  flush(): void {}

  awaitLeader(): Promise<ProposeFailure | null> {
    return Promise.resolve(this.leadership.mayServe ? null : 'no-leader');
  }

  verifyLeader(): Promise<boolean> {
    return Promise.resolve(this.isConfirmed);
  }

  async barrier(): Promise<boolean> {
    this.barriers += 1;
    await this.gate;
    return true;
  }
}

export const CONFIG = {
  version: '1.21.4',
  datacenter: 'dc1',
  primaryDatacenter: 'dc1',
  // The certificate authority has tests of its own.
  connect: { enabled: false, caProvider: 'consul', caConfig: {}, clusterId: '', leafRootChangeSpreadMs: 0 },
  nodeName: 'srv-one',
  nodeId: '11111111-2222-4333-8444-555555555555',
  advertiseAddress: '127.0.0.1',
  ports: { dns: 8600, http: 8500, https: -1, grpc: 8502, grpcTls: 8503, server: 8300, serfLan: 8301, serfWan: 8302 },
  autopilot: {
    cleanupDeadServers: true,
    lastContactThresholdMs: 200,
    maxTrailingLogs: 250,
    minQuorum: 0,
    serverStabilizationTimeMs: 10_000,
  },
} as unknown as RuntimeConfig;

type Tags = { readonly [name: string]: string };

/** A member as main tells of it. */
export function member(name: string, tags: Tags, overrides: Partial<Member> = {}): Member {
  return {
    name,
    address: '127.0.0.1',
    port: 8301,
    tags: JSON.stringify(tags),
    status: MEMBER_STATUS.alive,
    protocolMin: 1,
    protocolMax: 5,
    protocolCurrent: 2,
    delegateMin: 2,
    delegateMax: 5,
    delegateCurrent: 4,
    ...overrides,
  };
}

export const SERVER_TAGS = {
  acls: '0',
  build: '1.21.4:59b8b905',
  dc: 'dc1',
  ft_fs: '1',
  ft_si: '1',
  grpc_port: '8502',
  grpc_tls_port: '8503',
  id: CONFIG.nodeId,
  port: '8300',
  raft_vsn: '3',
  role: 'consul',
  segment: '',
  vsn: '2',
  vsn_max: '3',
  vsn_min: '2',
  wan_join_port: '8302',
};

export const CLIENT_TAGS = {
  build: '1.21.4:59b8b905',
  dc: 'dc1',
  role: 'node',
  segment: '',
  vsn: '2',
  vsn_max: '3',
  vsn_min: '2',
};

/** This server among the members. */
export const SELF = member(CONFIG.nodeName, SERVER_TAGS);

/** A client agent; its node ID is made of its number. */
export function client(number: number, overrides: Partial<Member> = {}): Member {
  return member(
    `client-${number}`,
    { ...CLIENT_TAGS, id: nodeId(number) },
    { address: addressOf(number), ...overrides },
  );
}

export function nodeId(number: number): string {
  return `22222222-3333-4444-8555-${String(number).padStart(12, '0')}`;
}

function addressOf(number: number): string {
  return `10.1.${Math.floor(number / 256)}.${number % 256}`;
}

/** The LAN pool as the state worker keeps it, and what tells the leader of its changes. */
export class FakePool {
  readonly #members = new Map<string, Member>();

  constructor(...members: readonly Member[]) {
    this.put(...members);
  }

  readonly list = (): readonly Member[] => [...this.#members.values()];

  /** Changes that nobody is told of. */
  put(...members: readonly Member[]): void {
    for (const each of members) this.#members.set(each.name, each);
  }

  forget(...names: readonly string[]): void {
    for (const name of names) this.#members.delete(name);
  }

  change(duties: LeaderDuties, ...changed: readonly Member[]): void {
    this.put(...changed);
    duties.membersChanged({ pool: 'lan', changed, removed: [] });
  }

  remove(duties: LeaderDuties, ...removed: readonly string[]): void {
    this.forget(...removed);
    duties.membersChanged({ pool: 'lan', changed: [], removed });
  }
}

export interface LeaderFixture {
  readonly store: TestStore;
  readonly log: FakeLog;
  readonly pool: FakePool;
  readonly lines: string[];
  /** Names of members that were made to leave. */
  readonly forcedOut: string[];
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export function leaderFixture(): LeaderFixture {
  const store = new TestStore();
  const lines: string[] = [];
  const sink = new LogSink('trace', ({ level, message, fields }) => {
    const pairs = fields.map((field, at) => (at % 2 === 0 ? ` ${field}` : `=${String(field)}`)).join('');
    lines.push(`${level} ${message}${pairs}`);
  });
  const logger = new Logger('agent.server', sink);
  return {
    store,
    log: new FakeLog(store),
    pool: new FakePool(SELF),
    lines,
    forcedOut: [],
    logger,
    metrics: new Metrics(),
  };
}

export function leaderDuties(
  { store, log, pool, forcedOut, logger, metrics }: LeaderFixture,
  configEntries: readonly ConfigEntry[] = [],
): LeaderDuties {
  const members = pool.list;
  const raftStats = (): Promise<RaftStats> => Promise.resolve({ LastContact: '0', LastTerm: 2, LastIndex: 20 });
  const forceLeave = (name: string): Promise<string | null> => {
    forcedOut.push(name);
    return Promise.resolve(null);
  };
  const shared = {
    config: CONFIG,
    configEntries: () => configEntries,
    members,
    primary: null,
    raftStats,
    forceLeave,
    logger,
    metrics,
    now: Date.now,
  };
  return new LeaderDuties({ ...shared, store, consensus: log });
}

/** Lets everything that waits for no timer run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** Moves the virtual clock in steps, so that timers set by timers run too. */
export async function pass(ms: number): Promise<void> {
  const stepMs = 5_000;
  for (let left = ms; left > 0; left -= stepMs) {
    mock.timers.tick(Math.min(stepMs, left));
    await settle();
  }
}
