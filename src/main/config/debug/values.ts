// How values are written in DebugConfig, and what its sections are made from.

import { formatDuration, parseDuration } from '../../../gotext/duration.js';
import { joinHostPort } from '../../../gotext/host-port.js';
import type { Listener, RuntimeConfig } from '../../../wire/config.js';
import type { Addresses } from '../schema/addresses.js';
import type { AgentConfig } from '../schema/agent.js';
import type { DebugValue } from './hide.js';

export type Runtime = Omit<RuntimeConfig, 'debugConfig'>;
export interface Facts {
  readonly config: AgentConfig;
  readonly runtime: Runtime;
  readonly addresses: Addresses;
}
export type Section = { readonly [key: string]: DebugValue };

/** A duration's text in its normal form. */
export function span(text: string | undefined): string {
  const parsed = parseDuration(text ?? '0s');
  return formatDuration(parsed.ok ? parsed.ns : 0);
}

export function ms(value: number): string {
  return formatDuration(Math.round(value * 1e6));
}

export function tcp(address: string, port: number, network = 'tcp'): string {
  return port > 0 ? `${network}://${joinHostPort(address, port)}` : '';
}

export function urls(list: readonly Listener[], network = 'tcp'): string[] {
  return list.map((one) => (one.kind === 'unix' ? `unix://${one.path}` : tcp(one.address, one.port, network)));
}

/** Go writes an unlimited rate as its largest float. */
export function rate(value: number): number {
  return value < 0 ? Number.MAX_VALUE : value;
}
