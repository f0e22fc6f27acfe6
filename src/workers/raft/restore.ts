// Streams the newest snapshot into the state worker at the start, within the window it gives back as it reads on.

import { RESTORE_WINDOW_BYTES } from '../../wire/raft-port.js';
import type { SnapshotDescription } from './snapshot/meta.js';
import type { SnapshotStore } from './snapshot/snapshot-store.js';
import type { StateChannel } from './state-port.js';

export class Restore {
  readonly #state: StateChannel;
  #credit = RESTORE_WINDOW_BYTES;
  #wake: (() => void) | null = null;
  #isRestored = false;

  constructor(state: StateChannel) {
    this.#state = state;
  }

  /** Resolves when the state worker has said that all of it is in place. */
  async run(store: SnapshotStore, snapshot: SnapshotDescription): Promise<void> {
    const { index, term } = snapshot.position;
    this.#state.post({ kind: 'restore-begin', meta: { id: snapshot.id, index, term, size: snapshot.size } });
    for await (const chunk of store.read(snapshot)) {
      while (this.#credit <= 0) await this.#change();
      const bytes = new Uint8Array(chunk).buffer;
      this.#credit -= bytes.byteLength;
      this.#state.post({ kind: 'restore-chunk', bytes }, [bytes]);
    }
    this.#state.post({ kind: 'restore-end' });
    while (!this.#isRestored) await this.#change();
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    this.#wake?.();
  }

  restored(): void {
    this.#isRestored = true;
    this.#wake?.();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
