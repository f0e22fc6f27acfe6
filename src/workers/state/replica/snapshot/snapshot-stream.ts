// A snapshot on its way to the raft worker: piece by piece, one a turn of the event loop, never more than was granted.

import { SNAPSHOT_WINDOW_BYTES, type StateToRaft } from '../../../../wire/raft/raft-port.js';

/** Where a stream goes: the port to the raft worker. */
export interface SnapshotPort {
  postMessage(message: StateToRaft, transfer: readonly ArrayBuffer[]): void;
}

/** The stream of one snapshot; each chunk is handed over for good. */
export interface SnapshotSource {
  readonly index: number;
  next(): Uint8Array<ArrayBuffer> | null;
}

export class SnapshotStream {
  readonly #port: SnapshotPort;
  readonly #request: number;
  readonly #source: SnapshotSource;
  readonly #done: () => void;
  #credit = SNAPSHOT_WINDOW_BYTES;
  #running = false;

  constructor(port: SnapshotPort, request: number, source: SnapshotSource, done: () => void) {
    this.#port = port;
    this.#request = request;
    this.#source = source;
    this.#done = done;
    this.#post({ kind: 'snapshot-begin', request, index: source.index });
    this.#schedule();
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#running || this.#credit <= 0) return;
    this.#running = true;
    setImmediate(() => this.#step());
  }

  #step(): void {
    this.#running = false;
    try {
      const chunk = this.#source.next();
      if (!chunk) {
        this.#post({ kind: 'snapshot-end', request: this.#request });
        this.#done();
        return;
      }
      this.#credit -= chunk.byteLength;
      const bytes = chunk.byteLength === chunk.buffer.byteLength ? chunk.buffer : chunk.slice().buffer;
      this.#post({ kind: 'snapshot-chunk', request: this.#request, bytes }, [bytes]);
    } catch (error) {
      this.#post({ kind: 'snapshot-failed', request: this.#request, reason: String(error) });
      this.#done();
      return;
    }
    this.#schedule();
  }

  #post(message: StateToRaft, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}
