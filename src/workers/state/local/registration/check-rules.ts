// What a check must be to be registered: its kind whole, its status one that there is, its scripts allowed where it comes from
// (spec/agent.md section 2, "Registration").

import type { CheckType } from '../../../../wire/definitions.js';
import { checkProblem, hasScript } from '../checks/check-kind.js';
import { type LocalOutcome, refused } from '../state/outcomes.js';

/** Where a definition comes from: files are not stored, and may run scripts that the API may not. */
export type Origin = 'api' | 'file';

export interface ScriptSettings {
  readonly enableScriptChecks: boolean;
  readonly enableLocalScriptChecks: boolean;
}

const STATUSES = new Set(['', 'passing', 'warning', 'critical']);
const BAD_SERVICE_CHECK_STATUS = "Status for checks must 'passing', 'warning', 'critical'";

/** Of a check that is registered by itself; null when nothing is wrong with it. */
export function singleCheckProblem(check: CheckType, origin: Origin, settings: ScriptSettings): LocalOutcome | null {
  if (check.Name === '') return refused('invalid', 'Missing check name');
  if (!STATUSES.has(check.Status)) return refused('invalid', 'Bad check status');
  const problem = checkProblem(check);
  if (problem !== null) return refused('invalid', `Invalid check: ${problem}`);
  return unsupported(check, origin, settings);
}

/** Of those that come with a service. */
export function checksProblem(
  checks: readonly CheckType[],
  origin: Origin,
  settings: ScriptSettings,
): LocalOutcome | null {
  for (const check of checks) {
    const problem = checkProblem(check);
    if (problem !== null) return refused('invalid', `Invalid check: ${problem}`);
    if (!STATUSES.has(check.Status)) return refused('invalid', BAD_SERVICE_CHECK_STATUS);
  }
  for (const check of checks) {
    const refusal = unsupported(check, origin, settings);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** Of one that this agent kept: settings may be others by now. */
export function storedCheckProblem(check: CheckType, settings: ScriptSettings): LocalOutcome | null {
  const problem = checkProblem(check);
  return problem === null ? unsupported(check, 'api', settings) : refused('invalid', problem);
}

function unsupported(check: CheckType, origin: Origin, settings: ScriptSettings): LocalOutcome | null {
  const { enableScriptChecks, enableLocalScriptChecks } = settings;
  if (hasScript(check)) {
    if (origin === 'api' && !enableScriptChecks) {
      const text =
        "Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true";
      return refused('unsupported', text);
    }
    if (origin === 'file' && !enableLocalScriptChecks && !enableScriptChecks) {
      const text =
        "Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true";
      return refused('unsupported', text);
    }
  }
  return check.OSService !== '' && check.Interval > 0 ? refused('unsupported', 'not implemented') : null;
}
