// The worker's figures by Consul's names (spec/agent.md, section 6). Series on the write path are kept, so that counting
// costs no look-up; gauges are read once a second.

import type { Metrics, Series } from '../../observe/metrics.js';
import type { RaftCore } from './core/raft.js';
import type { Role } from './core/ready.js';

const GAUGE_INTERVAL_MS = 1000;

export class RaftMetrics {
  /** Proposed entries. */
  readonly apply: Series;
  /** Milliseconds from taking a group of proposals to its commit. */
  readonly commitTime: Series;
  /** Milliseconds of one synced write. */
  readonly dispatchLog: Series;
  readonly barrier: Series;
  readonly verifyLeader: Series;
  readonly #metrics: Metrics;
  readonly #timer: NodeJS.Timeout;

  constructor(metrics: Metrics, core: RaftCore, applied: () => number) {
    this.#metrics = metrics;
    this.apply = metrics.counter('raft.apply');
    this.commitTime = metrics.sample('raft.commitTime');
    this.dispatchLog = metrics.sample('raft.leader.dispatchLog');
    this.barrier = metrics.counter('raft.barrier');
    this.verifyLeader = metrics.counter('raft.verify_leader');
    const read = (): void => {
      metrics.gauge('raft.last_index', core.log.last.index);
      metrics.gauge('raft.applied_index', applied());
      metrics.gauge('raft.peers', core.configuration.servers.length);
    };
    read();
    this.#timer = setInterval(read, GAUGE_INTERVAL_MS);
    this.#timer.unref();
  }

  /** How many entries the last commit and the last synced write had are gauges, as Consul has them. */
  committed(entries: number): void {
    this.#metrics.gauge('raft.commitNumLogs', entries);
  }

  dispatched(entries: number): void {
    this.#metrics.gauge('raft.leader.dispatchNumLogs', entries);
  }

  role(role: Role): void {
    this.#metrics.increment(`raft.state.${role}`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
