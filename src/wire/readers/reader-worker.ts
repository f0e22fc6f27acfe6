// The port between main and a reader: what the thread is started with, orders to it, and its last words. Requests never pass
// here: they travel between a reader and the state worker (reader-port.ts).

import type { MessagePort } from 'node:worker_threads';
import type { RuntimeConfig } from '../config.js';
import type { LogLevel, ThreadContext, WorkerToMain } from '../thread-port.js';

export interface ReaderWorkerData {
  readonly context: ThreadContext;
  readonly config: RuntimeConfig;
  /** From the raft worker: everything committed. */
  readonly raft: { readonly port: MessagePort; readonly leadership: SharedArrayBuffer };
  /** To the state worker. */
  readonly primary: MessagePort;
  /** Buffer of an AppliedProgress, of all threads that answer reads. */
  readonly progress: SharedArrayBuffer;
  /** Buffer of RequestRates, of the same threads. */
  readonly requestRates: SharedArrayBuffer;
}

export type MainToReader =
  | { readonly kind: 'stop'; readonly deadlineMs: number }
  | { readonly kind: 'log-level'; readonly level: LogLevel }
  /** Accepted by the state worker. */
  | { readonly kind: 'reload'; readonly config: RuntimeConfig };

export type ReaderToMain =
  | WorkerToMain
  /** This thread can't go on. `text` is one line for the operator. */
  | { readonly kind: 'fatal'; readonly text: string }
  | { readonly kind: 'stopped' };
