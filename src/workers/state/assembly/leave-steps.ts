// What a server does beside leaving the pools: before it, it hands over what it leads; after it, it waits until the others have taken
// it out of the Raft configuration (spec/raft.md, section 10). Nothing on a client agent.

import type { LeaveStep } from '../../../wire/state-worker.js';
import type { ServerQuestions } from '../cluster/server-questions.js';
import type { ClusterView } from '../methods/contract/cluster-view.js';

/** Another server is asked after so long whether this one is still in the configuration. */
const POLL_MS = 100;
/** It was removed, or nobody is left who could do it. */
const REMOVAL_WITHIN_MS = 5_000;

export interface LeavingServer {
  readonly cluster: Pick<ClusterView, 'configuration' | 'order'>;
  readonly questions: Pick<ServerQuestions, 'peers'>;
  readonly nodeId: string;
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

/**
 * The others say it, each for itself: a server that was removed isn't sent the entry that says so, and when the leader is silent
 * to it no longer knows who leads.
 */
async function beRemoved({ cluster, questions, nodeId }: LeavingServer): Promise<void> {
  const { peers } = await cluster.configuration();
  const own = peers.find(({ id }) => id === nodeId);
  const others = peers.filter(({ id }) => id !== nodeId);
  if (own === undefined) return;
  const untilMs = performance.now() + REMOVAL_WITHIN_MS;
  for (let turn = 0; performance.now() < untilMs; turn += 1) {
    const other = others[turn % others.length];
    if (other === undefined) return;
    const known = (await questions.peers(other.address)) ?? [];
    // Who has just begun anew knows of nobody.
    if (known.length > 0 && !known.includes(own.address)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
