// The port between main and the state worker: what the worker is started with, orders to it, and what it asks of main
// (everything that belongs to the process as a whole: reload, leave, membership, check shards, the log stream).

import type { MessagePort } from 'node:worker_threads';
import type { RuntimeConfig } from './config.js';
import type { Coordinate, FiredEvent, KeyringAnswer, KeyringOperation, PoolFigures } from './gossip-pools.js';
import type { PackedChanges } from './packed-members.js';
import type { LogLevel, LogRecord, MetricsReport, ThreadContext, WorkerToMain } from './thread-port.js';

/** What the thread is begun with, before there are orders. */
export interface StateWorkerHint {
  /** It will be a server, as far as the command line says. */
  readonly expectsServer: boolean;
}

/** The threads that answer reads beside the state worker. */
export interface StateReaders {
  /** One a reader (reader-port.ts). */
  readonly ports: readonly MessagePort[];
  /** Buffer of an AppliedProgress, of this thread and them. */
  readonly progress: SharedArrayBuffer;
  /** Buffer of RequestRates, of the same threads. */
  readonly requestRates: SharedArrayBuffer;
  /** They answer DNS, too. */
  readonly answerDns: boolean;
}

export interface StateWorkerData {
  readonly context: ThreadContext;
  readonly config: RuntimeConfig;
  /** null on a client agent: no replicated state here. */
  readonly raft: {
    readonly port: MessagePort;
    readonly leadership: SharedArrayBuffer;
    /** To where Raft connections to the server port are relayed (raft-streams.ts). */
    readonly raftStreams: MessagePort;
    /** null: no readers beside this thread. */
    readonly readers: StateReaders | null;
  } | null;
}

/** What the API asks of the process as a whole; answered with the same request number. */
export type ControlRequest =
  | { readonly op: 'reload' }
  | { readonly op: 'leave' }
  | { readonly op: 'join'; readonly addresses: readonly string[]; readonly wan: boolean }
  | { readonly op: 'force-leave'; readonly node: string; readonly prune: boolean; readonly wan: boolean }
  /** Spreads a user event in the LAN pool; it comes back like everybody else's. */
  | { readonly op: 'fire-event'; readonly event: Omit<FiredEvent, 'lTime' | 'version'> }
  /** `key`: raw bytes, empty for a list. `localOnly`: the LAN pool alone. */
  | {
      readonly op: 'keyring';
      readonly operation: KeyringOperation;
      readonly key: Uint8Array;
      readonly relayFactor: number;
      readonly localOnly: boolean;
    }
  | { readonly op: 'pool-figures' }
  /** What is known of where the WAN pool's members are, by member name. */
  | { readonly op: 'wan-coordinates' };

/** What a request yields, by its `op`. */
export interface ControlResults {
  readonly reload: null;
  readonly leave: null;
  /** How many of the addresses were joined; none is an error. */
  readonly join: { readonly joined: number };
  readonly 'force-leave': null;
  readonly 'fire-event': null;
  /** WAN first, as Consul lists them. A client has no WAN pool. */
  readonly keyring: readonly KeyringAnswer[];
  readonly 'pool-figures': { readonly lan: PoolFigures; readonly wan: PoolFigures | null };
  readonly 'wan-coordinates': ReadonlyMap<string, Coordinate>;
}

export type ControlAnswer<Op extends ControlRequest['op'] = ControlRequest['op']> =
  | { readonly ok: true; readonly result: ControlResults[Op] }
  | { readonly ok: false; readonly error: string };

/** Before the pools are left, and after: a server hands over what it leads, and waits until it is no peer any more. */
export type LeaveStep = 'hand-over' | 'be-removed';

export type MainToState =
  | { readonly kind: 'stop'; readonly deadlineMs: number }
  /** Answered by `reloaded`; one at a time. */
  | { readonly kind: 'reload'; readonly config: RuntimeConfig }
  | { readonly kind: 'log-level'; readonly level: LogLevel }
  /** Metrics of the other threads, for /v1/agent/metrics. */
  | { readonly kind: 'metrics'; readonly report: MetricsReport }
  /** The last bin of metrics goes to stderr. */
  | { readonly kind: 'dump-metrics' }
  /** Log records of all threads, while a monitor listens. */
  | { readonly kind: 'log'; readonly records: readonly LogRecord[] }
  /** Sent before anything else of a pool; the first ones name this agent itself. */
  | { readonly kind: 'members'; readonly changes: PackedChanges }
  /** A server in the LAN pool may be failing; told to servers. */
  | { readonly kind: 'server-suspected'; readonly name: string }
  | { readonly kind: 'user-event'; readonly event: FiredEvent }
  /** Where this agent is in the LAN pool. */
  | { readonly kind: 'coordinate'; readonly coordinate: Coordinate }
  /** A check shard's task ended; its checks must be sent again over a new port. */
  | { readonly kind: 'check-shard-lost'; readonly shard: number }
  /** Answered by `leave-step-done` of the same step. Main goes on without one that takes too long, and then asks for the next. */
  | { readonly kind: 'leave-step'; readonly step: LeaveStep }
  | { readonly kind: 'control-answer'; readonly request: number; readonly answer: ControlAnswer };

export type StateToMain =
  | WorkerToMain
  /** Listeners are open and local state is restored. */
  | { readonly kind: 'started'; readonly http: readonly string[]; readonly dns: readonly string[] }
  /** The agent cannot start or go on; `text` is for the operator. */
  | { readonly kind: 'fatal'; readonly text: string }
  | { readonly kind: 'stopped' }
  /** With an error nothing was taken over. */
  | { readonly kind: 'reloaded'; readonly error: string | null }
  | { readonly kind: 'check-shard'; readonly shard: number; readonly concurrency: number; readonly port: MessagePort }
  /** The lowest level any monitor listens to; null when none does. */
  | { readonly kind: 'monitor'; readonly level: LogLevel | null }
  | { readonly kind: 'leave-step-done'; readonly step: LeaveStep }
  /** This server leads now: the LAN pool is told. */
  | { readonly kind: 'new-leader' }
  | { readonly kind: 'control'; readonly request: number; readonly control: ControlRequest };
