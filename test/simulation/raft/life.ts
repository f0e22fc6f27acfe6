// One life of a simulated server, from its start to its crash: the shell that ships, the client and a state machine behind it,
// on the server's disk. Once it is over, nothing that it still does reaches anybody. It can end at any point where the shell
// turns to the world: before a message, around a write, before a word to the state.

import assert from 'node:assert/strict';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import { Metrics } from '../../../src/observe/metrics.js';
import { Leadership } from '../../../src/wire/raft/leadership.js';
import type { RaftToState, StateToRaft } from '../../../src/wire/raft/raft-port.js';
import type { Persist } from '../../../src/workers/raft/core/ready.js';
import { type ServerSettings, type StartedServer, startServer } from '../../../src/workers/raft/start.js';
import type { StateLink } from '../../../src/workers/raft/state-port.js';
import type { DurableLog, Storage } from '../../../src/workers/raft/storage.js';
import type { PeerMessage } from '../../../src/workers/raft/transport/transport.js';
import { RaftClient } from '../../../src/workers/state/replica/raft-client.js';
import type { Machine } from './state-machine.js';

/** What a life touches of the world, and what the world sees of it. */
export interface Surroundings {
  readonly settings: ServerSettings;
  readonly machine: Machine;
  readonly now: () => number;
  readonly unixMs: () => number;
  readonly random: () => number;
  /** A chance to die; true when the life is over. */
  readonly peril: () => boolean;
  /** How long the next word to the state takes to be heard; words keep their order. */
  readonly deafForMs: () => number;
  readonly writing: () => void;
  readonly wrote: (work: Persist) => void;
  readonly told: (message: RaftToState) => void;
  readonly sent: (message: PeerMessage) => void;
  readonly failed: (error: unknown) => void;
}

export class Life {
  readonly leadership: Leadership;
  readonly machine: Machine;
  readonly client: RaftClient;
  /** Batches without an answer. */
  readonly unanswered = new Set<number>();
  isOver = false;
  /** Resolves when it is over. */
  readonly over: Promise<void>;
  #ended: () => void = () => {};
  readonly #world: Surroundings;
  /** Words to a state that is slow to hear them. */
  readonly #unheard: { readonly atMs: number; readonly message: RaftToState }[] = [];
  #server: StartedServer | null = null;
  #take: (message: StateToRaft) => void = () => {};
  #turn: () => void = () => {};
  #hear: (message: RaftToState) => void = () => {};

  constructor(world: Surroundings) {
    this.#world = world;
    this.over = new Promise((resolve) => {
      this.#ended = resolve;
    });
    this.leadership = new Leadership(undefined, () => BigInt(world.now()));
    this.machine = world.machine;
    const port = {
      on: (_: 'message', listener: (message: RaftToState) => void) => {
        this.#hear = listener;
      },
      postMessage: (message: StateToRaft) => this.post(message),
    };
    const role = (): void => {};
    const fatal = (text: string): void => world.failed(new Error(text));
    this.client = new RaftClient(port, this.leadership, this.machine, { started: () => {}, role, fatal }, 0);
  }

  get isStarted(): boolean {
    return this.#server !== null;
  }

  get server(): StartedServer {
    assert.ok(this.#server);
    return this.#server;
  }

  async start(storage: Storage): Promise<void> {
    const { settings, now, unixMs, random, sent, peril, failed } = this.#world;
    const around = {
      leadership: this.leadership,
      logger: new Logger('agent', new LogSink('error', () => {})),
      metrics: new Metrics(),
      failed: (error: unknown) => {
        if (!this.isOver) failed(error);
      },
      transport: {
        tellPeers: () => {},
        send: (message: PeerMessage) => {
          if (!this.isOver && !peril()) sent(message);
        },
      },
      readFile: async function* (path: string) {
        yield Buffer.from(path);
      },
      now,
      unixMs,
      random,
    };
    const watched = { ...storage, log: this.#watch(storage.log) };
    this.#server = await startServer(settings, watched, this.#link(), around);
    if (this.isOver) this.#stopTimers();
  }

  /** The state worker's side says something. */
  post(message: StateToRaft): void {
    if (message.kind === 'propose') this.unanswered.add(message.batch);
    soon(() => {
      if (this.isOver) return;
      this.#take(message);
      this.#turn();
    });
  }

  end(): void {
    this.isOver = true;
    this.#ended();
    this.#stopTimers();
  }

  #stopTimers(): void {
    this.#server?.stop().catch(() => {});
  }

  /** The state hears what has waited long enough. */
  hearWaiting(nowMs: number): void {
    while (this.#unheard[0] && this.#unheard[0].atMs <= nowMs) {
      const message = this.#unheard.shift()?.message;
      if (!this.isOver && message) this.#hear(message);
    }
  }

  #tell(message: RaftToState): void {
    const delayMs = this.#server === null ? 0 : this.#world.deafForMs();
    if (delayMs === 0 && this.#unheard.length === 0) {
      soon(() => {
        if (!this.isOver) this.#hear(message);
      });
    } else
      this.#unheard.push({ atMs: Math.max(this.#unheard.at(-1)?.atMs ?? 0, this.#world.now() + delayMs), message });
  }

  #link(): StateLink {
    return {
      listen: (take, turn) => {
        this.#take = take;
        this.#turn = turn;
      },
      post: (message) => {
        if (this.isOver || this.#world.peril()) return;
        this.#world.told(message);
        const answered = lastAnswered(message);
        if (answered > this.leadership.commitIndex)
          assert.fail(`${answered} is answered before the shared words count it`);
        if (message.kind === 'committed-own' || message.kind === 'rejected') {
          assert.ok(this.unanswered.delete(message.batch), `batch ${message.batch} is answered twice: ${message.kind}`);
        }
        this.#tell(message);
      },
      close: () => {},
    };
  }

  #watch(log: DurableLog): DurableLog {
    const never = new Promise<never>(() => {});
    return {
      get begin() {
        return log.begin;
      },
      persist: async (work) => {
        if (this.isOver || this.#world.peril()) return never;
        this.#world.writing();
        await log.persist(work);
        this.#world.wrote(work);
        // Dead after the write was durable, and before the core hears of it.
        if (this.isOver || this.#world.peril()) return never;
      },
      read: (from, through, maxBytes) => log.read(from, through, maxBytes),
      dropThrough: async (index) => {
        if (this.isOver) return never;
        this.#world.writing();
        const begin = await log.dropThrough(index);
        return this.isOver || this.#world.peril() ? never : begin;
      },
      descend: async (descent) => {
        if (this.isOver || this.#world.peril()) return never;
        this.#world.writing();
        await log.descend(descent);
        if (this.isOver || this.#world.peril()) return never;
      },
      retreat: (index) => {
        if (!this.isOver) log.retreat(index);
      },
      close: () => log.close(),
    };
  }
}

const AT_ONCE = Promise.resolve();

/** As queueMicrotask has it, without the resource that it makes for each call. */
function soon(work: () => void): void {
  void AT_ONCE.then(work);
}

/** The last index that the message says is committed; 0 when it says it of none. */
function lastAnswered(message: RaftToState): number {
  if (message.kind === 'committed-own') return message.firstIndex + message.count - 1;
  if (message.kind === 'committed') return message.through;
  return message.kind === 'barrier-reached' ? message.index : 0;
}
