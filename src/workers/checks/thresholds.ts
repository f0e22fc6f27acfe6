// When a result counts: the n-th in a row (spec/agent.md section 3, Thresholds). Pure.

import type { CheckStatus } from '../../wire/records.js';

export interface Thresholds {
  readonly successBeforePassing: number;
  readonly failuresBeforeWarning: number;
  readonly failuresBeforeCritical: number;
}

/** Results of one kind in a row. Changed in place: there is one for each check, and many checks. */
export interface Streaks {
  successes: number;
  failures: number;
}

type Judgement =
  | { readonly kind: 'apply'; readonly status: CheckStatus }
  /** Not yet: `count` of the `threshold` results needed. */
  | { readonly kind: 'wait'; readonly success: boolean; readonly count: number; readonly threshold: number };

/** Counters start at their thresholds, so that the first result counts at once. */
export function initialStreaks(thresholds: Thresholds): Streaks {
  return { successes: thresholds.successBeforePassing, failures: thresholds.failuresBeforeCritical };
}

/** Counts `result` and says what becomes of it. A warning is a success here: it's judged by the passing threshold. */
export function judge(streaks: Streaks, thresholds: Thresholds, result: CheckStatus): Judgement {
  if (result !== 'critical') {
    streaks.failures = 0;
    streaks.successes = increment(streaks.successes);
    if (streaks.successes >= thresholds.successBeforePassing) return { kind: 'apply', status: result };
    return { kind: 'wait', success: true, count: streaks.successes, threshold: thresholds.successBeforePassing };
  }
  streaks.successes = 0;
  streaks.failures = increment(streaks.failures);
  if (streaks.failures >= thresholds.failuresBeforeCritical) return { kind: 'apply', status: 'critical' };
  if (streaks.failures >= thresholds.failuresBeforeWarning) return { kind: 'apply', status: 'warning' };
  return { kind: 'wait', success: false, count: streaks.failures, threshold: thresholds.failuresBeforeCritical };
}

/** Stays a small integer however long a check runs. */
function increment(count: number): number {
  return count < 0x3fffffff ? count + 1 : count;
}
