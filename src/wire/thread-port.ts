// What every worker thread has in common with main: its log lines and metrics go there, and orders to start, reload and
// stop come from there. Lines and metrics travel in one message per turn or second, never one each.

import type { MessagePort } from 'node:worker_threads';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';
export type LogValue = string | number | boolean | bigint | readonly string[];

/** One log line as data; main renders it (text or JSON) and writes it. */
export interface LogRecord {
  /** Unix time in milliseconds. */
  readonly time: number;
  readonly level: LogLevel;
  /** Dotted name: `agent.server.raft`. */
  readonly name: string;
  readonly message: string;
  /** Alternating keys and values, in the order they are printed. */
  readonly fields: readonly (string | LogValue)[];
}

/** Records one after the other: time, level, name, message, number of fields, fields. */
export type PackedLines = readonly LogValue[];

/** Metrics of one thread since its last report; see observe/metrics.ts. */
export interface MetricsReport {
  readonly gauges: readonly {
    readonly name: string;
    readonly labels: readonly [string, string][];
    readonly value: number;
  }[];
  readonly counters: readonly MetricAggregate[];
  readonly samples: readonly MetricAggregate[];
}
export interface MetricAggregate {
  readonly name: string;
  readonly labels: readonly [string, string][];
  readonly count: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly min: number;
  readonly max: number;
}

/** From a worker to main. */
export type WorkerToMain =
  | { readonly kind: 'log'; readonly lines: PackedLines }
  | { readonly kind: 'metrics'; readonly report: MetricsReport };

/** Given to each worker at its start. */
export interface ThreadContext {
  readonly name: string;
  readonly port: MessagePort;
  readonly logLevel: LogLevel;
}
