// The state behind a simulated server: which command was applied under which index. All servers share a history: whoever
// applies an index first says what it is, for ever (state machine safety).

import assert from 'node:assert/strict';
import { type ApplyResult, type Command, CommandType, type OpaqueCommand } from '../../../src/wire/commands.js';
import type { Applier } from '../../../src/workers/state/replica/raft-client.js';
import type { SnapshotSource } from '../../../src/workers/state/replica/snapshot/snapshot-stream.js';

export function setCommand(key: string): Command {
  const DirEnt = { Key: key, Value: null, Flags: 0, Session: '', LockIndex: 0, CreateIndex: 0, ModifyIndex: 0 };
  return { type: CommandType.kvs, body: { Datacenter: 'dc1', Token: '', Op: 'set', DirEnt } };
}

/** What all servers agree on: index → the key that its command sets. */
export type History = Map<number, string>;

/** The state behind a server, as the simulator looks at it. */
export interface Machine extends Applier {
  readonly id: string;
  /** Everything through here is applied. */
  readonly through: number;
  /** Equal on servers that applied the same. */
  readonly content: unknown;
}

const DONE: ApplyResult = { kind: 'nil' };

export class StateMachine implements Machine {
  through = 0;
  readonly id: string;
  readonly #history: History;
  /** Ascending. */
  #applied: [number, string][] = [];
  #restoring: Uint8Array[] = [];

  constructor(id: string, history: History) {
    this.id = id;
    this.#history = history;
  }

  get content(): readonly (readonly [number, string])[] {
    return this.#applied;
  }

  apply(index: number, command: Command | OpaqueCommand): ApplyResult {
    assert.ok(index > this.through, `${this.id} applies ${index} after ${this.through}`);
    assert.ok(command.type === CommandType.kvs);
    const key = command.body.DirEnt.Key;
    assert.equal(this.#history.get(index) ?? key, key, `${this.id}: index ${index} was something else elsewhere`);
    this.#history.set(index, key);
    this.#applied.push([index, key]);
    this.through = index;
    return DONE;
  }

  applyExtended(): void {
    assert.fail(`${this.id} gets an entry with extensions, which nobody here writes`);
  }

  advance(index: number): void {
    if (index > this.through) this.through = index;
  }

  flush(): void {}

  snapshot(): SnapshotSource {
    const rest = [new Uint8Array(Buffer.from(JSON.stringify(this.#applied)))];
    return { index: this.through, next: () => rest.shift() ?? null };
  }

  restoreBegin(): void {
    this.#restoring = [];
  }

  restoreChunk(bytes: Uint8Array): void {
    this.#restoring.push(bytes);
  }

  restoreEnd(index: number): void {
    assert.ok(index >= this.through, `${this.id} goes back from ${this.through} to ${index}`);
    this.#applied = JSON.parse(Buffer.concat(this.#restoring).toString()) as [number, string][];
    for (const [at, key] of this.#applied) assert.equal(this.#history.get(at), key, `${this.id}: a snapshot's ${at}`);
    this.through = index;
  }
}
