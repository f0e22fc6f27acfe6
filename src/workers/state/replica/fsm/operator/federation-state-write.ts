// By which mesh gateways each datacenter is reached (spec/fsm.md, section 10).

import type { ApplyResult, FederationStateRequest } from '../../../../../wire/commands.js';
import { keyPart } from '../../store/tables/table-key.js';
import { FEDERATION_STATES_INDEX, type Tables } from '../../store/tables/tables.js';

/** An absent datacenter is as good as deleted. */
export function writeFederationState(tables: Tables, { Op, State }: FederationStateRequest): ApplyResult {
  const key = keyPart(State.Datacenter);
  const stored = tables.federationStates.get(key);
  if (Op === 'delete') {
    if (stored === undefined) return { kind: 'nil' };
    tables.federationStates.delete(key);
    tables.index.raise(FEDERATION_STATES_INDEX);
    return { kind: 'nil' };
  }
  if (Op !== 'upsert') return { kind: 'error', text: `Invalid FederationState operation '${Op}'` };
  const { index } = tables.journal;
  tables.federationStates.set(key, {
    ...State,
    PrimaryModifyIndex: State.PrimaryModifyIndex === 0 ? index : State.PrimaryModifyIndex,
    CreateIndex: stored?.CreateIndex ?? index,
    ModifyIndex: index,
  });
  tables.index.raise(FEDERATION_STATES_INDEX);
  return { kind: 'bool', value: true };
}
