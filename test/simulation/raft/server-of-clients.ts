// What a simulated server's clients talk to: the calls and methods that ship, over its store and its log. A request becomes
// one of the model's operations, a reply the model's answer.

import type { KvEntry } from '../../../src/wire/records.js';
import { allowAll } from '../../../src/workers/state/acl/access.js';
import { ask } from '../../../src/workers/state/calls/asked-read.js';
import type { Calls } from '../../../src/workers/state/calls/calls.js';
import type { Consistency } from '../../../src/workers/state/calls/read-settings.js';
import { serviceInstances } from '../../../src/workers/state/methods/catalog/catalog.js';
import {
  catalogDeregister,
  catalogRegister,
  type Registration,
} from '../../../src/workers/state/methods/catalog/catalog-register.js';
import type { ReadMethod, WriteMethod } from '../../../src/workers/state/methods/contract/method.js';
import { EVERYTHING } from '../../../src/workers/state/methods/contract/narrowing.js';
import { isRefusal, type Refusal } from '../../../src/workers/state/methods/contract/refusal.js';
import { type KvWrite, kvApply, kvGet } from '../../../src/workers/state/methods/kvs.js';
import { applySession, getSession } from '../../../src/workers/state/methods/session.js';
import { check, service } from '../../unit/workers/state/replica/store/commands.js';
import type { CellInput, CellOutput } from '../linearizability/cell-model.js';

const DATACENTER = 'dc1';
const ASKER = { token: '', authorizer: allowAll };
const CHECK = 'alive';

/** An answer, with the index that blocking reads go by; 0 for writes. */
export interface Answer {
  readonly output: CellOutput;
  readonly index: number;
}

function done(value: boolean): CellOutput {
  return { kind: 'done', value };
}

function shownEntry(entry: KvEntry | null): CellOutput {
  if (entry === null) return { kind: 'entry', entry };
  const { Value, ModifyIndex, LockIndex, Session } = entry;
  const value = Buffer.from(Value ?? []).toString();
  return { kind: 'entry', entry: { value, modifyIndex: ModifyIndex, lockIndex: Number(LockIndex), session: Session } };
}

export type Asked = Pick<Calls, 'read' | 'write'>;

export class ServerOfClients {
  readonly #calls: Asked;

  constructor(calls: Asked) {
    this.#calls = calls;
  }

  /** `cell` names the node, and stands before its keys and services. Of reads alone `consistency` means something. */
  ask(cell: string, input: CellInput, consistency: Consistency): Promise<Answer | Refusal> {
    switch (input.kind) {
      case 'get':
        return this.#read(kvGet, `${cell}/${input.key}`, consistency, shownEntry);
      case 'session':
        return this.#read(getSession, input.id, consistency, (found) => ({ kind: 'exists', value: found !== null }));
      case 'instances':
        return this.#read(serviceInstances, { ...EVERYTHING, service: cell, connect: false }, consistency, (found) => {
          return { kind: 'instances', ports: found.map((one) => `${one.service.ID}:${one.service.Port}`) };
        });
      case 'register': {
        const Service = service({ ID: input.instance, Service: cell, Port: input.port });
        return this.#write(catalogRegister, registration(cell, 'passing', Service), done);
      }
      case 'fail':
        return this.#write(catalogRegister, registration(cell, 'critical', null), done);
      case 'deregister':
        return this.#write(catalogDeregister, deregistration(cell, input.instance), done);
      case 'deregister-node':
        return this.#write(catalogDeregister, deregistration(cell, ''), done);
      case 'create-session': {
        const change = { op: 'create', session: newSession(cell, input.behavior) } as const;
        return this.#write(applySession, change, (id) => ({ kind: 'created', id }));
      }
      case 'destroy-session':
        return this.#write(applySession, { op: 'destroy', id: input.id }, () => done(true));
      default:
        return this.#write(kvApply, kvWrite(cell, input), done);
    }
  }

  async #read<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    consistency: Consistency,
    show: (value: Value) => CellOutput,
  ): Promise<Answer | Refusal> {
    const settings = { consistency, minIndex: 0, waitMs: 0, maxStaleMs: 0 };
    const answer = await ask(this.#calls, method, request, settings, DATACENTER, ASKER);
    return isRefusal(answer) ? answer : { output: show(answer.value), index: answer.index };
  }

  async #write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    show: (reply: Reply) => CellOutput,
  ): Promise<Answer | Refusal> {
    const reply = await this.#calls.write(method, request, DATACENTER, ASKER);
    if (!isRefusal(reply)) return { output: show(reply), index: 0 };
    return reply.refused === 'failed' ? { output: { kind: 'refused' }, index: 0 } : reply;
  }
}

type KvWriteInput = Exclude<Extract<CellInput, { readonly key: string }>, { readonly kind: 'get' }>;

function kvWrite(cell: string, input: KvWriteInput): KvWrite {
  return {
    op: input.kind,
    key: `${cell}/${input.key}`,
    value: 'value' in input ? Buffer.from(input.value) : null,
    flags: 0,
    session: 'session' in input ? input.session : '',
    compareIndex: 'index' in input ? input.index : 0,
  };
}

function registration(cell: string, status: 'passing' | 'critical', Service: Registration['Service']): Registration {
  return {
    ID: '',
    Node: cell,
    Address: '10.0.0.1',
    TaggedAddresses: null,
    NodeMeta: null,
    Service,
    Check: check({ Node: cell, CheckID: CHECK, Name: CHECK, Status: status }),
    Checks: null,
    SkipNodeUpdate: false,
    PeerName: '',
    Locality: null,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

function deregistration(cell: string, instance: string) {
  return { Node: cell, ServiceID: instance, CheckID: '', PeerName: '' };
}

function newSession(cell: string, Behavior: string) {
  const noOthers = { ServiceChecks: null, Checks: null };
  return { Name: '', Node: cell, LockDelay: 0, Behavior, TTL: '', NodeChecks: [CHECK], ...noOthers };
}
