// What a row of the table is: how it is run, what it measures, and the goal of each figure. The rows themselves are data, one
// file a family, in rows/.

import type { Agent, AgentSpec, Engine, Subject } from './agent.js';
import type { CalibrationKey } from './calibration/calibrations.js';
import type { LoadUsage } from './load-usage.js';

export type Goal =
  | { readonly kind: 'at-least'; readonly value: number }
  | { readonly kind: 'at-most'; readonly value: number }
  /** `row`: the peer's figure of that row is the one to beat. */
  | { readonly kind: 'times-peer'; readonly factor: number; readonly row?: string }
  | { readonly kind: 'below-peer' };

export type Unit = '/s' | 's' | 'ms' | 'µs' | 'KB' | 'MB' | '×';

export interface Metric {
  /** Key in the values of a sample. */
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  readonly better: 'higher' | 'lower';
  /** Consul 1.21.4 on the machine of the reference figures; compared with when the run has no peer. */
  readonly recorded?: number;
  /** The calibration that says how much faster this machine is than that one. */
  readonly scaledBy?: CalibrationKey;
  readonly goal?: Goal | { readonly net: Goal; readonly uws: Goal };
}

export interface Sample {
  readonly values: { readonly [metric: string]: number };
  /** Of the measured stretch alone: neither preparation nor warm-up. */
  readonly usage?: LoadUsage;
  /** The load was as hard as the server bears: a server that wasn't busy then waited for something else. */
  readonly throughput?: boolean;
  readonly notes?: readonly string[];
  /** Rows that measure a curve. */
  readonly curve?: readonly CurvePoint[];
}

export interface CurvePoint {
  readonly services: number;
  readonly newPerSecond: number;
  readonly againPerSecond: number;
  /** CPU of the server per registration in µs, until all are in the catalog, without what it burns when left alone. */
  readonly newCpuMicros: number;
  readonly againCpuMicros: number;
  readonly rssMb: number;
}

/** One execution of a row with one subject. Agents it starts are stopped behind it, its directory is removed. */
export interface Run {
  readonly subject: Subject;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly directory: string;
  startAgent(spec: AgentSpec): Promise<Agent>;
  /** Says on the terminal what is going on. */
  say(step: string): void;
}

export interface Row {
  readonly id: string;
  readonly what: string;
  /** Measured on both engines unless told otherwise. */
  readonly dependsOnEngine: boolean;
  /** False for what only lictor can answer. */
  readonly hasPeer: boolean;
  /** Takes minutes and gigabytes: run only when it is asked for by name. */
  readonly isOnlyNamed?: boolean;
  readonly metrics: readonly Metric[];
  run(run: Run): Promise<Sample>;
}

/** A goal as it holds for one engine; a peer has none. */
export function goalFor(metric: Metric, engine: Engine | null): Goal | null {
  if (!metric.goal || engine === null) return null;
  return 'kind' in metric.goal ? metric.goal : metric.goal[engine];
}
