// The autopilot configuration and the system metadata (spec/fsm.md, section 10).

import type { AutopilotRequest, SystemMetadataRequest } from '../../../../../wire/commands.js';
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
