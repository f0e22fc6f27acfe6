// Breakages of what is kept for servers that go by it: what a stock leader writes and nothing here asks for.

import type { Mutant } from '../../mutant.js';

const FSM = 'workers/state/replica/fsm';
const PEERING = ['unit/workers/state/replica/fsm/peering'];
const VECTORS = ['unit/workers/state/replica/fsm/vectors'];
const WIDE = ['unit/workers/state/replica/fsm/wide-integers'];

export const keptForOthers: readonly Mutant[] = [
  {
    name: 'a federation state of the primary datacenter has no index of its own',
    file: `${FSM}/operator/federation-state-write.ts`,
    find: 'State.PrimaryModifyIndex === 0 ? index : State.PrimaryModifyIndex',
    replace: 'State.PrimaryModifyIndex',
    tests: VECTORS,
  },
  {
    name: 'federation states are in no snapshot',
    file: 'workers/state/replica/snapshot/snapshot-write.ts',
    find: 'of state.federationStates.entries()) {',
    replace: 'of []) {',
    tests: VECTORS,
  },
  {
    name: 'a peering that is deleted keeps its secrets',
    file: `${FSM}/peering/peering-write.ts`,
    find: 'tables.peeringSecrets.delete(keyPart(id));',
    replace: '',
    tests: PEERING,
  },
  {
    name: 'a peering goes without having been marked for deletion',
    file: `${FSM}/peering/peering-write.ts`,
    find: 'if (!has(known.message, DELETED_AT)) return',
    replace: 'if (known === undefined) return',
    tests: PEERING,
  },
  {
    name: 'two peerings have the same secret',
    file: `${FSM}/peering/secrets.ts`,
    find: 'if (isInUse(tables, key, added)) return IN_USE;',
    replace: 'if (isInUse(tables, key, [])) return IN_USE;',
    tests: PEERING,
  },
  {
    name: 'a field of a later version is dropped from a message',
    file: `${FSM}/peering/message.ts`,
    find: '    fields.push({',
    replace: '    if (number < 64) fields.push({',
    tests: PEERING,
  },
  {
    name: 'an index of more than 63 bits ends the server',
    file: 'wire/schema/kinds.ts',
    find: "ModifyIndex: 'uint' }",
    replace: "ModifyIndex: 'int' }",
    tests: WIDE,
  },
  {
    name: 'the largest limit of autopilot has no form in a snapshot',
    file: 'wasm/encoder.ts',
    find: 'p = operands.wideInteger(x === ',
    replace: 'p = operands.wideInteger(x === null && x === ',
    tests: WIDE,
  },
];
