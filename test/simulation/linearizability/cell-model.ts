// A cell: one node of the catalog with the instances and the check on it, the sessions that hang on that check, and the keys
// that they lock. Nothing in a cell depends on another cell, so each is checked alone (spec/fsm.md, sections 6 to 8).
import type { Model } from './checker.js';
import { type Keys, type KvInput, type KvOutput, NO_KEYS, releaseLocks, stepKeys } from './kv-model.js';

export type Behavior = 'release' | 'delete';

export type CellInput =
  | KvInput
  /** The node, its check passing, and one instance. */
  | { readonly kind: 'register'; readonly instance: string; readonly port: number }
  /** The node, its check critical: sessions end. */
  | { readonly kind: 'fail' }
  | { readonly kind: 'deregister'; readonly instance: string }
  | { readonly kind: 'deregister-node' }
  | { readonly kind: 'instances' }
  /** Only created sessions whose ID was told: of another one nobody can ever know. */
  | { readonly kind: 'create-session'; readonly behavior: Behavior }
  | { readonly kind: 'destroy-session'; readonly id: string }
  | { readonly kind: 'session'; readonly id: string };

export type CellOutput =
  | KvOutput
  | { readonly kind: 'created'; readonly id: string }
  | { readonly kind: 'instances'; readonly ports: readonly string[] }
  | { readonly kind: 'exists'; readonly value: boolean };

interface Cell {
  readonly check: 'absent' | 'passing' | 'critical';
  /** ID → port. */
  readonly instances: ReadonlyMap<string, number>;
  readonly sessions: ReadonlyMap<string, Behavior>;
  readonly keys: Keys;
}

/** As shown by a read: `id:port`, in order. */
function shownInstances(instances: Cell['instances']): string {
  return [...instances]
    .map(([id, port]) => `${id}:${port}`)
    .sort()
    .join(' ');
}

function endSession(cell: Cell, id: string): Cell {
  const behavior = cell.sessions.get(id);
  if (behavior === undefined) return cell;
  const sessions = new Map(cell.sessions);
  sessions.delete(id);
  return { ...cell, sessions, keys: releaseLocks(cell.keys, id, behavior === 'delete') };
}

function endSessions(cell: Cell): Cell {
  return [...cell.sessions.keys()].reduce(endSession, cell);
}

/** What always works and answers so. */
function isDone(output: CellOutput | null): boolean {
  return output === null || (output.kind === 'done' && output.value);
}

function registered(cell: Cell, instance: string, port: number): Cell {
  return { ...cell, check: 'passing', instances: new Map(cell.instances).set(instance, port) };
}

function without(cell: Cell, instance: string): Cell {
  const instances = new Map(cell.instances);
  instances.delete(instance);
  return { ...cell, instances };
}

function created(cell: Cell, behavior: Behavior, output: CellOutput | null): Cell | null {
  if (cell.check !== 'passing') return output === null || output.kind === 'refused' ? cell : null;
  if (output?.kind !== 'created') return null;
  return { ...cell, sessions: new Map(cell.sessions).set(output.id, behavior) };
}

function stepKv(cell: Cell, input: KvInput, output: CellOutput | null): Cell | null {
  if (output !== null && output.kind !== 'done' && output.kind !== 'refused' && output.kind !== 'entry') return null;
  const keys = stepKeys(cell.keys, input, output, (session) => cell.sessions.has(session));
  if (keys === null) return null;
  return keys === cell.keys ? cell : { ...cell, keys };
}

export const cellModel: Model<Cell, CellInput, CellOutput> = {
  initial: { check: 'absent', instances: new Map(), sessions: new Map(), keys: NO_KEYS },

  step(cell, input, output) {
    switch (input.kind) {
      case 'register':
        return isDone(output) ? registered(cell, input.instance, input.port) : null;
      case 'fail':
        return isDone(output) ? endSessions({ ...cell, check: 'critical' }) : null;
      case 'deregister':
        return isDone(output) ? without(cell, input.instance) : null;
      case 'deregister-node':
        return isDone(output) ? endSessions({ ...cell, check: 'absent', instances: new Map() }) : null;
      case 'instances': {
        if (output?.kind !== 'instances') return null;
        return [...output.ports].sort().join(' ') === shownInstances(cell.instances) ? cell : null;
      }
      case 'create-session':
        return created(cell, input.behavior, output);
      case 'destroy-session':
        return isDone(output) ? endSession(cell, input.id) : null;
      case 'session':
        return output?.kind === 'exists' && output.value === cell.sessions.has(input.id) ? cell : null;
      default:
        return stepKv(cell, input, output);
    }
  },

  describe({ check, instances, sessions, keys }) {
    const held = [...sessions].map((pair) => pair.join('=')).sort();
    const entries = [...keys.entries].map(([key, { value, modifyIndex, above, lockIndex, session }]) => {
      return `${key}=${value}@${modifyIndex ?? `>${above}`} ${lockIndex} ${session}`;
    });
    return `${check} [${shownInstances(instances)}] [${held.join(' ')}] [${entries.sort().join(', ')}] ${keys.seen}`;
  },
};
