// From a check's definition to what a check worker runs: defaults applied, limits enforced (spec/agent.md section 3). TTL and
// alias checks have no task: this thread runs them.

import { setProperty } from '../../../../gotext/json-scan.js';
import type { CheckResult } from '../../../../wire/checks/check-port.js';
import type { CheckTask, Probe, TlsProbe } from '../../../../wire/checks/check-task.js';
import { NO_HEADERS } from '../../../../wire/checks/packed-tasks.js';
import type { CheckType } from '../../../../wire/definitions.js';
import type { CheckRecord, CheckStatus } from '../../../../wire/records.js';
import { kindOf } from './check-kind.js';

const NANOSECONDS_PER_MS = 1e6;
export const MIN_INTERVAL_MS = 1000;
/** 24 days: Node's timers fire at once when they are told to wait longer. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_SCRIPT_TIMEOUT_MS = 30_000;

/** Whose checks are run. */
export interface CheckOwner {
  /** What is to be run under this key, with the status known by now; null when its check is gone. */
  task(key: number): CheckTask | null;
  /** Hears what the probes found. */
  hear(results: readonly CheckResult[]): void;
}

/** Where probes run; the state worker connects it to the check workers. */
export interface CheckRunner {
  /** Called before anything is run: no result of a first run may be lost. */
  serve(owner: CheckOwner): void;
  /** Soon asks for the task of a key that was never used before, and runs it. */
  run(key: number): void;
  end(key: number): void;
}

export function milliseconds(ns: number): number {
  return ns / NANOSECONDS_PER_MS;
}

/** The smaller of the check's own limit and the agent's, in bytes. */
export function outputLimit(check: CheckType, agentLimit: number): number {
  return check.OutputMaxSize > 0 ? Math.min(check.OutputMaxSize, agentLimit) : agentLimit;
}

export function asStatus(text: string): CheckStatus {
  return text === 'passing' || text === 'warning' ? text : 'critical';
}

function headersOf(check: CheckType): { readonly [name: string]: readonly string[] } {
  if (check.Header === null) return NO_HEADERS;
  const headers: { [name: string]: readonly string[] } = {};
  for (const [name, values] of Object.entries(check.Header)) setProperty(headers, name, values ?? []);
  return headers;
}

/** null for kinds that need no probe. */
function probeOf(check: CheckType): Probe | null {
  const tls: TlsProbe = { serverName: check.TLSServerName, skipVerify: check.TLSSkipVerify };
  const args = check.ScriptArgs ?? [];
  switch (kindOf(check)) {
    case 'http':
      return {
        kind: 'http',
        url: check.HTTP,
        method: check.Method === '' ? 'GET' : check.Method,
        headers: headersOf(check),
        body: check.Body,
        followRedirects: !check.DisableRedirects,
        tls,
      };
    case 'tcp':
      return { kind: 'tcp', address: check.TCP, useTls: check.TCPUseTLS, tls };
    case 'udp':
      return { kind: 'udp', address: check.UDP };
    case 'grpc':
      return { kind: 'grpc', target: check.GRPC, useTls: check.GRPCUseTLS, tls };
    case 'h2ping':
      return { kind: 'h2ping', address: check.H2PING, useTls: check.H2PingUseTLS, tls };
    case 'script':
      return { kind: 'script', args };
    case 'docker': {
      const shell = check.Shell === '' ? (process.env['SHELL'] ?? '/bin/sh') : check.Shell;
      return { kind: 'docker', containerId: check.DockerContainerID, shell, args };
    }
    case 'os_service':
      return { kind: 'os-service', name: check.OSService };
    case 'ttl':
    case 'alias':
      return null;
  }
}

function timeoutMs(check: CheckType, probe: Probe): number {
  if (check.Timeout > 0) return Math.min(MAX_TIMEOUT_MS, milliseconds(check.Timeout));
  if (probe.kind === 'docker') return 0;
  return probe.kind === 'script' || probe.kind === 'os-service' ? DEFAULT_SCRIPT_TIMEOUT_MS : DEFAULT_TIMEOUT_MS;
}

/** The task under `key`; null when the check is one that this thread runs itself. */
export function taskOf(key: number, check: CheckType, record: CheckRecord, agentOutputLimit: number): CheckTask | null {
  const probe = probeOf(check);
  if (probe === null) return null;
  return {
    key,
    checkId: record.CheckID,
    serviceId: record.ServiceID,
    intervalMs: Math.max(MIN_INTERVAL_MS, milliseconds(check.Interval)),
    timeoutMs: timeoutMs(check, probe),
    outputMaxBytes: outputLimit(check, agentOutputLimit),
    successBeforePassing: check.SuccessBeforePassing,
    failuresBeforeWarning: check.FailuresBeforeWarning > 0 ? check.FailuresBeforeWarning : check.FailuresBeforeCritical,
    failuresBeforeCritical: check.FailuresBeforeCritical,
    status: asStatus(record.Status),
    output: record.Output,
    probe,
  };
}
