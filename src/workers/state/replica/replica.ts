// What a server has and a client agent hasn't: the replicated store, fed by the raft worker and by nothing else.

import type { MessagePort } from 'node:worker_threads';
import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import { decodeCommand } from '../../../wasm/commands.js';
import type { ApplyResult, Command, OpaqueCommand } from '../../../wire/commands.js';
import { Leadership } from '../../../wire/raft/leadership.js';
import { type ExtendedEntry, isCheckpoint, readPlace } from './chunks/extended-entry.js';
import { isKnownType } from './fsm/apply.js';
import type { KeepingUp } from './keeping-up.js';
import { type Applier, RaftClient, type RaftEvents } from './raft-client.js';
import { SnapshotReader } from './snapshot/snapshot-read.js';
import type { SnapshotSource } from './snapshot/snapshot-stream.js';
import { writeSnapshot } from './snapshot/snapshot-write.js';
import { StateStore } from './state-store.js';

/** Applies what the log commits to the store, and moves snapshots between the two. */
export class StoreApplier implements Applier {
  readonly #store: StateStore;
  readonly #logger: Logger;
  /** null: no other thread answers reads. */
  readonly #keepingUp: KeepingUp | null;
  #restoring: SnapshotReader | null = null;

  constructor(store: StateStore, logger: Logger, keepingUp: KeepingUp | null = null) {
    this.#store = store;
    this.#logger = logger;
    this.#keepingUp = keepingUp;
  }

  apply(index: number, command: Command | OpaqueCommand): ApplyResult {
    const result = this.#store.apply(index, command);
    if (command.type === 'opaque' && result.kind === 'error') {
      if (!isKnownType(command)) throw new Error(`log entry ${index} is of an unknown type: ${result.text}`);
      this.#logger.error('log entry of a type that is not interpreted', 'index', index, 'error', result.text);
    }
    return result;
  }

  applyExtended(entry: ExtendedEntry): void {
    const { index, term, data, extensions } = entry;
    const whole = isCheckpoint(entry) ? null : this.#join(index, term, data, extensions);
    if (whole === null) this.#store.advance(index);
    else this.apply(index, decodeCommand(whole));
  }

  #join(index: number, term: number, data: Uint8Array, extensions: Uint8Array): Uint8Array | null {
    const place = readPlace(extensions);
    if (place !== null) return this.#store.tables.chunks.take(term, place, data);
    this.#logger.error('log entry with extensions that say nothing', 'index', index);
    return null;
  }

  advance(index: number): void {
    this.#store.advance(index);
  }

  /** Whoever is answered from now on, be it a writer or a reader that is woken, is answered from this state. */
  flush(): void {
    this.#keepingUp?.reached(this.#store.appliedIndex);
    this.#store.flush();
  }

  snapshot(): SnapshotSource {
    const chunks = writeSnapshot(this.#store.snapshot());
    return {
      index: this.#store.appliedIndex,
      next: () => {
        const { done, value } = chunks.next();
        return done ? null : value;
      },
    };
  }

  restoreBegin(): void {
    this.#restoring = new SnapshotReader(this.#store);
  }

  restoreChunk(bytes: Uint8Array): void {
    this.#restoring?.push(bytes);
  }

  restoreEnd(index: number): void {
    // All readers are woken within, and are answered from the new state.
    this.#keepingUp?.showing(index);
    this.#restoring?.end(index);
    this.#restoring = null;
    this.#keepingUp?.reached(index);
  }
}

export interface Replica {
  readonly store: StateStore;
  readonly consensus: RaftClient;
  /** null: no other thread answers reads. */
  readonly keepingUp: KeepingUp | null;
}

export function openReplica(
  raft: { readonly port: MessagePort; readonly leadership: SharedArrayBuffer },
  events: RaftEvents,
  holdMs: number,
  logger: Logger,
  metrics: Metrics | null,
  keepingUp: KeepingUp | null = null,
): Replica {
  const store = new StateStore(metrics === null ? {} : { metrics });
  const applier = new StoreApplier(store, logger.child('fsm'), keepingUp);
  const consensus = new RaftClient(raft.port, new Leadership(raft.leadership), applier, events, holdMs);
  return { store, consensus, keepingUp };
}
