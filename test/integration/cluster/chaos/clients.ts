// The clients of a cluster of real servers: some on each host, each asks its own server one thing at a time and remembers what
// it was told. What belongs together (a cell) is judged alone; each round of the test has cells of its own, so that no history
// is long. A stale read has no place in a history, but doesn't go back at one life of a server.

import assert from 'node:assert/strict';
import type { Random } from '../../../random.js';
import { assertLinearizable } from '../../../simulation/linearizability/assert-linearizable.js';
import { type CellInput, type CellOutput, cellModel } from '../../../simulation/linearizability/cell-model.js';
import { History } from '../../../simulation/linearizability/history.js';
import type { Asker, Told } from './askers.js';
import { isRead, type Mode, outcomeOf, questionFor } from './http-form.js';
import { KEYS, Workload } from './workload.js';

const CLIENTS_PER_HOST = 2;
const CELLS_PER_ROUND = 3;
const PAUSE_MS = 60;
const PAUSE_AFTER_FAILURE_MS = 200;

interface Cell {
  readonly name: string;
  readonly workload: Workload;
  readonly history: History<CellInput, CellOutput>;
}

export interface ServerOfClients {
  readonly asker: Asker;
  /** Another text for each start of the server. */
  readonly life: () => string;
}

/** A write that was acknowledged. */
interface Written {
  readonly atMs: number;
  readonly host: number;
}

export class Clients {
  readonly seen = { answered: 0, unknown: 0, untaken: 0, default: 0, consistent: 0, stale: 0, locks: 0 };
  /** Texts of what may have been taken → how often. */
  readonly unknowns = new Map<string, number>();
  readonly #servers: readonly ServerOfClients[];
  readonly #random: Random;
  readonly #cells: Cell[] = [];
  readonly #written: Written[] = [];
  /** Life and question → the highest index it was answered with. */
  readonly #told = new Map<string, number>();
  /** Cell, key and ModifyIndex → the entry that all who ever read it saw. */
  readonly #entries = new Map<string, string>();
  #isOver = false;
  #loops: readonly Promise<void>[] = [];

  constructor(servers: readonly ServerOfClients[], random: Random) {
    this.#servers = servers;
    this.#random = random;
  }

  begin(): void {
    this.newRound();
    this.#loops = this.#servers.flatMap((_, host) => {
      return Array.from({ length: CLIENTS_PER_HOST }, () => this.#ask(host));
    });
    // Who ends early is heard of at the end; until then it's nobody's unhandled rejection.
    for (const loop of this.#loops) loop.catch(() => {});
  }

  newRound(): void {
    const round = this.#cells.length / CELLS_PER_ROUND;
    for (let i = 0; i < CELLS_PER_ROUND; i += 1) {
      const name = `cell-${round}-${i}`;
      this.#cells.push({ name, workload: new Workload(this.#random), history: new History() });
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  /** The longest time since `fromMs` in which no write of another host than `but` was acknowledged. */
  longestSilenceMs(fromMs: number, but: number): number {
    let [before, longest] = [fromMs, 0];
    for (const { atMs, host } of this.#written) {
      if (atMs < fromMs || host === but) continue;
      longest = Math.max(longest, atMs - before);
      before = atMs;
    }
    return Math.max(longest, performance.now() - before);
  }

  /** What is there in the end belongs to each history. */
  async readAll(host: number): Promise<void> {
    for (const cell of this.#cells) {
      const inputs: CellInput[] = [...KEYS.map((key) => ({ kind: 'get', key }) as const), { kind: 'instances' }];
      for (const input of inputs) assert.ok(await this.#one(host, cell, input, 'consistent'), 'a read in calm');
    }
  }

  check(): void {
    for (const { name, history } of this.#cells) assertLinearizable(name, cellModel, history.operations);
  }

  async #ask(host: number): Promise<void> {
    while (!this.#isOver) {
      const cell = this.#cells[this.#cells.length - 1 - this.#random.below(CELLS_PER_ROUND)];
      assert.ok(cell);
      const input = cell.workload.next();
      const mode = isRead(input) ? (['default', 'consistent', 'stale'] as const)[this.#random.below(3)] : 'default';
      const isAnswered = await this.#one(host, cell, input, mode ?? 'default');
      const pauseMs = isAnswered ? PAUSE_MS * (0.5 + this.#random.next()) : PAUSE_AFTER_FAILURE_MS;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** Whether it was answered. */
  async #one(host: number, cell: Cell, input: CellInput, mode: Mode): Promise<boolean> {
    const server = this.#servers[host];
    assert.ok(server);
    const question = questionFor(cell.name, input, mode);
    const place = `${server.life()} ${question.path}`;
    const floor = this.#told.get(place) ?? 0;
    const open = mode === 'stale' ? null : cell.history.call(input);
    const told = await server.asker.ask(question);
    const outcome = outcomeOf(input, told);
    if (outcome.kind === 'answered') {
      open?.answered(outcome.output);
      cell.workload.hear(outcome.output);
      if (isRead(input)) this.seen[mode] += 1;
      else this.#written.push({ atMs: performance.now(), host });
      if (mode === 'stale') this.#lookAt(place, floor, told);
      this.#lookAtEntry(cell, input, outcome.output);
      this.seen.answered += 1;
      return true;
    }
    if (outcome.kind === 'untaken') open?.withdrawn();
    else this.unknowns.set(outcome.text, (this.unknowns.get(outcome.text) ?? 0) + 1);
    this.seen[outcome.kind] += 1;
    return false;
  }

  /** `floor`: what had been told when it was asked. */
  #lookAt(place: string, floor: number, { index }: Told): void {
    assert.ok(index >= floor, `${place} is answered with ${index} after ${floor}`);
    this.#told.set(place, Math.max(index, this.#told.get(place) ?? 0));
  }

  #lookAtEntry(cell: Cell, input: CellInput, output: CellOutput): void {
    if (input.kind === 'lock' && output.kind === 'done' && output.value) this.seen.locks += 1;
    if (input.kind !== 'get' || output.kind !== 'entry' || output.entry === null) return;
    const place = `${cell.name}/${input.key}@${output.entry.modifyIndex}`;
    const entry = JSON.stringify(output.entry);
    assert.equal(this.#entries.get(place) ?? entry, entry, `another ${place}`);
    this.#entries.set(place, entry);
  }
}
