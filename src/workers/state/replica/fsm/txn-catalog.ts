// Operations on nodes, services and checks inside a transaction (spec/fsm.md, section 9). A compare-and-set with index 0
// means "must not exist"; a compare-and-delete of something absent is stale.

import { quote } from '../../../../gotext/quote.js';
import type { TxnCheckOperation, TxnNodeOperation, TxnServiceOperation } from '../../../../wire/commands.js';
import type { CheckRecord, NodeRecord, RaftIndex, ServiceRecord } from '../../../../wire/records.js';
import { joinKey, keyPart } from '../store/tables/table-key.js';
import type { PeerCatalog, Tables } from '../store/tables/tables.js';
import { writeCheck } from './check-session-write.js';
import { deregisterCheck, deregisterNode, deregisterService } from './deregister.js';
import { writeNode } from './node-write.js';
import type { Refusal } from './refusals/refusal.js';
import { writeService } from './service-write.js';
import { NO_RESULT, type OperationOutcome } from './txn-outcome.js';

/** One operation on one row, spelled out so that the verbs exist once. */
interface RowOperation {
  readonly kind: string;
  /** The row as error texts name it. */
  readonly subject: string;
  readonly requested: RaftIndex;
  readonly stored: () => RaftIndex | undefined;
  readonly write: () => Refusal;
  readonly remove: () => void;
  /** The stored row as a result; NO_RESULT when absent. */
  readonly result: () => OperationOutcome;
}

function written(operation: RowOperation): OperationOutcome {
  const refusal = operation.write();
  return refusal === null ? operation.result() : { error: refusal };
}

function runRowOperation(verb: string, operation: RowOperation): OperationOutcome {
  const stored = operation.stored();
  const { requested, subject } = operation;
  switch (verb) {
    case 'get':
      return stored ? operation.result() : { error: `${subject} doesn't exist` };
    case 'set':
      return written(operation);
    case 'cas':
      if ((stored?.ModifyIndex ?? 0) !== requested.ModifyIndex) {
        return { error: `failed to set ${subject}, index is stale` };
      }
      return written(operation);
    case 'delete':
      operation.remove();
      return NO_RESULT;
    case 'delete-cas':
      if (!stored || stored.ModifyIndex !== requested.ModifyIndex) {
        return { error: `failed to delete ${subject}, index is stale` };
      }
      operation.remove();
      return NO_RESULT;
    default:
      return { error: `unknown ${operation.kind} verb "${verb}"` };
  }
}

function findNode(at: PeerCatalog, node: NodeRecord): NodeRecord | undefined {
  return (node.ID === '' ? at.catalog.findNode(node.Node) : at.catalog.findNodeById(node.ID))?.record;
}

export function runNodeOperation(tables: Tables, { Verb, Node }: TxnNodeOperation): OperationOutcome {
  const at = tables.catalogOf(Node.PeerName);
  return runRowOperation(Verb, {
    kind: 'Node',
    subject: `node ${quote(Node.Node)}`,
    requested: Node,
    stored: () => findNode(at, Node),
    write: () => writeNode(tables, at, Node),
    remove: () => deregisterNode(tables, at, Node.Node),
    result: () => {
      const row = findNode(at, Node);
      return row ? { results: [{ KV: null, Node: row, Service: null, Check: null }] } : NO_RESULT;
    },
  });
}

export function runServiceOperation(tables: Tables, { Verb, Node, Service }: TxnServiceOperation): OperationOutcome {
  const at = tables.catalogOf(Service.PeerName);
  const find = (): ServiceRecord | undefined =>
    at.catalog.services.get(joinKey(keyPart(Node), keyPart(Service.ID)))?.record;
  return runRowOperation(Verb, {
    kind: 'Service',
    subject: `service ${quote(Service.ID)} on node ${quote(Node)}`,
    requested: Service,
    stored: find,
    write: () => writeService(tables, at, Node, Service),
    remove: () => deregisterService(tables, at, Node, Service.ID),
    result: () => {
      const row = find();
      return row ? { results: [{ KV: null, Node: null, Service: row, Check: null }] } : NO_RESULT;
    },
  });
}

export function runCheckOperation(tables: Tables, { Verb, Check }: TxnCheckOperation): OperationOutcome {
  const at = tables.catalogOf(Check.PeerName);
  const find = (): CheckRecord | undefined =>
    at.catalog.checks.get(joinKey(keyPart(Check.Node), keyPart(Check.CheckID)))?.record;
  return runRowOperation(Verb, {
    kind: 'Check',
    subject: `check ${quote(Check.CheckID)} on node ${quote(Check.Node)}`,
    requested: Check,
    stored: find,
    write: () => writeCheck(tables, at, Check),
    remove: () => deregisterCheck(tables, at, Check.Node, Check.CheckID),
    result: () => {
      const row = find();
      return row ? { results: [{ KV: null, Node: null, Service: null, Check: row }] } : NO_RESULT;
    },
  });
}
