// The port between the state worker (owner of the local checks) and a check worker (a shard of them). Definitions go
// one way; the other way comes a message only when a status or an output changed, many in one message per turn.

import type { MessagePort } from 'node:worker_threads';
import type { CheckStatus, StringMap } from '../records.js';
import type { LogLevel, ThreadContext } from '../thread-port.js';
import type { PackedTasks } from './packed-tasks.js';

export type StateToChecks =
  | { readonly kind: 'add'; readonly tasks: PackedTasks }
  | { readonly kind: 'remove'; readonly keys: readonly number[] }
  /** Certificates for checks when enable_agent_tls_for_checks is on; PEM texts. */
  | { readonly kind: 'tls'; readonly ca: readonly string[]; readonly cert: string; readonly key: string }
  | { readonly kind: 'log-level'; readonly level: LogLevel }
  | { readonly kind: 'stop' };

export interface CheckResult {
  readonly key: number;
  readonly status: CheckStatus;
  readonly output: string;
}

export type ChecksToState =
  | { readonly kind: 'results'; readonly results: readonly CheckResult[] }
  | { readonly kind: 'stopped' };

/** What piscina hands to a check worker's task; the port is transferred. */
export interface CheckShardTask {
  readonly port: MessagePort;
  readonly shard: number;
  /** At most this many probes of the shard run at the same time; others wait their turn, oldest first. */
  readonly concurrency: number;
  readonly environment: StringMap;
  readonly control: ThreadContext;
}
