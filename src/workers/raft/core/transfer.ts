// A leader that hands over (spec/raft.md, section 10): first the target gets everything, then the order to stand.

import type { ServerId } from './entry.js';

export type TransferResult =
  | { readonly ok: true; readonly to: ServerId }
  | { readonly ok: false; readonly reason: 'not-leader' | 'transferring' | 'self' | 'no-peer' };

export class Transfer {
  readonly to: ServerId;
  readonly untilMs: number;
  /** The target was told; from here on this leader counts on no lease any more. */
  isOrdered = false;

  constructor(to: ServerId, untilMs: number) {
    this.to = to;
    this.untilMs = untilMs;
  }
}
