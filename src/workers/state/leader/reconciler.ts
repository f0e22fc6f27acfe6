// Makes the catalog agree with gossip while this server leads (spec/raft.md, section 8): members that changed at once, all of
// them in a full pass, after which nodes of agents that gossip doesn't know are reaped. Many commands are under way together,
// never two about one name or one node ID.

import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import type { Command } from '../../../wire/commands.js';
import type { Member, MemberChanges } from '../../../wire/gossip-pools.js';
import { SERF_HEALTH } from '../../../wire/leader-registration.js';
import {
  type Circumstances,
  peerChangeOf,
  peerChangeOfForgotten,
  type Verdict,
  verdictOn,
  verdictOnForgotten,
} from './member-verdict.js';
import type { PeerChange } from './raft-peers.js';

/** Ten thousand joins must not take as many round trips one after another, nor fill the log's queue. */
const MAX_IN_FLIGHT = 64;
/** Members looked at before other events have their turn: about a millisecond. */
const SLICE = 256;

export interface ReconcilerOptions extends Circumstances {
  /** null: done; else why not. Settles at the latest when leadership is lost. */
  readonly propose: (command: Command) => Promise<string | null>;
  /** False: this server may not have met everybody in the pool yet, so that nobody is reaped. */
  readonly knowsPool: () => boolean;
  /** The same of Raft's peers. */
  readonly changePeers: (change: PeerChange) => Promise<string | null>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A full pass, or a part of it: done when none of its entries is outstanding. */
interface Pass {
  outstanding: number;
  readonly end: (isComplete: boolean) => void;
}

/** A member that waits to be looked at. */
interface Entry {
  /** As it was told last; null: gossip has forgotten it. */
  subject: Member | null;
  /** The pass that waits for it. */
  pass: Pass | null;
  /** A node ID that must be out of flight first; "" for none. */
  blockedBy: string;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** By name, in the order they came; a name that is told again keeps its place. No more than the pool and the catalog have. */
  readonly #pending = new Map<string, Entry>();
  /** In lower case, as the catalog tells names apart. */
  readonly #namesInFlight = new Set<string>();
  readonly #idsInFlight = new Set<string>();
  #pass: Pass | null = null;
  /** Raised by every full pass and by {@link stop}: what began before is no longer wanted. */
  #round = 0;
  /** Raised by {@link stop}: answers to commands from before concern nobody. */
  #tenure = 0;
  #isScheduled = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Members waiting to be looked at. */
  get waiting(): number {
    return this.#pending.size;
  }

  changed({ pool, changed, removed }: MemberChanges): void {
    if (pool !== 'lan') return;
    for (const member of changed) this.#add(member.name, member, null);
    for (const name of removed) if (this.#mayBeInCatalog(name)) this.#add(name, null, null);
    this.#schedule();
  }

  /** A full pass. False: it was given up for a later one, or because leadership ended. */
  async all(): Promise<boolean> {
    this.#round += 1;
    const round = this.#round;
    if (!(await this.#look(this.#options.members().map((member) => [member.name, member])))) return false;
    if (round !== this.#round) return false;
    return this.#look(this.#unknownToGossip().map((name) => [name, null]));
  }

  stop(): void {
    this.#round += 1;
    this.#tenure += 1;
    this.#pending.clear();
    this.#namesInFlight.clear();
    this.#idsInFlight.clear();
    this.#pass?.end(false);
    this.#pass = null;
  }

  #look(subjects: readonly (readonly [string, Member | null])[]): Promise<boolean> {
    this.#pass?.end(false);
    return new Promise((resolve) => {
      const pass: Pass = { outstanding: 1, end: resolve };
      this.#pass = pass;
      for (const [name, subject] of subjects) this.#add(name, subject, pass);
      settle(pass);
      this.#schedule();
    });
  }

  /** Nodes with `serfHealth` that are no members. */
  #unknownToGossip(): string[] {
    const { catalog, members, ownName, knowsPool, logger } = this.#options;
    if (!knowsPool()) return [];
    const known = new Set(members().map(({ name }) => name.toLowerCase()));
    if (!known.has(ownName.toLowerCase())) {
      // A pool without ourselves isn't one to judge others by.
      logger.warn('this server is not among the members, no node is reaped');
      return [];
    }
    const names: string[] = [];
    for (const { Node } of catalog.nodes(null).value) {
      if (!known.has(Node.toLowerCase()) && catalog.check(Node, SERF_HEALTH)) names.push(Node);
    }
    return names;
  }

  #mayBeInCatalog(name: string): boolean {
    if (this.#pending.has(name) || this.#namesInFlight.has(name.toLowerCase())) return true;
    return this.#options.catalog.node(name) !== undefined;
  }

  #add(name: string, subject: Member | null, pass: Pass | null): void {
    const entry = this.#pending.get(name);
    if (pass) pass.outstanding += 1;
    if (!entry) {
      this.#pending.set(name, { subject, pass, blockedBy: '' });
      return;
    }
    entry.subject = subject;
    entry.blockedBy = '';
    if (!pass) return;
    settle(entry.pass);
    entry.pass = pass;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#pending.size === 0) return;
    this.#isScheduled = true;
    // Answers come many at a time: one walk for all of them.
    queueMicrotask(() => this.#work());
  }

  #work(): void {
    this.#isScheduled = false;
    let looked = 0;
    for (const [name, entry] of this.#pending) {
      if (this.#namesInFlight.size >= MAX_IN_FLIGHT) return;
      if (this.#isBlocked(name, entry)) continue;
      if (looked === SLICE) {
        this.#isScheduled = true;
        setImmediate(() => this.#work());
        return;
      }
      looked += 1;
      this.#lookAt(name, entry);
    }
  }

  #isBlocked(name: string, { blockedBy }: Entry): boolean {
    return this.#idsInFlight.has(blockedBy) || this.#namesInFlight.has(name.toLowerCase());
  }

  #lookAt(name: string, entry: Entry): void {
    const { subject } = entry;
    const verdict = subject ? verdictOn(this.#options, subject) : verdictOnForgotten(this.#options, name);
    if (verdict?.command && this.#idsInFlight.has(verdict.nodeId)) {
      // The same agent under another name: the catalog renames the node, so what comes next depends on the outcome.
      entry.blockedBy = verdict.nodeId;
      return;
    }
    this.#pending.delete(name);
    if (verdict) this.#options.logger.log(verdict.level, verdict.message, ...verdict.fields);
    const change = subject ? peerChangeOf(this.#options, subject) : peerChangeOfForgotten(this.#options, name);
    if (verdict?.command || change) void this.#carryOut(name, entry.pass, verdict, change);
    else settle(entry.pass);
  }

  async #carryOut(name: string, pass: Pass | null, verdict: Verdict | null, change: PeerChange | null): Promise<void> {
    const { propose, changePeers, metrics, logger } = this.#options;
    const command = verdict?.command ?? null;
    const nodeId = command && verdict ? verdict.nodeId : '';
    const key = name.toLowerCase();
    const tenure = this.#tenure;
    this.#namesInFlight.add(key);
    if (nodeId !== '') this.#idsInFlight.add(nodeId);
    const startedMs = performance.now();
    let problem = change && (await changePeers(change));
    // Who couldn't become a peer isn't shown as one.
    if (problem === null && command && tenure === this.#tenure) problem = await propose(command);
    metrics.observe('leader.reconcileMember', performance.now() - startedMs);
    if (tenure !== this.#tenure) return;
    this.#namesInFlight.delete(key);
    this.#idsInFlight.delete(nodeId);
    if (problem !== null) {
      logger.error('failed to reconcile member', 'member', name, 'partition', 'default', 'error', problem);
    }
    settle(pass);
    this.#schedule();
  }
}

/** One of the pass's entries is done with. */
function settle(pass: Pass | null): void {
  if (!pass) return;
  pass.outstanding -= 1;
  if (pass.outstanding === 0) pass.end(true);
}
