// Runs one probe as a check worker would, and turns recorded definitions into probes.

import { parseDuration } from '../../../../src/gotext/duration.js';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import type { Probe } from '../../../../src/wire/checks/check-task.js';
import type { StringMap } from '../../../../src/wire/records.js';
import type { LogRecord } from '../../../../src/wire/thread-port.js';
import { TlsTrust } from '../../../../src/workers/checks/dial/tls-trust.js';
import type { Outcome, ProbeContext } from '../../../../src/workers/checks/probe/probe.js';
import { ScriptPipes } from '../../../../src/workers/checks/probe/script-pipe.js';
import { startProbe } from '../../../../src/workers/checks/start-probe.js';

/** A check definition in the API's names. */
export interface Definition {
  readonly HTTP?: string;
  readonly Method?: string;
  readonly Header?: { readonly [name: string]: readonly string[] };
  readonly Body?: string;
  readonly DisableRedirects?: boolean;
  readonly TCP?: string;
  readonly TCPUseTLS?: boolean;
  readonly UDP?: string;
  readonly GRPC?: string;
  readonly GRPCUseTLS?: boolean;
  readonly H2PING?: string;
  readonly H2PingUseTLS?: boolean;
  readonly DockerContainerID?: string;
  readonly Args?: readonly string[];
  readonly OSService?: string;
  readonly TLSServerName?: string;
  readonly TLSSkipVerify?: boolean;
  readonly Timeout?: string;
  readonly OutputMaxSize?: number;
}

/** The probe of a definition, null for the kinds that no worker runs. */
export function probeOf(definition: Definition): Probe | null {
  const { HTTP, TCP, UDP, GRPC, H2PING, DockerContainerID, Args, OSService } = definition;
  const tls = { serverName: definition.TLSServerName ?? '', skipVerify: definition.TLSSkipVerify ?? false };
  if (HTTP !== undefined) {
    return {
      kind: 'http',
      url: HTTP,
      method: definition.Method ?? 'GET',
      headers: definition.Header ?? {},
      body: definition.Body ?? '',
      followRedirects: definition.DisableRedirects !== true,
      tls,
    };
  }
  if (TCP !== undefined) return { kind: 'tcp', address: TCP, useTls: definition.TCPUseTLS ?? false, tls };
  if (UDP !== undefined) return { kind: 'udp', address: UDP };
  if (GRPC !== undefined) return { kind: 'grpc', target: GRPC, useTls: definition.GRPCUseTLS ?? false, tls };
  if (DockerContainerID !== undefined) {
    return { kind: 'docker', containerId: DockerContainerID, shell: '', args: Args ?? [] };
  }
  if (OSService !== undefined) return { kind: 'os-service', name: OSService };
  if (Args !== undefined) return { kind: 'script', args: Args };
  if (H2PING !== undefined) {
    return { kind: 'h2ping', address: H2PING, useTls: definition.H2PingUseTLS ?? true, tls };
  }
  return null;
}

export interface Runner {
  readonly context: ProbeContext;
  readonly logs: LogRecord[];
  run(definition: Definition): Promise<Outcome>;
  close(): void;
}

export function makeRunner(environment: StringMap = { PATH: process.env['PATH'] ?? '' }): Runner {
  const logs: LogRecord[] = [];
  const context: ProbeContext = {
    trust: new TlsTrust(),
    environment,
    logger: new Logger('agent', new LogSink('debug', (record) => logs.push(record))),
    pipes: new ScriptPipes(),
    scripts: new Set(),
  };
  return {
    context,
    logs,
    run(definition) {
      const probe = probeOf(definition);
      if (probe === null) throw new Error('no probe of this kind');
      const parsed = parseDuration(definition.Timeout ?? '10s');
      if (!parsed.ok) throw new Error(parsed.error);
      const run = {
        checkId: 'c1',
        probe,
        timeoutMs: parsed.ns / 1e6,
        outputMaxBytes: definition.OutputMaxSize ?? 4096,
        context,
      };
      return new Promise((resolve) => {
        startProbe(run, resolve);
      });
    },
    close: () => context.pipes.close(),
  };
}
