// Several servers in one virtual world, each with the shell that ships, its log, the client and a state machine behind it: the
// network is rude, disks are slow and lose what isn't synced, servers crash at any point and come back. Time, network and
// faults follow one seed; the invariants are looked at after everything that happens to a core.

import assert from 'node:assert/strict';
import type { RaftOrder } from '../../../src/wire/raft/raft-orders.js';
import type { RaftToState } from '../../../src/wire/raft/raft-port.js';
import type { RaftSettings } from '../../../src/wire/raft/raft-worker.js';
import { bootstrapWith } from '../../../src/workers/raft/core/bootstrap.js';
import { changed, type MembershipOrder } from '../../../src/workers/raft/core/changes.js';
import { type Configuration, problemOf, type Suffrage } from '../../../src/workers/raft/core/configuration.js';
import { ORIGIN } from '../../../src/workers/raft/core/entry.js';
import type { RaftCore } from '../../../src/workers/raft/core/raft.js';
import type { ServerSettings } from '../../../src/workers/raft/start.js';
import { recoverStorage } from '../../../src/workers/raft/storage.js';
import { recoverLog } from '../../../src/workers/raft/store/log-recovery.js';
import { LogStore } from '../../../src/workers/raft/store/log-store.js';
import type { PeerMessage } from '../../../src/workers/raft/transport/transport.js';
import type { Random } from '../../random.js';
import { type Clock, skewedClock, TRUE_CLOCK } from './clock.js';
import { Invariants } from './invariants.js';
import { Life } from './life.js';
import { Network } from './network.js';
import { type Machine, StateMachine, setCommand } from './state-machine.js';
import { VirtualDisk } from './virtual-disk.js';
import { attached, VirtualSnapshots } from './virtual-snapshots.js';

const RAFT: RaftSettings = {
  heartbeatTimeoutMs: 200,
  electionTimeoutMs: 200,
  leaderLeaseMs: 200,
  snapshotThreshold: 1e9,
  snapshotIntervalMs: 1e9,
  trailingLogs: 5,
};
const TICK_MS = 10;
/** Requests of the simulator's own, beside the client's. */
const FIRST_REQUEST = 1e6;

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface SimulatedServer {
  readonly id: string;
  readonly disk: VirtualDisk;
  readonly snapshots: VirtualSnapshots;
  life: Life | null;
  /** Of the present life. */
  clock: Clock;
  writeEndsMs: number;
  /** Its process is stopped until then: what is sent to it waits, its clock goes on. */
  frozenUntilMs: number;
  /** What waits for it meanwhile. */
  waiting: PeerMessage[];
}

export interface ClusterShape {
  readonly voters: number;
  readonly nonVoters: number;
  /** What is other than in storms, whose timeouts are short. */
  readonly timing?: Partial<RaftSettings>;
}

/** What lies behind the log of a server, anew in each of its lives. */
export type MachineMaker = (id: string) => Machine;

export class Cluster {
  readonly random: Random;
  readonly network: Network;
  readonly servers: readonly SimulatedServer[];
  readonly ids: readonly string[];
  readonly invariants = new Invariants();
  nowMs = 0;
  /** The longest that a write takes. */
  slowestWriteMs = 30;
  /** The same for a leader. */
  slowestLeaderWriteMs = 30;
  /** What each life's clock is drawn from; null while all clocks are true. */
  clocks: Random | null = null;
  /** The longest that a state takes to hear a word from its log. */
  slowestStateMs = 0;
  /** The chance of a crash at each point where a server turns to the world. */
  crashesWithin = 0;
  /** How often what happened. */
  readonly seen = {
    truncations: 0,
    installs: 0,
    changes: 0,
    acknowledged: 0,
    lost: 0,
    confirmed: 0,
    leaseReads: 0,
    restores: 0,
    frozen: 0,
  };
  /** What clients were told is written, by index. */
  readonly written = new Map<number, string>();
  /** Everything through here was restored away, as a client was told. */
  restoredAway = 0;
  readonly #byId: ReadonlyMap<string, SimulatedServer>;
  readonly #raft: RaftSettings;
  readonly #voters: number;
  readonly #history = new Map<number, string>();
  /** The highest index that any client was told is committed. */
  #acknowledged = 0;
  /** Orders without an answer. */
  readonly #orders = new Map<number, Life>();
  #nextKey = 0;
  #nextRequest = FIRST_REQUEST;
  #failure: { readonly error: unknown } | null = null;

  readonly #makeMachine: MachineMaker;

  constructor(random: Random, { voters, nonVoters, timing }: ClusterShape, makeMachine: MachineMaker | null = null) {
    this.#raft = { ...RAFT, ...timing };
    this.random = random;
    this.#makeMachine = makeMachine ?? ((id) => new StateMachine(id, this.#history));
    this.network = new Network(random, TICK_MS);
    this.#voters = voters;
    this.servers = Array.from({ length: voters + nonVoters }, (_, i) => ({
      id: `s${i}`,
      disk: new VirtualDisk(random),
      snapshots: new VirtualSnapshots(),
      life: null,
      clock: TRUE_CLOCK,
      writeEndsMs: 0,
      frozenUntilMs: 0,
      waiting: [],
    }));
    this.ids = this.servers.map(({ id }) => id);
    this.#byId = new Map(this.servers.map((server) => [server.id, server]));
  }

  async bootstrap(): Promise<void> {
    const suffrage = (i: number): Suffrage => (i < this.#voters ? 'voter' : 'nonvoter');
    const servers = this.ids.map((id, i) => ({ suffrage: suffrage(i), id, address: `${id}:8300` }));
    const first = bootstrapWith({ servers });
    for (const server of this.servers) {
      const { disk } = server;
      const store = new LogStore(disk, disk, await this.#driven(disk, recoverLog(disk, ORIGIN, disk)));
      await this.#driven(disk, store.persist(first));
      this.invariants.wrote(server.id, first);
      await this.start(server);
    }
  }

  async start(server: SimulatedServer): Promise<void> {
    const { id, disk } = server;
    const clock = this.clocks ? skewedClock(this.clocks) : TRUE_CLOCK;
    server.clock = clock;
    const settings: ServerSettings = {
      raft: this.#raft,
      serverId: id,
      serverAddress: `${id}:8300`,
      bootstrap: false,
      bootstrapExpect: 0,
    };
    const life: Life = new Life({
      settings,
      machine: this.#makeMachine(id),
      now: () => clock(this.nowMs),
      // Coarse, so that entries share records of the log and don't.
      unixMs: () => Math.floor(clock(this.nowMs) / 20),
      random: () => this.random.next(),
      peril: () => server.life === life && this.#dies(server),
      deafForMs: () => (this.slowestStateMs === 0 ? 0 : this.random.below(this.slowestStateMs)),
      writing: () => this.#writing(server),
      wrote: (work) =>
        this.#checked(() => {
          if (work.truncateAfter !== null) this.seen.truncations += 1;
          if (work.restart !== null) this.seen.installs += 1;
          this.invariants.wrote(id, work);
        }),
      told: (message) => this.#checked(() => this.#told(life, message)),
      sent: (message) => this.#send(life, message),
      failed: (error) => this.#fail(error),
    });
    const isOver = (): boolean => life.isOver;
    const own = disk.attach(isOver);
    const snapshots = attached(server.snapshots, isOver, {
      // A restore follows: what the log was until then is gone with it.
      begins: () => this.#checked(() => this.invariants.finishesSnapshot(life.server.core)),
      peril: () => server.life === life && this.#dies(server),
    });
    const storage = await this.#driven(
      disk,
      recoverStorage(own, own, snapshots, () => {}),
    );
    this.invariants.recovered(id, storage.recovered);
    server.life = life;
    // It may die of what it does at its start.
    const started = life.start(storage);
    await this.#driven(disk, Promise.race([started, life.over]));
    if (server.life !== life) return;
    life.server.core.tick(clock(this.nowMs));
    this.#turn(life);
  }

  crash(server: SimulatedServer): void {
    server.life?.end();
    server.life = null;
    server.disk.crash();
    server.frozenUntilMs = 0;
    server.waiting = [];
  }

  /** For who is done with it: the timers of its servers would keep all of it in memory. */
  end(): void {
    for (const { life } of this.servers) life?.end();
  }

  /** A process is stopped for some time, and goes on as if nothing had been. */
  freeze(server: SimulatedServer, ms: number): void {
    if (!server.life || this.isFrozen(server)) return;
    server.frozenUntilMs = this.nowMs + ms;
    this.seen.frozen += 1;
  }

  isFrozen({ frozenUntilMs }: SimulatedServer): boolean {
    return frozenUntilMs > this.nowMs;
  }

  core(server: SimulatedServer): RaftCore | null {
    return server.life?.server.core ?? null;
  }

  /** A client writes wherever it is told that somebody leads; each write gets one answer, and only the truth. */
  propose(): void {
    for (const server of this.servers) {
      const { life } = server;
      if (life?.client.obstacle !== null || this.isFrozen(server)) continue;
      const key = `key ${this.#nextKey++}`;
      life.client.propose(setCommand(key)).then((outcome) => {
        if (!outcome.ok) {
          if (outcome.code === 'leadership-lost') this.seen.lost += 1;
          return;
        }
        this.seen.acknowledged += 1;
        this.written.set(outcome.index, key);
        this.#acknowledged = Math.max(this.#acknowledged, outcome.index);
        this.#checked(() => assert.equal(this.#history.get(outcome.index), key, `index ${outcome.index} isn't ${key}`));
      });
    }
  }

  /** A consistent read, wherever somebody leads: it sees what was acknowledged before it was asked. */
  readConsistently(): void {
    for (const server of this.servers) {
      const { id, life } = server;
      if (!life || this.isFrozen(server)) continue;
      const before = this.#acknowledged;
      life.client.verifyLeader().then((isLeader) => {
        if (!isLeader || life.isOver) return;
        this.seen.confirmed += 1;
        this.#checked(() => assert.ok(life.machine.through >= before, `${id} reads without index ${before}`));
      });
    }
  }

  /** The leader is ordered to change the membership, when it may do so at once. */
  change(choose: (now: Configuration) => MembershipOrder | null): void {
    const life = this.#awakeLeader();
    if (!life || life.isOver) return;
    const { core } = life.server;
    const mayChange = core.committedConfiguration !== null && core.log.committed >= (core.termBegin ?? 0);
    const order = mayChange && !core.isTransferring ? choose(core.configuration) : null;
    const next = order && changed(core.configuration, order);
    if (!order || !next || problemOf(next) !== null) return;
    if (next !== core.configuration) {
      this.seen.changes += 1;
      const index = core.log.last.index + 1;
      this.#checked(() => this.invariants.configurationAppended(core, index, core.term, next));
    }
    this.#order(life, order);
  }

  /** An operator restores a state without content, wherever somebody leads. */
  restore(): void {
    const life = this.#awakeLeader();
    if (!life || life.isOver) return;
    const before = this.#acknowledged;
    life.client.restoreState('[]', 0).then((error) => {
      if (error !== null || life.isOver) return;
      this.seen.restores += 1;
      this.restoredAway = Math.max(this.restoredAway, before);
    });
  }

  transfer(): void {
    const life = this.#awakeLeader();
    if (life) this.#order(life, { order: 'transfer', id: null });
  }

  /** Somebody who lives has an order to answer. */
  get waitsForOrders(): boolean {
    for (const life of this.#orders.values()) if (!life.isOver) return true;
    return false;
  }

  /** Who lives has answered every order. */
  checkOrders(): void {
    for (const [request, life] of this.#orders) assert.ok(life.isOver, `order ${request} was never answered`);
  }

  /** A server is told that its leader is gone, be that true or not. */
  suspectLeader(server: SimulatedServer): void {
    const { life } = server;
    if (!life || life.isOver || this.isFrozen(server)) return;
    const { core, shell } = life.server;
    if (core.leader === null) return;
    shell.leaderGone(core.leader);
    this.#turn(life);
  }

  /** The gossip pool of a server suspects its leader, be there reason or not. */
  gossipSuspectsLeader(server: SimulatedServer): void {
    const { life } = server;
    const leader = life?.isOver === false ? life.server.core.leader : null;
    if (life && leader !== null && !this.isFrozen(server)) life.post({ kind: 'peer-suspected', id: leader });
  }

  /** A server takes a snapshot and drops most of the log before it. */
  compact(server: SimulatedServer): void {
    if (!this.isFrozen(server)) server.life?.post({ kind: 'force-snapshot', request: this.#nextRequest++ });
  }

  /** Lets `ms` of virtual time pass; `each` runs at every tick. */
  async run(ms: number, each: () => Promise<void> | void = () => {}): Promise<void> {
    const end = this.nowMs + ms;
    while (this.nowMs < end) {
      this.nowMs += TICK_MS;
      await each();
      this.#thaw();
      for (const server of this.servers) {
        if (this.isFrozen(server)) continue;
        if (server.disk.isWriting && this.nowMs >= server.writeEndsMs) server.disk.complete();
        const { life } = server;
        if (!life || this.#dies(server)) continue;
        life.hearWaiting(server.clock(this.nowMs));
        life.server.core.tick(server.clock(this.nowMs));
        this.#turn(life);
      }
      for (const message of this.network.arrivals(this.nowMs)) this.receive(message);
      await settle();
      this.#checkReads();
      if (this.#failure) throw this.#failure.error;
    }
  }

  receive(message: PeerMessage): void {
    const server = this.#byId.get(message.to);
    const life = server?.life;
    if (!server || !life) return;
    if (this.isFrozen(server)) {
      server.waiting.push(message);
      return;
    }
    const { core, shell } = life.server;
    this.#checked(() => this.invariants.step(core, message, () => shell.receiveFromPeer(message)));
    this.#turn(life);
  }

  /** The one of the highest term, if there are several that believe it of themselves. */
  leader(): SimulatedServer | null {
    let newest: SimulatedServer | null = null;
    let term = -1;
    for (const server of this.servers) {
      const core = this.core(server);
      if (core?.role !== 'leader' || core.term <= term) continue;
      newest = server;
      term = core.term;
    }
    return newest;
  }

  /** Its state answers before its log hears anything; then what waited comes, or its timers run first. */
  #thaw(): void {
    this.#checkReads();
    for (const server of this.servers) {
      if (server.waiting.length === 0 || this.isFrozen(server)) continue;
      const { waiting } = server;
      server.waiting = [];
      if (this.nowMs % (2 * TICK_MS) === 0) for (const message of waiting) this.receive(message);
      else for (const message of waiting) this.network.send(message, this.nowMs);
    }
  }

  #awakeLeader(): Life | null {
    const leader = this.leader();
    return leader && !this.isFrozen(leader) ? leader.life : null;
  }

  #order(life: Life, order: RaftOrder): void {
    const request = this.#nextRequest++;
    this.#orders.set(request, life);
    life.server.shell.receive({ kind: 'order', request, order });
    this.#turn(life);
  }

  #told(life: Life, message: RaftToState): void {
    if (message.kind === 'ordered') {
      this.#checked(() =>
        assert.ok(this.#orders.delete(message.request), `order ${message.request} is answered twice`),
      );
    }
    if (message.kind === 'restore-begin') this.invariants.handedOutSnapshot(life.machine.id, message.meta.index);
    if (message.kind !== 'committed' && message.kind !== 'committed-own') return;
    const { core } = life.server;
    this.invariants.after(core);
    if (message.kind === 'committed') this.invariants.handedOut(core, null, message.through);
    else this.invariants.handedOut(core, message.firstIndex, message.firstIndex + message.count - 1);
  }

  #turn(life: Life): void {
    if (life.isOver) return;
    const { core, shell } = life.server;
    try {
      this.invariants.after(core);
      shell.turn();
      this.invariants.after(core);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Who may read by itself has everything that any client was told is committed. */
  #checkReads(): void {
    for (const server of this.servers) {
      const { id, life } = server;
      if (!life?.leadership.mayServe || this.isFrozen(server)) continue;
      this.seen.leaseReads += 1;
      const { through } = life.machine;
      if (through < this.#acknowledged) this.#fail(new Error(`${id} reads ${through} of ${this.#acknowledged}`));
    }
  }

  #writing(server: SimulatedServer): void {
    const core = this.core(server);
    if (core) this.#checked(() => this.invariants.after(core));
    const isLeader = core?.role === 'leader';
    server.writeEndsMs = this.nowMs + this.random.below(isLeader ? this.slowestLeaderWriteMs : this.slowestWriteMs);
  }

  #send(life: Life, message: PeerMessage): void {
    try {
      this.invariants.after(life.server.core);
      this.invariants.sent(message);
    } catch (error) {
      this.#fail(error);
    }
    if (this.network.passes(message.from, message.to)) this.network.send(message, this.nowMs);
  }

  /** What is found out in the middle of the shell's work must not be taken for a failure of its disk. */
  #checked(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  #dies(server: SimulatedServer): boolean {
    if (this.crashesWithin === 0 || !server.life || !this.random.chance(this.crashesWithin)) return false;
    this.crash(server);
    return true;
  }

  async #driven<T>(disk: VirtualDisk, work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = (): void => {
      isDone = true;
    };
    work.then(done, done);
    while (!isDone) {
      disk.complete();
      await settle();
    }
    return work;
  }
}
