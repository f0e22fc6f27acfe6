// Several servers' cores and logs in one virtual world: messages are delayed, reordered, lost and cut off by partitions,
// disks are slow and lose what isn't synced, servers crash and come back. Time, network and faults follow one seed.

import assert from 'node:assert/strict';
import { bootstrapWith } from '../../../src/workers/raft/core/bootstrap.js';
import type { Configuration } from '../../../src/workers/raft/core/configuration.js';
import {
  after,
  type EntryRun,
  EntryType,
  type LogIndex,
  lastIndexOf,
  logIndex,
  ORIGIN,
  singlePayload,
} from '../../../src/workers/raft/core/entry.js';
import type { Incoming, Outgoing } from '../../../src/workers/raft/core/message.js';
import { sliceEntries } from '../../../src/workers/raft/core/packed.js';
import { RaftCore } from '../../../src/workers/raft/core/raft.js';
import { recoverLog } from '../../../src/workers/raft/store/log-recovery.js';
import { LogStore } from '../../../src/workers/raft/store/log-store.js';
import { Random } from '../../random.js';
import { VirtualDisk } from './virtual-disk.js';

const TIMING = { heartbeatTimeoutMs: 200, electionTimeoutMs: 200, leaderLeaseMs: 100 };
const TICK_MS = 10;

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Running {
  readonly core: RaftCore;
  readonly store: LogStore;
}

interface Server {
  readonly id: string;
  readonly disk: VirtualDisk;
  running: Running | null;
  writeEndsMs: number;
}

interface Flight {
  readonly atMs: number;
  readonly message: Incoming;
}

export class Cluster {
  readonly random: Random;
  readonly servers: Server[];
  /** What any server took for committed: index → what it is. All must agree on it, for ever. */
  readonly committed = new Map<number, string>();
  readonly leaders = new Map<number, string>();
  nowMs = 0;
  loss = 0;
  /** How many messages take ten times as long. */
  slowness = 0;
  elections = 0;
  truncations = 0;
  restarts = 0;
  #flights: Flight[] = [];
  /** `from>to` that are cut. */
  #cuts = new Set<string>();
  #nextText = 0;

  constructor(seed: number, size: number) {
    this.random = new Random(seed);
    this.servers = Array.from({ length: size }, (_, i) => ({
      id: `s${i}`,
      disk: new VirtualDisk(this.random),
      running: null,
      writeEndsMs: 0,
    }));
  }

  async bootstrap(): Promise<void> {
    const servers = this.servers.map(({ id }) => ({ suffrage: 'voter' as const, id, address: `${id}:8300` }));
    const configuration: Configuration = { servers };
    for (const server of this.servers) {
      await this.start(server);
      const work = server.running?.store.persist(bootstrapWith(configuration));
      await this.#driven(server.disk, work ?? Promise.resolve());
      await this.start(server);
    }
  }

  async start(server: Server): Promise<void> {
    const { disk } = server;
    const recovered = await this.#driven(disk, recoverLog(disk, ORIGIN, disk.index));
    const core = new RaftCore({
      id: server.id,
      hardState: recovered.hardState,
      log: recovered.log,
      configurations: recovered.configurations,
      timing: TIMING,
      random: () => this.random.next(),
    });
    server.running = { core, store: new LogStore(disk, disk, recovered) };
    this.restarts += 1;
  }

  crash(server: Server): void {
    server.running = null;
    server.disk.crash();
  }

  /** Cuts the servers in two groups, or one direction of one link. */
  partition(): void {
    this.heal();
    const one = this.random.below(this.servers.length);
    const isAsymmetric = this.random.chance(0.3);
    const group = new Set(this.servers.filter(() => this.random.chance(0.5)).map(({ id }) => id));
    for (const { id: from } of this.servers) {
      for (const { id: to } of this.servers) {
        const isCut = isAsymmetric ? from === `s${one}` : group.has(from) !== group.has(to);
        if (isCut) this.#cuts.add(`${from}>${to}`);
      }
    }
  }

  heal(): void {
    this.#cuts.clear();
  }

  propose(): void {
    for (const { running } of this.servers) {
      if (running?.core.role !== 'leader') continue;
      const payload = singlePayload(Buffer.from(`entry ${this.#nextText++}`));
      running.core.propose({ type: EntryType.command, count: 1, payload, appendedAtMs: 0 });
    }
  }

  /** Lets `ms` of virtual time pass; `each` runs at every tick. */
  async run(ms: number, each: () => Promise<void> | void = () => {}): Promise<void> {
    const end = this.nowMs + ms;
    while (this.nowMs < end) {
      this.nowMs += TICK_MS;
      await each();
      for (const server of this.servers) {
        if (server.disk.isWriting && this.nowMs >= server.writeEndsMs) server.disk.complete();
        server.running?.core.tick(this.nowMs);
      }
      const due = this.#flights.filter(({ atMs }) => atMs <= this.nowMs);
      this.#flights = this.#flights.filter(({ atMs }) => atMs > this.nowMs);
      for (const { message } of due) {
        this.servers.find(({ id }) => id === message.to)?.running?.core.step(message, this.nowMs);
      }
      await settle();
      for (const server of this.servers) await this.#pump(server);
    }
  }

  leader(): Server | null {
    return this.servers.find(({ running }) => running?.core.role === 'leader') ?? null;
  }

  async #pump(server: Server): Promise<void> {
    const { running } = server;
    if (!running) return;
    for (let ready = running.core.ready(); ready !== null; ready = running.core.ready()) {
      for (const { role, term } of ready.roles) {
        if (role !== 'leader') continue;
        this.elections += 1;
        assert.equal(this.leaders.get(term) ?? server.id, server.id, `two leaders in term ${term}`);
        this.leaders.set(term, server.id);
      }
      for (const message of ready.messages) await this.#send(running, message);
      if (ready.committed) await this.#check(running, ready.committed.from, ready.committed.through);
      if (!ready.persist) continue;
      if (ready.persist.truncateAfter !== null) this.truncations += 1;
      server.writeEndsMs = this.nowMs + this.random.below(30);
      running.store.persist(ready.persist).then(() => {
        if (server.running === running) running.core.advance(this.nowMs);
      }, assert.fail);
    }
  }

  async #send(running: Running, message: Outgoing): Promise<void> {
    if (this.#cuts.has(`${message.from}>${message.to}`) || this.random.chance(this.loss)) return;
    const atMs = this.nowMs + 1 + this.random.below(this.random.chance(this.slowness) ? 150 : 15);
    if (message.kind !== 'append') {
      this.#flights.push({ atMs, message });
      return;
    }
    const { through, ...rest } = message;
    const runs = await readRange(running.store, message.previous.index, through);
    this.#flights.push({ atMs, message: { ...rest, runs } });
  }

  async #check(running: Running, from: LogIndex, through: LogIndex): Promise<void> {
    const runs = await readRange(running.store, logIndex(from - 1), through);
    let index = from as number;
    for (const run of runs) {
      for (let i = 0; i < run.count; i += 1, index += 1) {
        const what = `${run.term} ${run.type} ${Buffer.from(sliceEntries(run.payload, i, 1)).toString('latin1', 4)}`;
        assert.equal(this.committed.get(index) ?? what, what, `index ${index} was committed as something else`);
        this.committed.set(index, what);
      }
    }
    assert.equal(index, through + 1);
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

/** Exactly the entries after `previous` through `through`. */
async function readRange(store: LogStore, previous: LogIndex, through: LogIndex): Promise<EntryRun[]> {
  const from = after(previous);
  if (through < from) return [];
  const runs = await store.read(from, through, Number.MAX_SAFE_INTEGER);
  return runs.flatMap((run) => {
    const first = Math.max(run.firstIndex, from);
    const count = Math.min(lastIndexOf(run), through) - first + 1;
    if (count <= 0) return [];
    const payload = sliceEntries(run.payload, first - run.firstIndex, count);
    return [{ ...run, firstIndex: logIndex(first), count, payload }];
  });
}
