// The autopilot configuration, the system metadata and the federation states (spec/fsm.md, section 10). Nothing here goes by the
// latter: they are kept for servers that do.

import type { AutopilotRequest, FederationStateRequest, SystemMetadataRequest } from '../../../../../wire/commands.js';
import type { FederationState } from '../../../../../wire/records.js';
import { keyPart } from '../../store/tables/table-key.js';
import { AUTOPILOT_KEY, type Tables } from '../../store/tables/tables.js';

/** False: compare-and-set failed. */
export function writeAutopilot(tables: Tables, request: AutopilotRequest): boolean {
  const stored = tables.autopilot.get(AUTOPILOT_KEY);
  if (request.CAS && stored?.ModifyIndex !== request.Config.ModifyIndex) return false;
  const index = tables.journal.index;
  const CreateIndex = stored?.CreateIndex ?? index;
  tables.autopilot.set(AUTOPILOT_KEY, { ...request.Config, CreateIndex, ModifyIndex: index });
  return true;
}

/** An absent key is as good as deleted. */
export function writeSystemMetadata(tables: Tables, request: SystemMetadataRequest): void {
  const { Entry } = request;
  const stored = tables.systemMetadata.get(Entry.Key);
  if (request.Op === 'delete') {
    if (!stored) return;
    tables.systemMetadata.delete(Entry.Key);
  } else {
    const index = tables.journal.index;
    const CreateIndex = stored?.CreateIndex ?? index;
    tables.systemMetadata.set(Entry.Key, { ...Entry, CreateIndex, ModifyIndex: index });
  }
  tables.index.raise('system-metadata');
}

export function federationStateKey({ Datacenter }: FederationState): string {
  return keyPart(Datacenter);
}

/** An absent datacenter is as good as deleted. */
export function writeFederationState(tables: Tables, { Op, State }: FederationStateRequest): void {
  const key = federationStateKey(State);
  const stored = tables.federationStates.get(key);
  if (Op === 'delete') {
    if (!stored) return;
    tables.federationStates.delete(key);
  } else {
    const index = tables.journal.index;
    const CreateIndex = stored?.CreateIndex ?? index;
    const PrimaryModifyIndex = State.PrimaryModifyIndex || index;
    tables.federationStates.set(key, { ...State, PrimaryModifyIndex, CreateIndex, ModifyIndex: index }, stored);
  }
  tables.index.raise('federation-states');
}
