// The model's operations as HTTP requests, and what their answers say. What was certainly not taken is told apart from what
// may have been: the first must never happen, the second may, at any time.

import type { CellInput, CellOutput } from '../../../simulation/linearizability/cell-model.js';
import type { Question, Told } from './askers.js';

export type Mode = 'default' | 'consistent' | 'stale';

/** What became of an operation. */
export type Outcome =
  | { readonly kind: 'answered'; readonly output: CellOutput }
  | { readonly kind: 'untaken' }
  | { readonly kind: 'unknown'; readonly text: string };

const CHECK = 'alive';
/** Rules of the state's that refuse: an answer like any other. */
const REFUSED = /invalid session|Missing node registration|Missing check|critical state/;
const UNTAKEN =
  /No cluster leader|leadership transfer in progress|rate limit exceeded|Not ready to serve|^ECONNREFUSED$/;

export function isRead({ kind }: CellInput): boolean {
  return kind === 'get' || kind === 'session' || kind === 'instances';
}

function put(path: string, body?: unknown): Question {
  if (body === undefined) return { method: 'PUT', path };
  return { method: 'PUT', path, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function registration(cell: string, status: string, service: object): unknown {
  const check = { Node: cell, CheckID: CHECK, Name: CHECK, Status: status };
  return { Node: cell, Address: '10.0.0.1', Check: check, ...service };
}

/** `cell` names the node, and stands before its keys and services. Of reads alone `mode` means something. */
export function questionFor(cell: string, input: CellInput, mode: Mode): Question {
  const how = mode === 'default' ? '' : `?${mode}`;
  const key = 'key' in input ? `/v1/kv/${cell}/${input.key}` : '';
  switch (input.kind) {
    case 'get':
      return { method: 'GET', path: key + how };
    case 'session':
      return { method: 'GET', path: `/v1/session/info/${input.id}${how}` };
    case 'instances':
      return { method: 'GET', path: `/v1/catalog/service/${cell}${how}` };
    case 'set':
      return put(key, input.value);
    case 'cas':
      return put(`${key}?cas=${input.index}`, input.value);
    case 'lock':
      return put(`${key}?acquire=${input.session}`, input.value);
    case 'unlock':
      return put(`${key}?release=${input.session}`, input.value);
    case 'delete':
      return { method: 'DELETE', path: key };
    case 'delete-cas':
      return { method: 'DELETE', path: `${key}?cas=${input.index}` };
    case 'register': {
      const Service = { ID: input.instance, Service: cell, Port: input.port };
      return put('/v1/catalog/register', registration(cell, 'passing', { Service }));
    }
    case 'fail':
      return put('/v1/catalog/register', registration(cell, 'critical', {}));
    case 'deregister':
      return put('/v1/catalog/deregister', { Node: cell, ServiceID: input.instance });
    case 'deregister-node':
      return put('/v1/catalog/deregister', { Node: cell });
    case 'create-session':
      return put('/v1/session/create', {
        ...{ Node: cell, NodeChecks: [CHECK], LockDelay: '0s', Behavior: input.behavior },
      });
    case 'destroy-session':
      return put(`/v1/session/destroy/${input.id}`);
  }
}

interface ShownKey {
  readonly Value: string | null;
  readonly ModifyIndex: number;
  readonly LockIndex: number;
  readonly Session?: string;
}

interface ShownInstance {
  readonly ServiceID: string;
  readonly ServicePort: number;
}

function entryOf({ status, text }: Told): CellOutput {
  const [shown] = status === 404 ? [] : (JSON.parse(text) as ShownKey[]);
  if (shown === undefined) return { kind: 'entry', entry: null };
  const { Value, ModifyIndex, LockIndex, Session } = shown;
  const value = Buffer.from(Value ?? '', 'base64').toString();
  return { kind: 'entry', entry: { value, modifyIndex: ModifyIndex, lockIndex: LockIndex, session: Session ?? '' } };
}

function outputOf(input: CellInput, told: Told): CellOutput {
  switch (input.kind) {
    case 'get':
      return entryOf(told);
    case 'session':
      return { kind: 'exists', value: (JSON.parse(told.text) as unknown[]).length > 0 };
    case 'instances': {
      const found = JSON.parse(told.text) as ShownInstance[];
      return { kind: 'instances', ports: found.map(({ ServiceID, ServicePort }) => `${ServiceID}:${ServicePort}`) };
    }
    case 'create-session':
      return { kind: 'created', id: (JSON.parse(told.text) as { ID: string }).ID };
    default:
      return { kind: 'done', value: JSON.parse(told.text) as boolean };
  }
}

export function outcomeOf(input: CellInput, told: Told): Outcome {
  const { status, text } = told;
  if (status === 200 || (status === 404 && input.kind === 'get')) {
    return { kind: 'answered', output: outputOf(input, told) };
  }
  if (status >= 400 && REFUSED.test(text)) return { kind: 'answered', output: { kind: 'refused' } };
  // What reads nothing changes nothing, and nobody can know of a session whose ID was never told.
  if (isRead(input) || input.kind === 'create-session' || UNTAKEN.test(text)) return { kind: 'untaken' };
  return { kind: 'unknown', text: `${status} ${text.trim()}` };
}
