// What a server does beside leaving the pools: before it, it hands over what it leads; after it, it waits until the others have taken
// it out of the Raft configuration (spec/raft.md, section 10). Nothing on a client agent.

import type { LeaveStep } from '../../../wire/state-worker.js';
import type { Calls } from '../calls/calls.js';
import type { ClusterView } from '../methods/contract/cluster-view.js';
import { isRefusal } from '../methods/contract/refusal.js';
import { raftConfiguration } from '../methods/operator/operator-raft.js';

/** The leader is asked again after so long whether this server is still in the configuration. */
const POLL_MS = 100;
/** It was removed, or nobody is left who could do it. */
const REMOVAL_WITHIN_MS = 5_000;

export interface LeavingServer {
  readonly cluster: Pick<ClusterView, 'configuration' | 'order'>;
  readonly calls: Pick<Calls, 'write'>;
  readonly nodeId: string;
  readonly datacenter: string;
  /** The secret that it asks other servers with. */
  readonly token: () => string;
  readonly leads: () => boolean;
  readonly warn: (problem: string) => void;
}

export class LeaveSteps {
  #server: LeavingServer | null = null;

  setServer(server: LeavingServer): void {
    this.#server = server;
  }

  async carryOut(step: LeaveStep): Promise<void> {
    if (this.#server === null) return;
    await (step === 'hand-over' ? handOver(this.#server) : beRemoved(this.#server));
  }
}

/** So that nobody has to notice first that the leader is gone. One that is alone goes as it is. */
async function handOver({ cluster, leads, warn }: LeavingServer): Promise<void> {
  if (!leads()) return;
  const { peers } = await cluster.configuration();
  if (peers.filter(({ suffrage }) => suffrage === 'voter').length < 2) return;
  const problem = await cluster.order({ order: 'transfer', id: null });
  if (problem !== null) warn(problem);
}

/** The leader says it: a server that was removed isn't sent the entry that says so. */
async function beRemoved({ cluster, calls, nodeId, datacenter, token }: LeavingServer): Promise<void> {
  const { peers } = await cluster.configuration();
  if (!peers.some(({ id }) => id !== nodeId)) return;
  const untilMs = performance.now() + REMOVAL_WITHIN_MS;
  while (performance.now() < untilMs) {
    const servers = await calls.write(raftConfiguration, null, datacenter, { token: token() });
    if (!isRefusal(servers) && !servers.some(({ id }) => id === nodeId)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
