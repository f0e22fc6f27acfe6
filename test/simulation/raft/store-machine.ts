// The state store that ships, fed by the applier that ships, behind a simulated server. All servers share what each command
// answered: whoever applies an index first says it, for ever (state machine safety).
import assert from 'node:assert/strict';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import type { ApplyResult, Command, OpaqueCommand } from '../../../src/wire/commands.js';
import { AppliedProgress } from '../../../src/wire/raft/applied-progress.js';
import { KeepingUp } from '../../../src/workers/state/replica/keeping-up.js';
import { StoreApplier } from '../../../src/workers/state/replica/replica.js';
import type { SnapshotSource } from '../../../src/workers/state/replica/snapshot/snapshot-stream.js';
import { writeSnapshot } from '../../../src/workers/state/replica/snapshot/snapshot-write.js';
import { StateStore } from '../../../src/workers/state/replica/state-store.js';
import type { Machine } from './state-machine.js';

/** Index → what the command was, and what it answered. */
export type Answers = Map<number, string>;

export class StoreMachine implements Machine {
  readonly id: string;
  readonly store: StateStore;
  /** Of this life of the server, with its readers. */
  readonly progress = new AppliedProgress();
  readonly keepingUp = new KeepingUp(this.progress);
  readonly #answers: Answers;
  readonly #applier: StoreApplier;

  constructor(id: string, answers: Answers) {
    this.id = id;
    this.#answers = answers;
    this.store = new StateStore();
    const logger = new Logger('fsm', new LogSink('error', () => {}));
    this.#applier = new StoreApplier(this.store, logger, this.keepingUp);
  }

  get through(): number {
    return this.store.appliedIndex;
  }

  get content(): string {
    return Buffer.concat([...writeSnapshot(this.store.snapshot())]).toString('latin1');
  }

  apply(index: number, command: Command | OpaqueCommand): ApplyResult {
    assert.ok(index > this.through, `${this.id} applies ${index} after ${this.through}`);
    const result = this.#applier.apply(index, command);
    const answer = `${command.type} ${JSON.stringify(result)}`;
    assert.equal(this.#answers.get(index) ?? answer, answer, `${this.id}: index ${index} had another answer elsewhere`);
    this.#answers.set(index, answer);
    return result;
  }

  applyExtended(): void {
    assert.fail('an entry with extensions, which nobody here writes');
  }

  advance(index: number): void {
    this.#applier.advance(index);
  }

  flush(): void {
    this.#applier.flush();
  }

  snapshot(): SnapshotSource {
    return this.#applier.snapshot();
  }

  restoreBegin(): void {
    this.#applier.restoreBegin();
  }

  restoreChunk(bytes: Uint8Array): void {
    this.#applier.restoreChunk(bytes);
  }

  restoreEnd(index: number): void {
    assert.ok(index >= this.through, `${this.id} goes back from ${this.through} to ${index}`);
    this.#applier.restoreEnd(index);
  }
}
