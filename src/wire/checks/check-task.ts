// What a check worker does for one check.

import type { CheckStatus } from '../records.js';

/** What to run and how often, all defaults applied and limits enforced. Durations in milliseconds. */
export interface CheckTask {
  /** The key under which results come back: unique within the agent, chosen by the state worker. */
  readonly key: number;
  /** The check's ID, for log lines. */
  readonly checkId: string;
  readonly serviceId: string;
  readonly intervalMs: number;
  /** 0 only for docker: no limit. */
  readonly timeoutMs: number;
  /** Kept output in bytes (the smaller of output_max_size and check_output_max_size). */
  readonly outputMaxBytes: number;
  readonly successBeforePassing: number;
  readonly failuresBeforeWarning: number;
  readonly failuresBeforeCritical: number;
  /** Status when the task is handed over: results are judged and de-duplicated against it. */
  readonly status: CheckStatus;
  readonly output: string;
  readonly probe: Probe;
}

export interface TlsProbe {
  readonly serverName: string;
  readonly skipVerify: boolean;
}

/** The kinds a check worker runs. TTL and alias checks need no probe: the state worker owns them. */
export type Probe =
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly method: string;
      readonly headers: { readonly [name: string]: readonly string[] };
      readonly body: string;
      readonly followRedirects: boolean;
      readonly tls: TlsProbe;
    }
  | { readonly kind: 'tcp'; readonly address: string; readonly useTls: boolean; readonly tls: TlsProbe }
  | { readonly kind: 'udp'; readonly address: string }
  | { readonly kind: 'grpc'; readonly target: string; readonly useTls: boolean; readonly tls: TlsProbe }
  | { readonly kind: 'h2ping'; readonly address: string; readonly useTls: boolean; readonly tls: TlsProbe }
  | { readonly kind: 'script'; readonly args: readonly string[] }
  /** With a shell, given in the definition, `args` are joined to its command line; without ('') they run directly. */
  | { readonly kind: 'docker'; readonly containerId: string; readonly shell: string; readonly args: readonly string[] }
  | { readonly kind: 'os-service'; readonly name: string };
