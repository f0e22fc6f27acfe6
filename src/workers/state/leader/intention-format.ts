// The first leader of a cluster says in the state that intentions stand in config entries: only from then on single ones can be
// changed (spec/fsm.md, section 10, "Intention").

import { type Command, CommandType } from '../../../wire/commands.js';
import { IN_CONFIG_ENTRIES, INTENTION_FORMAT } from '../replica/fsm/mesh/intention-write.js';
import type { StateStore } from '../replica/state-store.js';

const DELETE_ALL: Command = {
  type: CommandType.intention,
  body: { Datacenter: '', Token: '', Op: 'delete-all', Intention: null, Mutation: null },
};

/** None: it is said already, or must not be: the state has intentions of the old form, which would be lost. */
export function intentionFormatCommands(store: StateStore): readonly Command[] {
  const isSaid = store.systemMetadata(INTENTION_FORMAT)?.Value === IN_CONFIG_ENTRIES;
  const hasOldOnes = store.tables.preserved.has(CommandType.intention);
  return isSaid || hasOldOnes ? [] : [DELETE_ALL];
}
