// Registrations as tests write them: what matters, the rest at its zero value.

import type { CheckType } from '../../../../../src/wire/definitions.js';
import type { ServiceRecord } from '../../../../../src/wire/records.js';
import type { ServiceRegistration } from '../../../../../src/workers/state/local/registration/service-registration.js';
import { NO_CHECK_TYPE, NO_SERVICE } from '../../../../../src/workers/state/records/zero-values.js';

export const SECOND_NS = 1e9;

export function checkType(fields: Partial<CheckType>): CheckType {
  return { ...NO_CHECK_TYPE, ...fields };
}

export function registration(
  service: Partial<ServiceRecord>,
  checks: readonly Partial<CheckType>[] = [],
  more: Partial<ServiceRegistration> = {},
): ServiceRegistration {
  return {
    service: { ...NO_SERVICE, ...service },
    checks: checks.map(checkType),
    sidecar: null,
    token: '',
    replaceExistingChecks: false,
    ...more,
  };
}
