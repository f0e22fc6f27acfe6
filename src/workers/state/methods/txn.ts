// Txn.Apply and Txn.Read: several operations at once, all or none (spec/rpc.md, "Rules of single methods"). What changes nothing
// is answered from the store; anything else is one command, refused before the log where the server can tell.

import { quote } from '../../../gotext/quote.js';
import { CommandType, type TxnError, type TxnOperation, type TxnResponse } from '../../../wire/commands.js';
import { portsProblem } from '../../../wire/service-ports.js';
import type { Authorizer } from '../acl/access.js';
import type { KvReads, StoreReads } from '../replica/store/read-api.js';
import type { ReadMethod, WriteMethod } from './contract/method.js';
import { refusal } from './contract/refusal.js';
import { sightOf } from './contract/sight.js';
import { operationDenial, RESULT_RULES, seenResponse } from './txn-rules.js';

const KV_WRITES = new Set(['set', 'cas', 'lock', 'unlock', 'delete', 'delete-cas', 'delete-tree']);
const KV_READS = new Set(['get', 'get-tree', 'get-or-empty', 'check-index', 'check-session', 'check-not-exists']);
const CATALOG_VERBS = new Set(['get', 'set', 'cas', 'delete', 'delete-cas']);

type Operations = readonly TxnOperation[];

export function changesSomething(operations: Operations): boolean {
  return operations.some(({ KV, Node, Service, Check }) =>
    KV ? KV_WRITES.has(KV.Verb) : (Node ?? Service ?? Check)?.Verb !== 'get',
  );
}

export const txnApply: WriteMethod<Operations, TxnResponse> = {
  name: 'Txn.Apply',
  decide({ store, datacenter }, operations, { token, authorizer }) {
    const refused = problems(operations, store, authorizer);
    if (refused !== null) return { reply: refused };
    return {
      command: { type: CommandType.txn, body: { Datacenter: datacenter, Token: token, Ops: operations } },
      errorPrefix: 'raft apply failed: ',
      reply: (result) =>
        result.kind === 'txn'
          ? seenResponse(result.value, sightOf(authorizer, ...RESULT_RULES))
          : refusal('failed', 'the transaction had no answer'),
    };
  },
};

export interface TxnReadReply {
  readonly response: TxnResponse;
  /** What the answer is as of; 0 when the operations couldn't be tried. */
  readonly index: number;
}

export const txnRead: ReadMethod<Operations, TxnReadReply> = {
  name: 'Txn.Read',
  prepare(store, operations, authorizer) {
    const sight = sightOf(authorizer, ...RESULT_RULES);
    return {
      read() {
        const refused = problems(operations, store, authorizer);
        const index = refused === null ? store.appliedIndex : 0;
        return { index, value: { response: refused ?? store.readTransaction(operations), index } };
      },
      watch: () => [],
      ...(sight === null
        ? {}
        : { sight, narrow: ({ response, index }) => ({ response: seenResponse(response, sight), index }) }),
    };
  },
};

/** Why operations can't even be tried; null when all can. */
function problems(operations: Operations, store: StoreReads, authorizer: Authorizer): TxnResponse | null {
  const Errors: TxnError[] = [];
  for (const [OpIndex, operation] of operations.entries()) {
    const What = problem(operation, store.kv) ?? operationDenial(operation, store, authorizer)?.text ?? null;
    if (What !== null) Errors.push({ OpIndex, What });
  }
  return Errors.length === 0 ? null : { Results: null, Errors };
}

function problem({ KV, Node, Service, Check, Session }: TxnOperation, kv: KvReads): string | null {
  if (KV) {
    if (KV.DirEnt.Key === '' && KV.Verb !== 'get-tree' && KV.Verb !== 'delete-tree') return 'Must provide key';
    if (!KV_WRITES.has(KV.Verb) && !KV_READS.has(KV.Verb)) return `unknown KV operation: ${KV.Verb}`;
    if (KV.Verb === 'lock' && kv.lockDelayed(KV.DirEnt.Key)) {
      return `failed to lock key ${JSON.stringify(KV.DirEnt.Key)} due to lock delay`;
    }
    return null;
  }
  if (Node) {
    if (Node.Node.Node === '') return 'Must provide node';
    return CATALOG_VERBS.has(Node.Verb) ? null : `unknown node operation: ${Node.Verb}`;
  }
  if (Service) {
    if (Service.Verb !== 'get' && Service.Service.Service === '') {
      const named = 'Must provide service name (Service.Service)';
      return Service.Service.ID === '' ? named : `${named} when service ID is provided`;
    }
    const ports = portsProblem(Service.Service);
    if (ports !== null) return `Invalid Ports: ${ports}`;
    return CATALOG_VERBS.has(Service.Verb) ? null : `unknown service operation: ${Service.Verb}`;
  }
  if (Check) return CATALOG_VERBS.has(Check.Verb) ? null : `unknown check operation: ${Check.Verb}`;
  // Over RPC alone. Intentions were once changed in this way; nobody takes them any more.
  if (!Session) return 'unknown operation type';
  return Session.Verb === 'delete' ? null : `unknown Session verb ${quote(Session.Verb)}`;
}
