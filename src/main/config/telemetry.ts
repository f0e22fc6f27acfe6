// Telemetry settings: the prefix filter's rules split into what is let through and what isn't (spec/agent.md section 6).

import { quote } from '../../gotext/quote.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { Problems } from './problems.js';
import type { AgentConfig } from './schema/agent.js';

export function buildTelemetry(config: AgentConfig, problems: Problems): RuntimeConfig['telemetry'] {
  const { telemetry } = config;
  const allowedPrefixes: string[] = [];
  const blockedPrefixes: string[] = [];
  for (const rule of telemetry.prefix_filter) {
    if (rule === '') problems.warn('Cannot have empty filter rule in prefix_filter');
    else if (rule.startsWith('+')) allowedPrefixes.push(rule.slice(1));
    else if (rule.startsWith('-')) blockedPrefixes.push(rule.slice(1));
    else problems.warn(`Filter rule must begin with either '+' or '-': ${quote(rule)}`);
  }
  // One series per RPC method would swamp the sinks; only who asks for it gets it.
  const calls = `${telemetry.metrics_prefix}.rpc.server.call`;
  if (![...allowedPrefixes, ...blockedPrefixes].includes(calls)) blockedPrefixes.push(calls);
  return {
    prefix: telemetry.metrics_prefix,
    disableHostname: telemetry.disable_hostname,
    prometheusRetentionMs: problems.milliseconds('prometheus_retention_time', telemetry.prometheus_retention_time),
    filterDefault: telemetry.filter_default,
    allowedPrefixes,
    blockedPrefixes,
    statsdAddress: telemetry.statsd_address ?? '',
    statsiteAddress: telemetry.statsite_address ?? '',
    dogstatsdAddress: telemetry.dogstatsd_addr ?? '',
    dogstatsdTags: telemetry.dogstatsd_tags,
  };
}
