// Applies one command to the tables. A failed command, and one that answers false, changes nothing; its Raft index is used
// up all the same (spec/fsm.md, section 2).

import {
  type ApplyResult,
  type Command,
  CommandType,
  IGNORE_UNKNOWN_FLAG,
  type OpaqueCommand,
} from '../../../../wire/commands.js';
import { keyPart } from '../store/tables/table-key.js';
import type { Tables } from '../store/tables/tables.js';
import { applyAcl } from './acl/acl-command.js';
import { invalidateSession } from './check-session-write.js';
import { writeCoordinates } from './coordinate-write.js';
import { deregister } from './deregister.js';
import { applyKvs } from './kv-command.js';
import { reapTombstones } from './kv-write.js';
import { applyConnectCa } from './mesh/ca-write.js';
import { applyConfigEntry } from './mesh/config-entry-write.js';
import { applyIntention } from './mesh/intention-write.js';
import { assignManualIps } from './mesh/manual-virtual-ip.js';
import { writeFederationState } from './operator/federation-state-write.js';
import { writeAutopilot, writeSystemMetadata } from './operator/operator-write.js';
import { applyPeering } from './peering/peering-write.js';
import { applyQuery } from './query-command.js';
import type { Refusal } from './refusals/refusal.js';
import { register } from './register.js';
import { createSession } from './session-create.js';
import { runTxn } from './txn.js';

const NIL: ApplyResult = { kind: 'nil' };

function answer(refusal: Refusal): ApplyResult {
  return refusal === null ? NIL : { kind: 'error', text: refusal };
}

function applySession(tables: Tables, command: Extract<Command, { type: typeof CommandType.session }>): ApplyResult {
  const { Op, Session } = command.body;
  if (Op === 'create') {
    const refusal = createSession(tables, Session);
    return refusal === null ? { kind: 'text', value: Session.ID } : answer(refusal);
  }
  if (Op === 'destroy') {
    invalidateSession(tables, keyPart(Session.ID));
    return NIL;
  }
  return { kind: 'error', text: `Invalid Session operation '${Op}'` };
}

/** Runs a command of a known type; the journal must have been begun. */
export function applyCommand(tables: Tables, command: Command): ApplyResult {
  switch (command.type) {
    case CommandType.register:
      return answer(register(tables, command.body));
    case CommandType.deregister:
      deregister(tables, command.body);
      return NIL;
    case CommandType.kvs:
      return applyKvs(tables, command.body);
    case CommandType.session:
      return applySession(tables, command);
    case CommandType.tombstone:
      if (command.body.Op !== 'reap') {
        return { kind: 'error', text: `Invalid Tombstone operation '${String(command.body.Op)}'` };
      }
      reapTombstones(tables, command.body.ReapIndex);
      return NIL;
    case CommandType.coordinates:
      writeCoordinates(tables, command.body);
      return NIL;
    case CommandType.preparedQuery:
      return answer(applyQuery(tables, command.body));
    case CommandType.txn:
      return { kind: 'txn', value: runTxn(tables, command.body.Ops ?? []) };
    case CommandType.autopilot: {
      const isWritten = writeAutopilot(tables, command.body);
      return command.body.CAS ? { kind: 'bool', value: isWritten } : NIL;
    }
    case CommandType.intention:
      return applyIntention(tables, command.body);
    case CommandType.configEntry:
      return applyConfigEntry(tables, command.body);
    case CommandType.connectCa:
      return applyConnectCa(tables, command.body);
    case CommandType.connectCaLeaf:
      return { kind: 'number', value: tables.journal.index };
    case CommandType.federationState:
      return writeFederationState(tables, command.body);
    case CommandType.systemMetadata:
      writeSystemMetadata(tables, command.body);
      return command.body.Op === 'delete' ? NIL : { kind: 'bool', value: true };
    case CommandType.aclBootstrap:
    case CommandType.aclTokenSet:
    case CommandType.aclTokenDelete:
    case CommandType.aclPolicySet:
    case CommandType.aclPolicyDelete:
    case CommandType.aclRoleSet:
    case CommandType.aclRoleDelete:
    case CommandType.aclBindingRuleSet:
    case CommandType.aclBindingRuleDelete:
    case CommandType.aclAuthMethodSet:
    case CommandType.aclAuthMethodDelete:
      return answer(applyAcl(tables, command));
    case CommandType.peeringWrite:
    case CommandType.peeringDelete:
    case CommandType.peeringTerminate:
    case CommandType.trustBundleWrite:
    case CommandType.trustBundleDelete:
    case CommandType.peeringSecretsWrite:
      return answer(applyPeering(tables, command));
    case CommandType.virtualIp:
      return { kind: 'virtual-ip', ...assignManualIps(tables, command.body) };
  }
}

/** Stores nothing: the log verifier's checkpoint. */
const WITHOUT_EFFECT: ReadonlySet<number> = new Set([41]);
const LEGACY_ACL = 4;

/** True when a server that doesn't interpret the command ends up with the same state as one that does. */
export function mayIgnore(command: OpaqueCommand): boolean {
  const type = command.typeByte & ~IGNORE_UNKNOWN_FLAG;
  return (command.typeByte & IGNORE_UNKNOWN_FLAG) !== 0 || WITHOUT_EFFECT.has(type);
}

/** The last type of spec/fsm.md, section 2. */
const LAST_KNOWN_TYPE = 43;

/** False for types of a later Consul or of others: a server that meets one must stop rather than diverge. */
export function isKnownType(command: OpaqueCommand): boolean {
  return (command.typeByte & ~IGNORE_UNKNOWN_FLAG) <= LAST_KNOWN_TYPE;
}

/** Answers a command that isn't interpreted: nothing changes, and nobody is told that it was done. */
export function refuseOpaque(command: OpaqueCommand): ApplyResult {
  if (mayIgnore(command)) return NIL;
  const type = command.typeByte & ~IGNORE_UNKNOWN_FLAG;
  if (type === LEGACY_ACL) {
    return { kind: 'error', text: 'legacy ACL command has been removed with the legacy ACL system' };
  }
  return { kind: 'error', text: `command type ${type} is not interpreted by this version` };
}

/** True when a result means that the command must leave no trace. */
export function isFailure(result: ApplyResult): boolean {
  if (result.kind === 'error') return result.keeps !== true;
  if (result.kind === 'bool') return !result.value;
  return result.kind === 'txn' && result.value.Errors !== null;
}
