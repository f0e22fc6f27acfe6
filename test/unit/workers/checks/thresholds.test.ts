import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialStreaks, judge } from '../../../../src/workers/checks/thresholds.js';
import { readJson } from '../../../data.js';

interface Plan {
  readonly definition: { SuccessBeforePassing: number; FailuresBeforeWarning: number; FailuresBeforeCritical: number };
  readonly steps: readonly { readonly result: 'P' | 'F' | null; readonly status: string }[];
}
const { thresholds: plan } = readJson('checks/check-outputs.json') as { thresholds: Plan };

test('the recorded run of results gives the recorded statuses', () => {
  const thresholds = {
    successBeforePassing: plan.definition.SuccessBeforePassing,
    failuresBeforeWarning: plan.definition.FailuresBeforeWarning,
    failuresBeforeCritical: plan.definition.FailuresBeforeCritical,
  };
  const streaks = initialStreaks(thresholds);
  let status = 'critical';
  for (const step of plan.steps) {
    if (step.result !== null) {
      const judgement = judge(streaks, thresholds, step.result === 'P' ? 'passing' : 'critical');
      if (judgement.kind === 'apply') status = judgement.status;
    }
    assert.equal(status, step.status);
  }
});

test('without thresholds every result counts', () => {
  const none = { successBeforePassing: 0, failuresBeforeWarning: 0, failuresBeforeCritical: 0 };
  const streaks = initialStreaks(none);
  for (const status of ['passing', 'critical', 'warning', 'critical', 'passing'] as const) {
    assert.deepEqual(judge(streaks, none, status), { kind: 'apply', status });
  }
});

test('a warning goes by the passing threshold and ends a row of failures', () => {
  const thresholds = { successBeforePassing: 2, failuresBeforeWarning: 2, failuresBeforeCritical: 2 };
  const streaks = initialStreaks(thresholds);
  judge(streaks, thresholds, 'critical');
  assert.deepEqual(judge(streaks, thresholds, 'warning'), { kind: 'wait', success: true, count: 1, threshold: 2 });
  assert.deepEqual(judge(streaks, thresholds, 'warning'), { kind: 'apply', status: 'warning' });
  assert.deepEqual(judge(streaks, thresholds, 'critical'), { kind: 'wait', success: false, count: 1, threshold: 2 });
});

test('the n-th failure in a row is the first that is a warning, or critical', () => {
  const thresholds = { successBeforePassing: 0, failuresBeforeWarning: 2, failuresBeforeCritical: 4 };
  const streaks = initialStreaks(thresholds);
  const fail = (): object => judge(streaks, thresholds, 'critical');
  judge(streaks, thresholds, 'passing');
  assert.deepEqual(fail(), { kind: 'wait', success: false, count: 1, threshold: 4 });
  assert.deepEqual(fail(), { kind: 'apply', status: 'warning' });
  assert.deepEqual(fail(), { kind: 'apply', status: 'warning' });
  assert.deepEqual(fail(), { kind: 'apply', status: 'critical' });
  assert.deepEqual(fail(), { kind: 'apply', status: 'critical' });
  judge(streaks, thresholds, 'passing');
  assert.deepEqual(fail(), { kind: 'wait', success: false, count: 1, threshold: 4 }, 'a success ends the row');
});
