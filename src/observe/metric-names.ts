// From the names in the code to those that users see: prefix, host name, filter (spec/agent.md section 6).

import os from 'node:os';
import type { RuntimeConfig } from '../wire/config.js';

export type TelemetryConfig = Pick<
  RuntimeConfig['telemetry'],
  'prefix' | 'disableHostname' | 'filterDefault' | 'allowedPrefixes' | 'blockedPrefixes'
>;

export class MetricNames {
  readonly #prefix: string;
  readonly #gaugePrefix: string;
  readonly #allowed: readonly string[];
  readonly #blocked: readonly string[];
  readonly #allowsRest: boolean;

  constructor(telemetry: TelemetryConfig) {
    this.#prefix = `${telemetry.prefix}.`;
    this.#gaugePrefix = telemetry.disableHostname ? this.#prefix : `${this.#prefix}${os.hostname()}.`;
    this.#allowed = telemetry.allowedPrefixes;
    this.#blocked = telemetry.blockedPrefixes;
    this.#allowsRest = telemetry.filterDefault;
  }

  /** The full name, or null when the filter keeps it out. */
  gauge(name: string): string | null {
    return this.#filtered(this.#gaugePrefix + name);
  }

  counterOrSample(name: string): string | null {
    return this.#filtered(this.#prefix + name);
  }

  /** As sinks name a gauge that know the host; not filtered. */
  withoutHost(name: string): string {
    return this.#prefix + name;
  }

  /** The longest rule that fits decides. */
  #filtered(full: string): string | null {
    const fitting = (rules: readonly string[]): number =>
      rules.reduce((longest, rule) => (full.startsWith(rule) ? Math.max(longest, rule.length) : longest), -1);
    const allowed = fitting(this.#allowed);
    const blocked = fitting(this.#blocked);
    if (allowed < 0 && blocked < 0) return this.#allowsRest ? full : null;
    return allowed > blocked ? full : null;
  }
}
