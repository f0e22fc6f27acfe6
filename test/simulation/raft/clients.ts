// Clients of a simulated cluster: each asks one thing at a time of whichever server it takes for the right one, gives up what
// takes too long, and remembers what it was told. The histories are checked cell by cell; what a stale read may not do is
// looked at as it is answered.
import assert from 'node:assert/strict';
import type { AppliedProgress } from '../../../src/wire/raft/applied-progress.js';
import type { Consistency } from '../../../src/workers/state/calls/read-settings.js';
import { isRefusal, type RefusalCode } from '../../../src/workers/state/methods/contract/refusal.js';
import { Random } from '../../random.js';
import { testCalls } from '../../unit/workers/state/calls/test-calls.js';
import { assertLinearizable } from '../linearizability/assert-linearizable.js';
import { type Behavior, type CellInput, type CellOutput, cellModel } from '../linearizability/cell-model.js';
import { History, type Open } from '../linearizability/history.js';
import type { Cluster, SimulatedServer } from './cluster.js';
import type { Life } from './life.js';
import { type Answer, type Asked, ServerOfClients } from './server-of-clients.js';
import { ManyThreads } from './simulated-readers.js';
import { type Answers, StoreMachine } from './store-machine.js';
import type { Load } from './storm.js';

const CLIENTS = 6;
const CELLS = ['cell-a', 'cell-b', 'cell-c'];
const KEYS = ['x', 'y'];
const INSTANCES = ['one', 'two'];
const PATIENCE_MS = 600;
/** The chance that a free client asks something, each tick. */
const EAGERNESS = 0.06;

/** With these nothing was taken, for certain. */
const UNTAKEN: ReadonlySet<RefusalCode> = new Set(['no-leader', 'transferring', 'queue-full', 'not-ready']);

/** What is known of a cell by those who use it, true or not any more. */
interface Hearsay {
  readonly sessions: string[];
  readonly indexes: number[];
}

interface Client {
  busyUntilMs: number;
}

export class Clients implements Load {
  readonly seen = { answered: 0, unknown: 0, stale: 0, consistent: 0, locks: 0, sessions: 0 };
  readonly #random: Random;
  readonly #answers: Answers = new Map();
  readonly #histories = new Map(CELLS.map((cell) => [cell, new History<CellInput, CellOutput>()]));
  readonly #hearsay = new Map<string, Hearsay>(CELLS.map((cell) => [cell, { sessions: [], indexes: [0] }]));
  readonly #clients: readonly Client[] = Array.from({ length: CLIENTS }, () => ({ busyUntilMs: 0 }));
  readonly #servers = new WeakMap<Life, ServerOfClients>();
  readonly #hasReaders: boolean;
  readonly #threads = new Set<ManyThreads>();
  /** Of readers: so that the storm of a seed is the same with and without them. */
  readonly #chance: Random;
  /** Of each life of a server: question → the highest index it was answered with. */
  readonly #told = new WeakMap<Life, Map<string, number>>();
  /** Cell, key and ModifyIndex → the entry that all who ever read it saw. */
  readonly #entries = new Map<string, string>();
  /** Calls that try again later. */
  #paused: { readonly untilMs: number; readonly over: () => void }[] = [];
  #nextValue = 1;
  #failure: { readonly error: unknown } | null = null;

  /** `hasReaders`: beside each server's state. */
  constructor(seed: number, hasReaders: boolean) {
    this.#hasReaders = hasReaders;
    this.#random = new Random(seed ^ 0x5eed);
    this.#chance = new Random(seed ^ 0x2ead);
  }

  readonly makeMachine = (id: string): StoreMachine => new StoreMachine(id, this.#answers);

  tick(cluster: Cluster): void {
    if (this.#failure) throw this.#failure.error;
    this.#endPauses(cluster.nowMs);
    for (const threads of this.#threads) threads.tick(cluster.nowMs);
    for (const client of this.#clients) {
      if (cluster.nowMs < client.busyUntilMs || !this.#random.chance(EAGERNESS)) continue;
      this.#ask(cluster, client);
    }
  }

  /** Throws when a history isn't linearizable, or can't be judged. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
    for (const [cell, { operations }] of this.#histories) assertLinearizable(cell, cellModel, operations);
  }

  #ask(cluster: Cluster, client: Client): void {
    const cell = this.#oneOf(CELLS);
    const input = this.#anyInput(cell);
    const isRead = input.kind === 'get' || input.kind === 'session' || input.kind === 'instances';
    const consistency: Consistency = isRead ? this.#oneOf(['default', 'consistent', 'stale']) : 'default';
    const life = this.#serverFor(cluster, consistency)?.life;
    if (!life) return;
    client.busyUntilMs = cluster.nowMs + PATIENCE_MS;
    // A stale read has no place in the history.
    const open = consistency === 'stale' ? null : this.#historyOf(cell).call(input);
    const told = isRead ? this.#toldOf(life, cell, input) : 0;
    const free = (): void => {
      client.busyUntilMs = 0;
    };
    this.#serverOf(cluster, life)
      .ask(cell, input, consistency)
      .then((answer) => {
        if (isRefusal(answer)) {
          if (UNTAKEN.has(answer.refused)) open?.withdrawn();
          else this.seen.unknown += 1;
        } else {
          this.#hear(cell, input, answer, open);
          if (isRead) this.#lookAt(life, cell, input, told, answer);
          this.#count(input, consistency);
        }
      })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(free);
  }

  #hear(cell: string, input: CellInput, { output }: Answer, open: Open<CellOutput> | null): void {
    open?.answered(output);
    const { sessions, indexes } = this.#hearsayOf(cell);
    if (output.kind === 'created') sessions.push(output.id);
    if (output.kind === 'entry' && output.entry) indexes.push(output.entry.modifyIndex);
    if (input.kind === 'lock' && output.kind === 'done' && output.value) this.seen.locks += 1;
  }

  /** The highest index that the question was answered with by now, on any thread of the server. */
  #toldOf(life: Life, cell: string, input: CellInput): number {
    const told = this.#told.get(life) ?? new Map<string, number>();
    this.#told.set(life, told);
    return told.get(`${cell} ${JSON.stringify(input)}`) ?? 0;
  }

  /** What no read may show, however old: an index below `before`, which was told before it was asked, or another entry where there was one. */
  #lookAt(life: Life, cell: string, input: CellInput, before: number, { output, index }: Answer): void {
    const question = `${cell} ${JSON.stringify(input)}`;
    assert.ok(index >= before, `${life.machine.id} answers ${question} with ${index} after ${before}`);
    this.#told.get(life)?.set(question, Math.max(index, this.#toldOf(life, cell, input)));
    if (output.kind !== 'entry' || !output.entry || input.kind !== 'get') return;
    const place = `${cell}/${input.key}@${output.entry.modifyIndex}`;
    const entry = JSON.stringify(output.entry);
    assert.equal(this.#entries.get(place) ?? entry, entry, `${life.machine.id} reads another ${place}`);
    this.#entries.set(place, entry);
  }

  #count(input: CellInput, consistency: Consistency): void {
    this.seen.answered += 1;
    if (consistency === 'stale') this.seen.stale += 1;
    if (consistency === 'consistent') this.seen.consistent += 1;
    if (input.kind === 'create-session') this.seen.sessions += 1;
  }

  /** Any server for a stale read; else one that believes it leads, so that two of them are both asked. */
  #serverFor(cluster: Cluster, consistency: Consistency): SimulatedServer | undefined {
    const running = cluster.servers.filter((server) => server.life !== null && !cluster.isFrozen(server));
    if (consistency === 'stale') return this.#oneOf(running);
    return this.#oneOf(running.filter(({ life }) => life?.client.obstacle === null));
  }

  #endPauses(nowMs: number): void {
    const paused = this.#paused;
    this.#paused = paused.filter(({ untilMs }) => untilMs > nowMs);
    for (const { untilMs, over } of paused) if (untilMs <= nowMs) over();
  }

  #serverOf(cluster: Cluster, life: Life): ServerOfClients {
    const known = this.#servers.get(life);
    if (known) return known;
    assert.ok(life.machine instanceof StoreMachine);
    const { store, progress, keepingUp } = life.machine;
    const pause = (ms: number): Promise<void> =>
      new Promise((over) => this.#paused.push({ untilMs: cluster.nowMs + ms, over }));
    // Nobody waits for a leader: a client tries again by itself.
    const primary = testCalls({ store, consensus: life.client, holdMs: 0, pause, keepingUp });
    if (!life.isStarted) return new ServerOfClients(primary);
    const server = new ServerOfClients(this.#hasReaders ? this.#withReaders(life, primary, progress) : primary);
    this.#servers.set(life, server);
    return server;
  }

  #withReaders(life: Life, primary: Asked, progress: AppliedProgress): ManyThreads {
    const threads = new ManyThreads(life, primary, progress, this.#chance, (text) => {
      this.#failure ??= { error: new Error(text) };
    });
    this.#threads.add(threads);
    void life.over.then(() => this.#threads.delete(threads));
    return threads;
  }

  #anyInput(cell: string): CellInput {
    const { sessions, indexes } = this.#hearsayOf(cell);
    const key = this.#oneOf(KEYS);
    const value = `v${this.#nextValue++}`;
    const session = sessions.length > 0 ? this.#oneOf(sessions.slice(-3)) : null;
    const index = this.#oneOf(indexes.slice(-3));
    const dice = this.#random.below(100);
    if (dice < 28) return { kind: 'get', key };
    if (dice < 34) return { kind: 'set', key, value };
    if (dice < 44) return { kind: 'cas', key, value, index };
    if (dice < 46) return { kind: 'delete', key };
    if (dice < 50) return { kind: 'delete-cas', key, index };
    if (dice < 57) return { kind: 'register', instance: this.#oneOf(INSTANCES), port: this.#nextValue };
    if (dice < 58) return { kind: 'fail' };
    if (dice < 60) return { kind: 'deregister', instance: this.#oneOf(INSTANCES) };
    if (dice < 61) return { kind: 'deregister-node' };
    if (dice < 66) return { kind: 'instances' };
    if (dice < 71 || session === null) {
      return { kind: 'create-session', behavior: this.#oneOf<Behavior>(['release', 'delete']) };
    }
    if (dice < 75) return { kind: 'destroy-session', id: session };
    if (dice < 78) return { kind: 'session', id: session };
    if (dice < 94) return { kind: 'lock', key, value, session };
    return { kind: 'unlock', key, value, session };
  }

  #historyOf(cell: string): History<CellInput, CellOutput> {
    const history = this.#histories.get(cell);
    assert.ok(history);
    return history;
  }

  #hearsayOf(cell: string): Hearsay {
    const hearsay = this.#hearsay.get(cell);
    assert.ok(hearsay);
    return hearsay;
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }
}
