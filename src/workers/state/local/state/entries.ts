// The two kinds of entry that an agent keeps of its own (spec/agent.md section 2). An entry is replaced as a whole when its
// definition is, so whoever holds one across an await sees by identity whether it still counts.

import type { CheckType } from '../../../../wire/definitions.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import type { Timer } from './clock.js';

export interface ServiceEntry {
  readonly id: string;
  /** As it is shown and synced: a proxy has what config entries say of it, too. */
  readonly definition: ServiceRecord;
  /** As it came. Another object with each registration, the same one however the definition changes meanwhile. */
  readonly registered: ServiceRecord;
  /** Secret to register with; "" for the agent's default. */
  readonly token: string;
  readonly fromConfigFile: boolean;
  inSync: boolean;
  /** Removed here, but the catalog has not confirmed it yet. */
  deleted: boolean;
}

export interface CheckEntry {
  readonly id: string;
  /** With status and output; replaced at every change of them. */
  check: CheckRecord;
  /** What is run; null for maintenance checks. */
  readonly definition: CheckType | null;
  readonly token: string;
  readonly fromConfigFile: boolean;
  inSync: boolean;
  deleted: boolean;
  /** When the first critical update in a row came, by the monotonic clock; null while not critical by an update. */
  criticalSince: number | null;
  /** Runs while a changed output waits to be written to the catalog. */
  deferTimer: Timer | null;
}

/** Without what config entries say. */
export function withoutDefaults({ definition, registered }: ServiceEntry): ServiceRecord {
  return definition.Proxy === registered.Proxy ? definition : { ...definition, Proxy: registered.Proxy };
}

/** What is given when a service is put. */
export interface ServicePut {
  readonly definition: ServiceRecord;
  readonly token: string;
  readonly fromConfigFile: boolean;
}

/** What is given when a check is put. */
export interface CheckPut {
  readonly check: CheckRecord;
  readonly definition: CheckType | null;
  readonly token: string;
  readonly fromConfigFile: boolean;
}
