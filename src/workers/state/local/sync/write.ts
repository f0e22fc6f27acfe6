// One write of a round to the catalog.

import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import type { Refusal } from '../../methods/contract/refusal.js';

/** What kind of thing a write is about, as in log lines and metric names. */
export type Subject = 'service' | 'check';

/** What is to become of one service or check in the catalog. */
export interface Write {
  readonly subject: Subject;
  readonly id: string;
  /** The secret that it goes with. Never logged. */
  readonly token: string;
  /** Hands the request to the calls. */
  send(): Promise<true | Refusal>;
  readonly isRemoval: boolean;
  /** Null where it goes alone. */
  readonly groupable: Groupable | null;
  /** The catalog has it now, or nobody tries again before the next full sync. */
  done(): void;
}

/** What a write does, for who does many in one. */
export interface Groupable {
  readonly token: string;
  readonly service: ServiceRecord;
  readonly checks: readonly CheckRecord[];
}
