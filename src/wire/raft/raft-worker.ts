// The port between main and the raft worker: what the worker is started with, orders to it, and its last words. Entries
// and snapshots never pass here: they travel between the raft and the state worker (raft-port.ts).

import type { MessagePort } from 'node:worker_threads';
import type { DialConfig, RuntimeConfig } from '../config.js';
import type { LogLevel, ThreadContext, WorkerToMain } from '../thread-port.js';

export type RaftSettings = RuntimeConfig['raft'];

export interface RaftWorkerData {
  readonly context: ThreadContext;
  readonly statePort: MessagePort;
  /** Replicas that get what is committed, and propose nothing. */
  readonly readerPorts: readonly MessagePort[];
  /** Raft connections that other servers opened (raft-streams.ts). */
  readonly raftStreams: MessagePort;
  /** Buffer of a {@link Leadership}; this worker is its only writer. */
  readonly leadership: SharedArrayBuffer;
  readonly raft: RaftSettings;
  /** How other servers are dialed; null: in clear. */
  readonly dialing: DialConfig | null;
  /** null: nothing is kept, the log and snapshots live in memory (-dev). */
  readonly dataDir: string | null;
  /** The node ID. */
  readonly serverId: string;
  /** `host:port` of this server's RPC address as other servers reach it. */
  readonly serverAddress: string;
  /** This server makes itself the only voter when it starts without any state. */
  readonly bootstrap: boolean;
  /** 0 when not set. 1 means the same as `bootstrap`; more means waiting for that many servers. */
  readonly bootstrapExpect: number;
}

export type MainToRaft =
  /** Finish the running write, close the store, answer `stopped`; the thread then ends by itself with code 0. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'log-level'; readonly level: LogLevel }
  | { readonly kind: 'reload'; readonly raft: RaftSettings; readonly dialing: DialConfig };

export type RaftToMain =
  | WorkerToMain
  /** Recovery is done: the log is open and the newest snapshot is with the state worker. */
  | { readonly kind: 'started' }
  /** The log can't be opened, read or written. `text` is one line for the operator; the thread ends with code 1. */
  | { readonly kind: 'fatal'; readonly text: string }
  | { readonly kind: 'stopped' };
