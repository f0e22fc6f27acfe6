// Streams a snapshot into the state worker, at the start or when a leader has sent one, within the window that the state
// worker gives back as it reads on. One at a time.

import { RESTORE_WINDOW_BYTES } from '../../wire/raft/raft-port.js';
import type { SnapshotDescription } from './snapshot/meta.js';
import type { SnapshotStore } from './snapshot/snapshot-store.js';
import type { StateChannel } from './state-port.js';

export class Restore {
  readonly #state: StateChannel;
  readonly #snapshots: SnapshotStore;
  #credit = RESTORE_WINDOW_BYTES;
  #wake: (() => void) | null = null;
  #isRestored = false;
  #isStopped = false;

  constructor(state: StateChannel, snapshots: SnapshotStore) {
    this.#state = state;
    this.#snapshots = snapshots;
  }

  /** Resolves when the state worker has said that all of it is in place. */
  async run(snapshot: SnapshotDescription): Promise<void> {
    const { index, term } = snapshot.position;
    this.#isRestored = false;
    this.#state.post({ kind: 'restore-begin', meta: { id: snapshot.id, index, term, size: snapshot.size } });
    for await (const chunk of this.#snapshots.read(snapshot)) {
      while (this.#credit <= 0 && !this.#isStopped) await this.#change();
      if (this.#isStopped) return;
      const bytes = new Uint8Array(chunk).buffer;
      this.#credit -= bytes.byteLength;
      this.#state.post({ kind: 'restore-chunk', bytes }, [bytes]);
    }
    this.#state.post({ kind: 'restore-end' });
    while (!this.#isRestored && !this.#isStopped) await this.#change();
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    this.#wake?.();
  }

  restored(): void {
    this.#isRestored = true;
    this.#wake?.();
  }

  /** A restore under way ends without its state being in place. */
  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
