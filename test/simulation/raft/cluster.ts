// Several servers' cores and logs in one virtual world: the network is rude, disks are slow and lose what isn't synced,
// servers crash at any point and come back. Time, network and faults follow one seed; the invariants are looked at after
// everything that happens to a core.

import { bootstrapWith } from '../../../src/workers/raft/core/bootstrap.js';
import type { Configuration, PlacedConfiguration, Suffrage } from '../../../src/workers/raft/core/configuration.js';
import { encodeConfiguration } from '../../../src/workers/raft/core/configuration-codec.js';
import { EntryType, logIndex, ORIGIN, type Position, singlePayload } from '../../../src/workers/raft/core/entry.js';
import type { Incoming, Outgoing } from '../../../src/workers/raft/core/message.js';
import { RaftCore } from '../../../src/workers/raft/core/raft.js';
import type { Persist, Ready } from '../../../src/workers/raft/core/ready.js';
import { recoverLog } from '../../../src/workers/raft/store/log-recovery.js';
import { LogStore } from '../../../src/workers/raft/store/log-store.js';
import type { Random } from '../../random.js';
import { Invariants } from './invariants.js';
import { Network } from './network.js';
import { readRange } from './read-range.js';
import { VirtualDisk } from './virtual-disk.js';

const TIMING = { heartbeatTimeoutMs: 200, electionTimeoutMs: 200, leaderLeaseMs: 200 };
const TICK_MS = 10;

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Running {
  readonly core: RaftCore;
  readonly store: LogStore;
}

interface Snapshot {
  readonly position: Position;
  readonly configuration: PlacedConfiguration;
}

export interface SimulatedServer {
  readonly id: string;
  readonly disk: VirtualDisk;
  running: Running | null;
  writeEndsMs: number;
  snapshot: Snapshot | null;
  /** The highest index that this server has ever handed out: it never needs anything before it again. */
  handedOut: number;
}

export interface ClusterShape {
  readonly voters: number;
  readonly nonVoters: number;
}

export class Cluster {
  readonly random: Random;
  readonly network: Network;
  readonly servers: readonly SimulatedServer[];
  readonly invariants = new Invariants();
  nowMs = 0;
  /** The longest that a write takes. */
  slowestWriteMs = 30;
  /** The same for a leader. */
  slowestLeaderWriteMs = 30;
  /** The chance of a crash at each point between the parts of what a server has to do. */
  crashesWithin = 0;
  elections = 0;
  truncations = 0;
  compactions = 0;
  changes = 0;
  readonly #voters: number;
  #nextText = 0;
  /** What a completed write led to. */
  #failure: { readonly error: unknown } | null = null;

  constructor(random: Random, { voters, nonVoters }: ClusterShape) {
    this.random = random;
    this.network = new Network(random, TICK_MS);
    this.#voters = voters;
    this.servers = Array.from({ length: voters + nonVoters }, (_, i) => ({
      id: `s${i}`,
      disk: new VirtualDisk(random),
      running: null,
      writeEndsMs: 0,
      snapshot: null,
      handedOut: 0,
    }));
  }

  get ids(): readonly string[] {
    return this.servers.map(({ id }) => id);
  }

  async bootstrap(): Promise<void> {
    const suffrage = (i: number): Suffrage => (i < this.#voters ? 'voter' : 'nonvoter');
    const servers = this.ids.map((id, i) => ({ suffrage: suffrage(i), id, address: `${id}:8300` }));
    const first = bootstrapWith({ servers });
    for (const server of this.servers) {
      const { disk } = server;
      const store = new LogStore(disk, disk, await this.#driven(disk, recoverLog(disk, ORIGIN, disk.index)));
      await this.#driven(disk, store.persist(first));
      this.invariants.wrote(server.id, first);
      await this.start(server);
    }
  }

  async start(server: SimulatedServer): Promise<void> {
    const { disk, snapshot } = server;
    const recovered = await this.#driven(disk, recoverLog(disk, snapshot?.position ?? ORIGIN, disk.index));
    const base = snapshot ? [snapshot.configuration] : [];
    const later = recovered.configurations.filter(({ index }) => index > (base[0]?.index ?? 0));
    const core = new RaftCore({
      id: server.id,
      hardState: recovered.hardState,
      log: recovered.log,
      configurations: [...base, ...later],
      timing: TIMING,
      random: () => this.random.next(),
    });
    server.running = { core, store: new LogStore(disk, disk, recovered) };
    this.invariants.recovered(core, recovered);
  }

  crash(server: SimulatedServer): void {
    server.running = null;
    server.disk.crash();
  }

  propose(): void {
    for (const { running } of this.servers) {
      if (running?.core.role !== 'leader') continue;
      const payload = singlePayload(Buffer.from(`entry ${this.#nextText++}`));
      running.core.propose({ type: EntryType.command, count: 1, payload, appendedAtMs: 0 });
      this.invariants.after(running.core);
    }
  }

  /** A leader that may appends `next`: one change at a time, and none before an entry of its own term is committed. */
  change(next: (now: Configuration, leader: string) => Configuration | null): void {
    const core = this.leader()?.running?.core;
    if (!core?.committedConfiguration || core.log.committed < (core.termBegin ?? Number.POSITIVE_INFINITY)) return;
    const configuration = next(core.configuration, core.id);
    if (!configuration) return;
    const payload = singlePayload(encodeConfiguration(configuration));
    const result = core.propose({ type: EntryType.configuration, count: 1, payload, appendedAtMs: 0 });
    if (!result.ok) return;
    this.changes += 1;
    this.invariants.configurationAppended(result.firstIndex, result.term, configuration);
    this.invariants.after(core);
  }

  /**
   * A server takes a snapshot and drops the log before it, but nothing that another one may still need: no snapshot can be
   * installed there yet.
   */
  async compact(server: SimulatedServer): Promise<void> {
    const { running } = server;
    const configuration = running?.core.committedConfiguration;
    if (!running || !configuration) return;
    const { core, store } = running;
    const index = logIndex(Math.min(core.log.committed, core.log.durable));
    const term = core.log.termAt(index);
    if (index <= core.log.snapshot.index || term === null || configuration.index > index) return;
    server.snapshot = { position: { index, term }, configuration };
    core.compact(server.snapshot.position, core.log.begin);
    const needed = Math.min(...this.servers.map(({ handedOut }) => handedOut)) - 1;
    const through = Math.min(index, needed);
    if (through <= core.log.begin) return;
    // On the disk the begin comes first: a crash may come before the removal, or before the core hears of it.
    const begin = await this.#driven(server.disk, store.dropThrough(logIndex(through)));
    if (begin === null || this.#dies(server)) return;
    core.compact({ index, term }, begin);
    this.invariants.after(core);
    this.compactions += 1;
  }

  /** Lets `ms` of virtual time pass; `each` runs at every tick. */
  async run(ms: number, each: () => Promise<void> | void = () => {}): Promise<void> {
    const end = this.nowMs + ms;
    while (this.nowMs < end) {
      this.nowMs += TICK_MS;
      await each();
      for (const server of this.servers) {
        if (server.disk.isWriting && this.nowMs >= server.writeEndsMs) server.disk.complete();
        // Dead after a write was durable, and before the core heard of it.
        if (this.#dies(server) || !server.running) continue;
        server.running.core.tick(this.nowMs);
        this.invariants.after(server.running.core);
      }
      for (const message of this.network.arrivals(this.nowMs)) this.receive(message);
      await settle();
      if (this.#failure) throw this.#failure.error;
      for (const server of this.servers) await this.#pump(server);
    }
  }

  receive(message: Incoming): void {
    const core = this.servers.find(({ id }) => id === message.to)?.running?.core;
    if (core) this.invariants.step(core, message, () => core.step(message, this.nowMs));
  }

  /** The one of the highest term, if there are several that believe it of themselves. */
  leader(): SimulatedServer | null {
    const leading = this.servers.filter(({ running }) => running?.core.role === 'leader');
    return leading.sort((a, b) => (b.running?.core.term ?? 0) - (a.running?.core.term ?? 0))[0] ?? null;
  }

  /** Does what a core is ready for; between any two parts of it the server may die. */
  async #pump(server: SimulatedServer): Promise<void> {
    const { running } = server;
    while (running && server.running === running) {
      const ready = running.core.ready();
      if (ready === null) return;
      for (const { role } of ready.roles) if (role === 'leader') this.elections += 1;
      // Messages of a ready may leave before or after its write begins.
      const isWriteFirst = this.random.chance(0.5);
      if (isWriteFirst) await this.#write(server, running, ready.persist);
      if (!(await this.#sendAll(server, running, ready))) return;
      if (ready.committed) {
        const { from, through } = ready.committed;
        this.invariants.handedOut(running.core, from, through);
        server.handedOut = Math.max(server.handedOut, through);
      }
      if (this.#dies(server)) return;
      if (!isWriteFirst) await this.#write(server, running, ready.persist);
    }
  }

  async #sendAll(server: SimulatedServer, running: Running, { messages }: Ready): Promise<boolean> {
    for (const message of messages) {
      if (this.#dies(server)) return false;
      this.invariants.sent(message);
      await this.#send(running, message);
    }
    return true;
  }

  async #write(server: SimulatedServer, running: Running, work: Persist | null): Promise<void> {
    if (work === null) return;
    const isLeader = running.core.role === 'leader';
    server.writeEndsMs = this.nowMs + this.random.below(isLeader ? this.slowestLeaderWriteMs : this.slowestWriteMs);
    const written = running.store.persist(work).then(() => {
      this.invariants.wrote(server.id, work);
      if (server.running !== running) return;
      running.core.advance(this.nowMs);
      this.invariants.after(running.core);
    });
    written.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    if (work.truncateAfter === null) return;
    this.truncations += 1;
    // It reads before it writes: it has got to the disk before anything else happens.
    await settle();
  }

  async #send(running: Running, message: Outgoing): Promise<void> {
    if (!this.network.passes(message.from, message.to)) return;
    if (message.kind !== 'append') {
      this.network.send(message, this.nowMs);
      return;
    }
    const { through, ...rest } = message;
    const runs = await readRange(running.store, message.previous.index, through);
    this.network.send({ ...rest, runs }, this.nowMs);
  }

  #dies(server: SimulatedServer): boolean {
    if (!server.running || !this.random.chance(this.crashesWithin)) return false;
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
