// What a server and a client agent have each in its own way (open-server.ts, open-client.ts). Everything else of the state
// worker is the same for both.

import type { Closing } from '../../../lifecycle/closing.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { StateReaders } from '../../../wire/state-worker.js';
import type { Calls } from '../calls/calls.js';
import type { FollowedReads } from '../calls/followed-reads.js';
import type { RequestLimits } from '../calls/request-limits.js';
import type { Snapshots } from '../calls/snapshots.js';
import type { MakeAnswers } from '../dns/server.js';
import type { Stats } from '../endpoints/agent/identity.js';
import type { TokenResolver } from '../methods/contract/token-resolver.js';
import type { ReadLinked } from './asked-acls.js';

/** Threads that answer reads beside this one. */
export interface ServedReaders {
  readonly threads: StateReaders;
  /** Asks the primary datacenter about a token that they have no copy of. */
  readonly readLinked: ReadLinked;
}

export interface Mode {
  /** The way to the methods. */
  readonly calls: Calls;
  /** The same for what others ask over HTTP, within this agent's limits. */
  readonly askedCalls: Calls;
  /** What tokens may do. */
  readonly acls: TokenResolver;
  /** False on a client agent while it knows no server. */
  knowsServers(): boolean;
  /** null: this thread alone answers. */
  readonly readers: ServedReaders | null;
  /** Who answers DNS. */
  readonly dnsAnswers: MakeAnswers;
  /** What this agent had of the replicated state before it was started is there again. */
  readonly recovered: Promise<void>;
  /** The whole state, saved and restored by operators. */
  readonly snapshots: Snapshots;
  /** What is told on the ports of gRPC as it changes, and within which limits; null on a client agent, which holds nothing of it. */
  readonly grpc: { readonly reads: FollowedReads; readonly limits: RequestLimits } | null;
  /** Groups of figures for /v1/agent/self and `info`. */
  stats(): Promise<Stats>;
  /** Calls back whenever a server came up, a leader was elected, or the state was restored. */
  onServerUp(callback: () => void): void;
  /** Opens what other agents reach this one by. Rejects with what the operator is told. */
  listen(closing: Closing): Promise<void>;
  /** The configuration of the files with what this agent was given since its start. */
  configured(files: RuntimeConfig): RuntimeConfig;
  /** Calls back whenever it was given something else: what {@link configured} answers has changed. */
  onReconfigured(callback: () => void): void;
  /** The files were read again; `config` is what they say. */
  reload(config: RuntimeConfig): void;
  /** Begins nothing on its own any more; what is asked is still answered. */
  rest(): void;
  /** Refuses what is asked from now on. */
  stop(): void;
}
