// What every lookup reads and gives back.

import type { DnsConfig } from '../../../wire/config.js';
import type { StoreReads } from '../replica/store/read-api.js';
import type { Answer } from './answer.js';
import type { ServiceTtl } from './service-ttl.js';
import type { StillTrue } from './still-true.js';
import type { ZoneSettings } from './zone.js';

export interface LookupContext {
  readonly config: DnsConfig;
  readonly store: StoreReads;
  readonly datacenter: string;
  readonly zones: ZoneSettings;
  readonly serviceTtl: ServiceTtl;
}

export interface Resolved {
  readonly answer: Answer;
  /** Whether the answer would be the same now; asked only after the store has changed. */
  readonly stillTrue: StillTrue;
}

/** Seconds. */
export function nodeTtl(config: DnsConfig): number {
  return Math.floor(config.nodeTtlMs / 1000);
}
