// The certificate authority of the mesh: its configuration, its roots, and what the builtin provider keeps (spec/fsm.md,
// section 10).

import type { ApplyResult, ConnectCaRequest } from '../../../../../wire/commands.js';
import type { CaConfiguration, CaProviderState, CaRoot } from '../../../../../wire/records.js';
import { CA_CONFIG_KEY, type Tables } from '../../store/tables/tables.js';

const ROOTS = 'connect-ca-roots';
const PROVIDER = 'connect-ca-builtin';
/** Counts certificates, not entries of the log. */
const SERIAL = 'connect-ca-builtin-serial';

const NIL: ApplyResult = { kind: 'nil' };
const TRUE: ApplyResult = { kind: 'bool', value: true };
const CONFIG_CHANGED = { kind: 'error', text: 'ModifyIndex did not match existing' } as const satisfies ApplyResult;
const NOT_ONE_ACTIVE: ApplyResult = { kind: 'error', text: 'there must be exactly one active CA' };

export function applyConnectCa(tables: Tables, request: ConnectCaRequest): ApplyResult {
  const { Op, Roots, Config, ProviderState } = request;
  switch (Op) {
    case 'set-config':
      if (Config === null) return missing('configuration');
      return setConfig(tables, Config) ? (Config.ModifyIndex === 0 ? NIL : TRUE) : CONFIG_CHANGED;
    case 'set-roots':
      return setRoots(tables, Roots ?? [], request.Index);
    case 'set-roots-config':
      return Config === null ? missing('configuration') : setRootsAndConfig(tables, request, Config);
    case 'set-provider-state':
      if (ProviderState === null) return missing('provider state');
      setProviderState(tables, ProviderState);
      return TRUE;
    case 'delete-provider-state':
      if (ProviderState === null) return missing('provider state');
      if (tables.caProviderState.delete(ProviderState.ID)) tables.index.raise(PROVIDER);
      return TRUE;
    case 'increment-provider-serial':
      return { kind: 'number', value: nextSerial(tables) };
    default:
      return { kind: 'error', text: `Invalid CA operation '${Op}'` };
  }
}

function missing(what: string): ApplyResult {
  return { kind: 'error', text: `the CA operation has no ${what}` };
}

/** False: it was changed since. */
function setConfig(tables: Tables, config: CaConfiguration): boolean {
  const stored = tables.caConfig.get(CA_CONFIG_KEY);
  if (config.ModifyIndex !== 0 && config.ModifyIndex !== (stored?.ModifyIndex ?? 0)) return false;
  const index = tables.journal.index;
  const ClusterID = config.ClusterID === '' ? (stored?.ClusterID ?? '') : config.ClusterID;
  const CreateIndex = stored?.CreateIndex ?? index;
  tables.caConfig.set(CA_CONFIG_KEY, { ...config, ClusterID, CreateIndex, ModifyIndex: index });
  return true;
}

/** Who comes too late changes nothing, and is told nothing of it: the answer is true all the same. */
function setRoots(tables: Tables, roots: readonly CaRoot[], expected: ConnectCaRequest['Index']): ApplyResult {
  if (roots.filter(({ Active }) => Active).length !== 1) return NOT_ONE_ACTIVE;
  if (expected !== tables.index.get(ROOTS)) return TRUE;
  const index = tables.journal.index;
  const kept = new Set(roots.map(({ ID }) => ID));
  for (const { ID } of [...tables.caRoots.rows.allValues()]) if (!kept.has(ID)) tables.caRoots.delete(ID);
  for (const root of roots) {
    const CreateIndex = tables.caRoots.get(root.ID)?.CreateIndex ?? index;
    tables.caRoots.set(root.ID, { ...root, CreateIndex, ModifyIndex: index });
  }
  tables.index.raise(ROOTS);
  return TRUE;
}

/** Two steps, as stock takes them: the roots stay where the configuration was changed since. */
function setRootsAndConfig(tables: Tables, request: ConnectCaRequest, config: CaConfiguration): ApplyResult {
  const outcome = setRoots(tables, request.Roots ?? [], request.Index);
  if (outcome.kind === 'error') return outcome;
  return setConfig(tables, config) ? TRUE : { ...CONFIG_CHANGED, keeps: true };
}

function setProviderState(tables: Tables, state: CaProviderState): void {
  const index = tables.journal.index;
  const CreateIndex = tables.caProviderState.get(state.ID)?.CreateIndex ?? index;
  tables.caProviderState.set(state.ID, { ...state, CreateIndex, ModifyIndex: index });
  tables.index.raise(PROVIDER);
}

/** The first one stands where the provider began. */
function nextSerial(tables: Tables): number {
  const next = (tables.index.get(SERIAL) || tables.index.get(PROVIDER)) + 1;
  tables.index.setCounter(SERIAL, next);
  return next;
}
