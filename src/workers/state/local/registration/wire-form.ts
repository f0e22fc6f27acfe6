// Whether a registration can be written to the catalog at all: what is acknowledged into the agent's own log must have a form on
// the wire later, or it would be kept and tried for ever.

import { encodeStruct } from '../../../../wasm/struct.js';
import type { ServiceRecord } from '../../../../wire/records.js';
import { serviceSchema } from '../../../../wire/schema/catalog.js';
import { NO_PROXY } from '../../records/zero-values.js';

/** Checks of one registration: many times what anybody has, and far below the size of a command. */
const MAX_CHECKS = 8_192;

/** Why it can't; null when it can. Only free-form values need a try: bodies were held against their fields' bits. */
export function wireProblem(service: ServiceRecord, checkCount: number): string | null {
  if (checkCount > MAX_CHECKS) return `too many checks (${checkCount} > ${MAX_CHECKS})`;
  if (service.Proxy === NO_PROXY) return null;
  try {
    encodeStruct(serviceSchema, service);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
