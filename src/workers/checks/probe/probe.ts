// What all kinds of probes share: what they are given, what they give back, how they are called off.

import type { Logger } from '../../../observe/logger.js';
import type { CheckStatus, StringMap } from '../../../wire/records.js';
import type { TlsTrust } from '../dial/tls-trust.js';
import type { ScriptPipes } from './script-pipe.js';

export interface Outcome {
  readonly status: CheckStatus;
  readonly output: string;
}

/** What the probes of one shard have in common. */
export interface ProbeContext {
  readonly trust: TlsTrust;
  readonly environment: StringMap;
  readonly logger: Logger;
  readonly pipes: ScriptPipes;
  /** Scripts that haven't ended yet, killed or not. */
  readonly scripts: Set<object>;
}

/** One run of one check. */
export interface ProbeRun<P> {
  readonly checkId: string;
  readonly probe: P;
  readonly timeoutMs: number;
  readonly outputMaxBytes: number;
  readonly context: ProbeContext;
}

/** Called once, at any time, also before the start has returned. */
export type Done = (outcome: Outcome) => void;

/** Ends a run whose outcome nobody wants any more and frees what it holds; `done` may or may not still be called. */
export type Cancel = () => void;

export function passing(output: string): Outcome {
  return { status: 'passing', output };
}

export function critical(output: string): Outcome {
  return { status: 'critical', output };
}
