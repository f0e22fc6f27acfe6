// One raft server, whole but for threads and disk, in a world where every step is chosen by a seed: when a write completes,
// when the power goes, what of the unsynced bytes survives.

import assert from 'node:assert/strict';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import { Metrics } from '../../../src/observe/metrics.js';
import { Leadership } from '../../../src/wire/raft/leadership.js';
import type { RaftToState, StateToRaft } from '../../../src/wire/raft/raft-port.js';
import { type StartedServer, startServer } from '../../../src/workers/raft/start.js';
import type { StateLink } from '../../../src/workers/raft/state-port.js';
import { recoverStorage } from '../../../src/workers/raft/storage.js';
import type { Transport } from '../../../src/workers/raft/transport/transport.js';
import { Random } from '../../random.js';
import { FakeState } from './fake-state.js';
import { VirtualDisk } from './virtual-disk.js';
import { VirtualSnapshots } from './virtual-snapshots.js';

const SETTINGS = {
  raft: {
    snapshotThreshold: 1_000_000,
    snapshotIntervalMs: 1_000_000,
    trailingLogs: 5,
    heartbeatTimeoutMs: 1000,
    electionTimeoutMs: 1000,
    leaderLeaseMs: 500,
  },
  serverId: 'a',
  serverAddress: '127.0.0.1:8300',
  bootstrap: true,
  bootstrapExpect: 0,
};

/** What a server without others says is lost. */
const unconnected: Transport = { send: () => {}, tellPeers: () => {} };
const UNMOVED = {
  transport: unconnected,
  readFile: () => assert.fail('nothing is restored here'),
  now: () => 0,
  unixMs: () => 0,
  random: () => 0.5,
};

/** Lets everything that can go on without the disk go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A port whose other end is in the same thread; cut off, it passes nothing more. */
class Link implements StateLink {
  isCut = false;
  #take: (message: StateToRaft) => void = () => {};
  #turn: () => void = () => {};
  readonly state: FakeState;

  constructor(acknowledged: (index: number, text: string) => void) {
    this.state = new FakeState((message) => this.send(message), acknowledged);
  }

  listen(take: (message: StateToRaft) => void, turn: () => void): void {
    this.#take = take;
    this.#turn = turn;
  }

  post(message: RaftToState): void {
    queueMicrotask(() => {
      if (!this.isCut) this.state.receive(message);
    });
  }

  send(message: StateToRaft): void {
    queueMicrotask(() => {
      if (this.isCut) return;
      this.#take(message);
      this.#turn();
    });
  }

  close(): void {
    this.isCut = true;
  }
}

interface Life {
  readonly link: Link;
  server: StartedServer | null;
  failure: unknown;
}

export class World {
  readonly random: Random;
  readonly disk: VirtualDisk;
  readonly snapshots = new VirtualSnapshots();
  /** What the state worker was told is committed: never to be lost. */
  readonly acknowledged = new Map<number, string>();
  restarts = 0;
  repairs = 0;
  failures = 0;
  #life: Life | null = null;
  #nextText = 0;
  #nextAsker = 1;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.disk = new VirtualDisk(this.random);
  }

  get state(): FakeState | null {
    return this.#life?.link.state ?? null;
  }

  /** Starts the server; the disk completes what the start writes. Throws what recovery throws. */
  async start(): Promise<FakeState> {
    this.restarts += 1;
    const recovering = recoverStorage(this.disk, this.disk, this.snapshots, () => {});
    const storage = await this.#driven(recovering);
    if (storage.recovered.repaired !== null) this.repairs += 1;
    const link = new Link((index, text) => this.acknowledged.set(index, text));
    const life: Life = { link, server: null, failure: null };
    this.#life = life;
    const failed = (error: unknown): void => {
      life.failure = error;
    };
    const logger = new Logger('agent', new LogSink('error', () => {}));
    const around = { leadership: new Leadership(), logger, metrics: new Metrics(), failed, ...UNMOVED };
    life.server = await this.#driven(startServer(SETTINGS, storage, link, around));
    life.server.shell.tick();
    await settle();
    return link.state;
  }

  /** One random step while the server runs. */
  async step(): Promise<void> {
    const choice = this.random.below(20);
    const { state } = this;
    if (choice < 8 && state && state.outstanding < 20) state.propose(this.#texts());
    else if (choice < 9) this.#life?.link.send({ kind: 'force-snapshot', request: this.#nextAsker++ });
    else if (choice < 10) this.#life?.link.send({ kind: 'barrier', request: this.#nextAsker++ });
    else this.disk.complete();
    await settle();
  }

  /** The disk completes everything until nothing is left to do. */
  async quiesce(): Promise<void> {
    await settle();
    while (this.disk.isWriting) {
      this.disk.complete();
      await settle();
    }
  }

  crash(): void {
    if (this.#life) this.#life.link.isCut = true;
    this.#life = null;
    this.disk.crash();
  }

  /** The disk is full from now on; answers what the server said about it. */
  async fill(): Promise<unknown> {
    this.failures += 1;
    for (let i = 0; i < 20 && this.#life?.failure === null; i += 1) {
      this.state?.propose(this.#texts());
      this.disk.refuse();
      await settle();
    }
    return this.#life?.failure;
  }

  #texts(): string[] {
    return Array.from({ length: 1 + this.random.below(4) }, () => `entry ${this.#nextText++}`);
  }

  async #driven<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = (): void => {
      isDone = true;
    };
    work.then(done, done);
    while (!isDone) {
      this.disk.complete();
      await settle();
    }
    return work;
  }
}
