// A check as a worker is told of it.

import type { CheckTask, Probe } from '../../../../src/wire/checks/check-task.js';

export function checkTask(key: number, probe: Probe, changes: Partial<CheckTask> = {}): CheckTask {
  return {
    key,
    checkId: `c${key}`,
    serviceId: '',
    intervalMs: 1000,
    timeoutMs: 1000,
    outputMaxBytes: 4096,
    successBeforePassing: 0,
    failuresBeforeWarning: 0,
    failuresBeforeCritical: 0,
    status: 'critical',
    output: '',
    probe,
    ...changes,
  };
}
