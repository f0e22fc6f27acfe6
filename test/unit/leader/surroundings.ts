// What leader duties stand on in tests: a store that a fake log applies to at once, captured log lines, a virtual clock.

import { mock } from 'node:test';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import { Metrics } from '../../../src/observe/metrics.js';
import type { Command } from '../../../src/wire/commands.js';
import type { RuntimeConfig } from '../../../src/wire/config.js';
import { Leadership } from '../../../src/wire/leadership.js';
import type { ProposeFailure, ProposeOutcome } from '../../../src/workers/state/consensus.js';
import type { LeaderConsensus } from '../../../src/workers/state/leader/leader-duties.js';
import { TestStore } from '../store/commands.js';

/** Commits whatever is proposed, or refuses it with `failure`. */
export class FakeLog implements LeaderConsensus {
  readonly leadership = new Leadership();
  readonly store: TestStore;
  readonly proposed: Command[] = [];
  failure: ProposeFailure | null = null;
  barriers = 0;
  /** Proposals wait for this. */
  proposalGate: Promise<void> = Promise.resolve();
  /** Barriers wait for this. */
  gate: Promise<void> = Promise.resolve();

  constructor(store: TestStore) {
    this.store = store;
  }

  async propose(command: Command): Promise<ProposeOutcome> {
    this.proposed.push(command);
    if (this.failure) return { ok: false, code: this.failure };
    await this.proposalGate;
    const result = this.store.run(command);
    return { ok: true, index: this.store.appliedIndex, result };
  }

  verifyLeader(): Promise<boolean> {
    return Promise.resolve(true);
  }

  barrier(): Promise<void> {
    this.barriers += 1;
    return this.gate;
  }
}

export const CONFIG = {
  version: '1.21.4',
  datacenter: 'dc1',
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

export interface Surroundings {
  readonly store: TestStore;
  readonly log: FakeLog;
  readonly lines: string[];
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export function surroundings(): Surroundings {
  const store = new TestStore();
  const lines: string[] = [];
  const sink = new LogSink('trace', ({ level, message, fields }) => {
    const pairs = fields.map((field, at) => (at % 2 === 0 ? ` ${field}` : `=${String(field)}`)).join('');
    lines.push(`${level} ${message}${pairs}`);
  });
  return { store, log: new FakeLog(store), lines, logger: new Logger('agent.server', sink), metrics: new Metrics() };
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
