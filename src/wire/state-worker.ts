// The port between main and the state worker: what the worker is started with, orders to it, and what it asks of main
// (everything that belongs to the process as a whole: reload, leave, membership, check shards, the log stream).

import type { MessagePort } from 'node:worker_threads';
import type { RuntimeConfig } from './config.js';
import type { LogLevel, LogRecord, MetricsReport, ThreadContext, WorkerToMain } from './thread-port.js';

export interface StateWorkerData {
  readonly context: ThreadContext;
  readonly config: RuntimeConfig;
  /** null on a client agent: no replicated state here. */
  readonly raft: { readonly port: MessagePort; readonly leadership: SharedArrayBuffer } | null;
}

/** A member of the LAN pool as the API shows it. */
export interface Member {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly tags: { readonly [name: string]: string };
  /** 0 none, 1 alive, 2 leaving, 3 left, 4 failed. */
  readonly status: number;
  readonly protocolMin: number;
  readonly protocolMax: number;
  readonly protocolCurrent: number;
  readonly delegateMin: number;
  readonly delegateMax: number;
  readonly delegateCurrent: number;
}

/** What the API asks of the process; answered with the same request number. */
export type ControlRequest =
  | { readonly op: 'reload' }
  | { readonly op: 'leave' }
  | { readonly op: 'join'; readonly address: string; readonly wan: boolean }
  | { readonly op: 'force-leave'; readonly node: string; readonly prune: boolean; readonly wan: boolean };

export type ControlAnswer = { readonly ok: true } | { readonly ok: false; readonly error: string };

export type MainToState =
  | { readonly kind: 'stop'; readonly deadlineMs: number }
  | { readonly kind: 'reload'; readonly config: RuntimeConfig }
  | { readonly kind: 'log-level'; readonly level: LogLevel }
  /** Metrics of the other threads, for /v1/agent/metrics. */
  | { readonly kind: 'metrics'; readonly report: MetricsReport }
  /** Log records of all threads, while a monitor listens. */
  | { readonly kind: 'log'; readonly records: readonly LogRecord[] }
  | { readonly kind: 'members'; readonly lan: readonly Member[]; readonly wan: readonly Member[] }
  /** A check shard's task ended; its checks must be sent again over a new port. */
  | { readonly kind: 'check-shard-lost'; readonly shard: number }
  | { readonly kind: 'control-answer'; readonly request: number; readonly answer: ControlAnswer };

export type StateToMain =
  | WorkerToMain
  /** Listeners are open and local state is restored. */
  | { readonly kind: 'started'; readonly http: readonly string[]; readonly dns: readonly string[] }
  /** The agent cannot start or go on; `text` is for the operator. */
  | { readonly kind: 'fatal'; readonly text: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'check-shard'; readonly shard: number; readonly concurrency: number; readonly port: MessagePort }
  /** The lowest level any monitor listens to; null when none does. */
  | { readonly kind: 'monitor'; readonly level: LogLevel | null }
  | { readonly kind: 'control'; readonly request: number; readonly control: ControlRequest };
