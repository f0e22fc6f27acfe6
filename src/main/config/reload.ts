// What a reload takes over (spec/agent.md section 1, "Reload"): the keys that the schema marks, and nothing else. All the
// rest of the configuration goes on as it was at the start, and is named when it has changed.

import { isDeepStrictEqual } from 'node:util';
import type { RuntimeConfig, TlsStanza } from '../../wire/config.js';
import { withIdentity } from './identity.js';
import { type LoadResult, loadConfig } from './load.js';
import { logLevel } from './runtime.js';
import { AGENT, type AgentConfig } from './schema/agent.js';
import type { Schema } from './schema/types.js';
import { logLevelProblem } from './start-checks.js';
import { readTlsFiles } from './tls-files.js';
import { watchProblem } from './watch-checks.js';

export type Reloaded =
  | { readonly ok: true; readonly config: RuntimeConfig; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly error: string };

/** What the agent was started with. */
export interface Started {
  readonly config: RuntimeConfig;
  readonly settings: AgentConfig;
}

/** Reads all files again with the command line of the start; `running` is what the agent runs with now. */
export function reloadConfig(argv: readonly string[], started: Started, running: RuntimeConfig): Reloaded {
  const loaded = loadConfig(argv);
  return loaded.ok ? takeOver(loaded, started, running) : loaded;
}

function takeOver(loaded: Extract<LoadResult, { ok: true }>, started: Started, running: RuntimeConfig): Reloaded {
  const read = readTlsFiles(withIdentity(loaded.config, started.config.nodeId));
  if (!read.ok) return read;
  const fresh = read.config;
  const watch = watchProblem(fresh.watches);
  if (watch !== null) return { ok: false, error: watch };
  const level = logLevelProblem(fresh.log.levelText);
  const restart = changedForRestart(AGENT, started.settings, loaded.settings).map(
    (key) => `The '${key}' field has changed. The change takes effect after a restart.`,
  );
  const warnings = [...loaded.warnings, ...read.warnings, ...(level === null ? [] : [level]), ...restart];
  return { ok: true, config: withReloadable(running, fresh), warnings };
}

/** Dotted names of keys that differ and aren't taken over. */
function changedForRestart(schema: Schema, before: object, after: object, prefix = ''): string[] {
  return Object.entries(schema).flatMap(([key, field]) => {
    if (field.reload) return [];
    const [old, now]: readonly [unknown, unknown] = [Reflect.get(before, key), Reflect.get(after, key)];
    if (field.type === 'stanza') return changedForRestart(field.fields, Object(old), Object(now), `${prefix}${key}.`);
    return isDeepStrictEqual(old, now) ? [] : [`${prefix}${key}`];
  });
}

/** `running` with the part of `fresh` that may change while an agent runs. */
export function withReloadable(running: RuntimeConfig, fresh: RuntimeConfig): RuntimeConfig {
  const { listeners, domain, altDomain, translateWan } = running.dns;
  const { allowedPrefixes, blockedPrefixes } = fresh.telemetry;
  const isLevel = logLevel(fresh.log.levelText) !== null;
  return {
    ...running,
    nodeMeta: fresh.nodeMeta,
    configEntries: fresh.configEntries,
    definitions: fresh.definitions,
    watches: fresh.watches,
    tokens: fresh.tokens,
    acl: {
      ...running.acl,
      initialManagementToken: fresh.acl.initialManagementToken,
      agentRecoveryToken: fresh.acl.agentRecoveryToken,
      replicationToken: fresh.acl.replicationToken,
    },
    tls: {
      ...running.tls,
      internalRpc: withReloadableTls(running.tls.internalRpc, fresh.tls.internalRpc),
      https: withReloadableTls(running.tls.https, fresh.tls.https),
      grpc: withReloadableTls(running.tls.grpc, fresh.tls.grpc),
    },
    dns: { ...fresh.dns, listeners, domain, altDomain, translateWan },
    limits: {
      ...running.limits,
      httpMaxConnsPerClient: fresh.limits.httpMaxConnsPerClient,
      httpMaxRequestBodySize: fresh.limits.httpMaxRequestBodySize,
      rpcRate: fresh.limits.rpcRate,
      rpcMaxBurst: fresh.limits.rpcMaxBurst,
      rpcMaxConnsPerClient: fresh.limits.rpcMaxConnsPerClient,
      rpcClientTimeoutMs: fresh.limits.rpcClientTimeoutMs,
      requestLimits: fresh.limits.requestLimits,
    },
    raft: fresh.raft,
    telemetry: { ...running.telemetry, allowedPrefixes, blockedPrefixes },
    log: isLevel ? { ...running.log, level: fresh.log.level, levelText: fresh.log.levelText } : running.log,
    discardCheckOutput: fresh.discardCheckOutput,
    enableDebug: fresh.enableDebug,
    debugConfig: fresh.debugConfig,
  };
}

function withReloadableTls(running: TlsStanza, fresh: TlsStanza): TlsStanza {
  return { ...fresh, useAutoCert: running.useAutoCert };
}
