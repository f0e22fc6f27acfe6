// An operator's snapshot takes the place of everything (spec/raft.md, section 13): it is written like any other snapshot, at an
// index behind the whole log, and when it is durable the log goes on after it. A crash before that leaves the state as it was, one
// after it is found at the next start by the snapshot alone, which lies beyond the log. It is committed when a majority has it, and
// only then is the state restored (docs/raft.md, "A snapshot that isn't proven"). What is proposed meanwhile waits; what was
// proposed before and isn't answered yet is told that a restore came between. The last steps let nothing else in between: who
// leads when the snapshot becomes visible still leads when it takes effect.

import type { Logger } from '../../observe/logger.js';
import { MAX_UNPERSISTED_BYTES, type StateToRaft } from '../../wire/raft/raft-port.js';
import { type LogIndex, logIndex, type Position } from './core/entry.js';
import type { RaftCore } from './core/raft.js';
import { NOT_LEADER, TRANSFERRING } from './orders.js';
import type { SnapshotDescription } from './snapshot/meta.js';
import type { SnapshotSink, SnapshotStore } from './snapshot/snapshot-store.js';
import type { StateChannel } from './state-port.js';

export interface OperatorRestoreParts {
  readonly core: RaftCore;
  readonly snapshots: SnapshotStore;
  readonly state: StateChannel;
  readonly readFile: (path: string) => AsyncIterable<Uint8Array>;
  /** Resolves when no write of the log is under way. */
  readonly quiet: () => Promise<void>;
  /** The log goes on after the snapshot; the entry at `index` commits it, and then `request` is answered. */
  readonly restored: (snapshot: SnapshotDescription, request: number, index: LogIndex) => void;
  /** What was held back comes now. */
  readonly resume: (held: readonly StateToRaft[]) => void;
  readonly logger: Logger;
  readonly failed: (error: unknown) => void;
}

type RestoreRequest = Extract<StateToRaft, { kind: 'restore-state' }>;

export class OperatorRestore {
  readonly #parts: OperatorRestoreParts;
  #work: Promise<void> | null = null;
  #held: StateToRaft[] = [];
  #heldBytes = 0;
  #isFrozen = false;
  #stopped = false;

  constructor(parts: OperatorRestoreParts) {
    this.#parts = parts;
  }

  /** Nothing may reach the core now, nor leave it. */
  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** True: the message comes again when the restore is over. */
  holds(message: StateToRaft): boolean {
    if (this.#work === null || this.#stopped) return false;
    if (message.kind === 'propose') {
      if (this.#heldBytes + message.entries.byteLength > MAX_UNPERSISTED_BYTES) {
        const { batch, count } = message;
        this.#parts.state.post({ kind: 'rejected', batch, count, reason: { code: 'queue-full' } });
        return true;
      }
      this.#heldBytes += message.entries.byteLength;
    } else if (message.kind !== 'barrier' && message.kind !== 'verify' && !isTransfer(message)) return false;
    this.#held.push(message);
    return true;
  }

  begin(message: RestoreRequest): void {
    const problem = this.#obstacle();
    if (problem !== null) {
      this.#refuse(message.request, problem);
      return;
    }
    this.#work = this.#restore(message)
      .catch((error: unknown) => this.#refuse(message.request, error instanceof Error ? error.message : String(error)))
      .finally(() => {
        const held = this.#held;
        this.#held = [];
        this.#heldBytes = 0;
        this.#work = null;
        this.#parts.resume(held);
      });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  #obstacle(): string | null {
    const { core } = this.#parts;
    if (this.#stopped) return 'raft is already shutdown';
    if (this.#work !== null) return 'another restore is under way';
    if (core.role !== 'leader') return NOT_LEADER;
    if (core.isTransferring) return TRANSFERRING;
    if (core.committedConfiguration === null) {
      const applied = `have applied ${core.log.committed}`;
      return `cannot restore snapshot now, wait until the configuration entry has been applied (${applied})`;
    }
    return null;
  }

  async #restore({ request, path, index }: RestoreRequest): Promise<void> {
    const { core, snapshots, readFile, quiet, logger } = this.#parts;
    await quiet();
    const configuration = core.committedConfiguration;
    if (configuration === null) throw new Error('a configuration came between');
    const position: Position = { index: logIndex(Math.max(index, core.log.last.index) + 1), term: core.term };
    const sink = await snapshots.create(position, configuration);
    try {
      for await (const bytes of readFile(path)) {
        if (this.#stopped) throw new Error('raft is already shutdown');
        await sink.write(bytes);
      }
      await sink.seal();
      await quiet();
      const isSame = core.committedConfiguration === configuration && core.log.last.index < position.index;
      if (core.role !== 'leader' || core.term !== position.term) throw new Error('leadership lost while restoring');
      if (!isSame) throw new Error('a configuration came between');
    } catch (error) {
      await sink.cancel().catch(() => undefined);
      throw error;
    }
    await this.#replace(sink, position, request);
    logger.info('restored user snapshot', 'index', position.index);
  }

  /** Nobody else gets a word in from here until the log goes on after the snapshot. */
  async #replace(sink: SnapshotSink, position: Position, request: number): Promise<void> {
    const { core, restored, failed } = this.#parts;
    this.#isFrozen = true;
    try {
      const snapshot = await sink.finish();
      restored(snapshot, request, core.restore(position));
    } catch (error) {
      // Nobody knows whether the next start would find it: this server stays still, and ends.
      failed(error);
      throw error;
    }
    this.#isFrozen = false;
  }

  #refuse(request: number, error: string): void {
    this.#parts.state.post({ kind: 'restore-refused', request, error });
  }
}

/** Who took over now might not have what is being restored. */
function isTransfer(message: StateToRaft): boolean {
  return message.kind === 'order' && message.order.order === 'transfer';
}
