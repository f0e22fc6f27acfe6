// What is asked of the registrar for one service, by a request or a definition in a file.

import type { CheckType } from '../../../../wire/definitions.js';
import type { ServiceRecord } from '../../../../wire/records.js';
import type { SidecarRequest } from './sidecar.js';

export interface ServiceRegistration {
  /** As given: ID, weights and the like may be missing. */
  readonly service: ServiceRecord;
  readonly checks: readonly CheckType[];
  readonly sidecar: SidecarRequest | null;
  /** The request's, or the definition's from a file. */
  readonly token: string;
  /** Checks of the service that are not in this registration go; of a file's, only those that came from files. */
  readonly replaceExistingChecks: boolean;
  /** IDs of checks that the files define beside their services: they stay. */
  readonly checksBeside?: ReadonlySet<string>;
}
