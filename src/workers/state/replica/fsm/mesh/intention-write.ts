// The command of intentions (spec/fsm.md, section 10): a change of one source of a `service-intentions` entry, which is then
// written as any entry is, and the end of the table that there once was beside these entries.

import { contentHash, entryContent } from '../../../../../wasm/entry-hash.js';
import { type ApplyResult, CommandType, type IntentionRequest } from '../../../../../wire/commands.js';
import type { IntentionSource } from '../../../mesh/intentions/match.js';
import { mutate } from '../../../mesh/intentions/mutate.js';
import type { Tables } from '../../store/tables/tables.js';
import { writeSystemMetadata } from '../operator/operator-write.js';
import { entriesOfKind, findEntry } from './config-entry-checks.js';
import { removeEntry, writeEntry } from './config-entry-write.js';

/** System metadata: says that intentions stand in config entries. */
export const INTENTION_FORMAT = 'intention-format';
export const IN_CONFIG_ENTRIES = 'config-entry';

const NIL: ApplyResult = { kind: 'nil' };

export function intentionSource(tables: Tables): IntentionSource {
  return {
    entry: (destination) => findEntry(tables, 'service-intentions', destination),
    all: () => entriesOfKind(tables, 'service-intentions'),
  };
}

export function applyIntention(tables: Tables, { Op, Mutation }: IntentionRequest): ApplyResult {
  if (Mutation === null) {
    if (Op !== 'delete-all') return { kind: 'error', text: 'intentions are changed by mutations of config entries' };
    endOldTable(tables);
    return NIL;
  }
  if (tables.systemMetadata.get(INTENTION_FORMAT)?.Value !== IN_CONFIG_ENTRIES) {
    return { kind: 'error', text: 'intentions have not been moved to config entries yet' };
  }
  const mutated = mutate(intentionSource(tables), Op, Mutation);
  if (!mutated.ok) return { kind: 'error', text: mutated.error };
  if (mutated.destination === null) return NIL;
  return mutated.entry === null
    ? removeEntry(tables, 'service-intentions', mutated.destination)
    : writeEntry(tables, { ...mutated.entry, Hash: contentHash(entryContent(mutated.entry)) });
}

/** Rows of the old table are kept as they came, and dropped here. */
function endOldTable(tables: Tables): void {
  tables.forget(CommandType.intention);
  tables.index.raise('connect-intentions');
  tables.index.raise('config-entries');
  const Entry = { Key: INTENTION_FORMAT, Value: IN_CONFIG_ENTRIES, CreateIndex: 0, ModifyIndex: 0 };
  writeSystemMetadata(tables, { Datacenter: '', Token: '', Op: 'upsert', Entry });
}
