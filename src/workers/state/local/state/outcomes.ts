// How a change of the local state may end; the API answers and the log lines derive from it.

export type LocalOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** `unsupported`: this agent does not do that; `storage`: the data directory failed; `failed`: a bug. */
      readonly code: 'invalid' | 'denied' | 'not-found' | 'unsupported' | 'storage' | 'failed';
      readonly text: string;
    };

export const DONE: LocalOutcome = { ok: true };

export function refused(code: Extract<LocalOutcome, { ok: false }>['code'], text: string): LocalOutcome {
  return { ok: false, code, text };
}

export function unknownService(id: string): LocalOutcome {
  return refused(
    'not-found',
    `Unknown service ID "${id}". Ensure that the service ID is passed, not the service name.`,
  );
}

export function unknownCheck(id: string): LocalOutcome {
  return refused('not-found', `Unknown check ID "${id}". Ensure that the check ID is passed, not the check name.`);
}
