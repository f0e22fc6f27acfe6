// Operations on nodes, services and checks inside a transaction (spec/fsm.md, section 9). A compare-and-set with index 0
// means "must not exist"; a compare-and-delete of something absent is stale.

import { quote } from '../../../../gotext/quote.js';
import type { TxnCheckOperation, TxnNodeOperation, TxnServiceOperation } from '../../../../wire/commands.js';
import type { CheckRecord, NodeRecord, RaftIndex, ServiceRecord } from '../../../../wire/records.js';
import { joinKey, keyPart } from '../store/tables/table-key.js';
import type { PeerCatalog, Tables } from '../store/tables/tables.js';
import { putCheck } from './check-session-write.js';
import { deregisterCheck, deregisterNode, deregisterService } from './deregister.js';
import { writeNode } from './node-write.js';
import { putService } from './service-write.js';
import { NO_RESULT, type OperationOutcome, type Results } from './txn-outcome.js';

/**
 * What an operation may do with a row of one kind, spelled out so that the verbs exist once. `Asked` names the row and is what is
 * written. Shared by all operations: a stream of services is thousands of them in a second.
 */
interface RowVerbs<Asked> {
  readonly kind: string;
  /** The row as error texts name it. */
  subject(asked: Asked): string;
  requested(asked: Asked): RaftIndex;
  stored(at: PeerCatalog, asked: Asked): RaftIndex | undefined;
  /** The row as it is stored then, as a result; or the text of why not. */
  write(tables: Tables, at: PeerCatalog, asked: Asked): Results | string;
  remove(tables: Tables, at: PeerCatalog, asked: Asked): void;
  /** The stored row as a result; null when absent. */
  result(at: PeerCatalog, asked: Asked): Results | null;
}

function runRowOperation<Asked>(
  tables: Tables,
  at: PeerCatalog,
  verb: string,
  asked: Asked,
  row: RowVerbs<Asked>,
): OperationOutcome {
  switch (verb) {
    case 'get':
      return row.result(at, asked) ?? { error: `${row.subject(asked)} doesn't exist` };
    case 'set':
      return written(tables, at, asked, row);
    case 'cas':
      if ((row.stored(at, asked)?.ModifyIndex ?? 0) !== row.requested(asked).ModifyIndex) {
        return { error: `failed to set ${row.subject(asked)}, index is stale` };
      }
      return written(tables, at, asked, row);
    case 'delete':
      row.remove(tables, at, asked);
      return NO_RESULT;
    case 'delete-cas':
      if (row.stored(at, asked)?.ModifyIndex !== row.requested(asked).ModifyIndex) {
        return { error: `failed to delete ${row.subject(asked)}, index is stale` };
      }
      row.remove(tables, at, asked);
      return NO_RESULT;
    default:
      return { error: `unknown ${row.kind} verb "${verb}"` };
  }
}

function written<Asked>(tables: Tables, at: PeerCatalog, asked: Asked, row: RowVerbs<Asked>): OperationOutcome {
  const result = row.write(tables, at, asked);
  return typeof result === 'string' ? { error: result } : result;
}

function findNode(at: PeerCatalog, node: NodeRecord): NodeRecord | undefined {
  return (node.ID === '' ? at.catalog.findNode(node.Node) : at.catalog.findNodeById(node.ID))?.record;
}

function nodeResult(Node: NodeRecord): Results {
  return { results: [{ KV: null, Node, Service: null, Check: null }] };
}

function serviceResult(Service: ServiceRecord): Results {
  return { results: [{ KV: null, Node: null, Service, Check: null }] };
}

function checkResult(Check: CheckRecord): Results {
  return { results: [{ KV: null, Node: null, Service: null, Check }] };
}

function findService(at: PeerCatalog, { Node, Service }: TxnServiceOperation): ServiceRecord | undefined {
  return at.catalog.services.get(joinKey(keyPart(Node), keyPart(Service.ID)))?.record;
}

function findCheck(at: PeerCatalog, check: CheckRecord): CheckRecord | undefined {
  return at.catalog.checks.get(joinKey(keyPart(check.Node), keyPart(check.CheckID)))?.record;
}

const NODE: RowVerbs<NodeRecord> = {
  kind: 'Node',
  subject: (node) => `node ${quote(node.Node)}`,
  requested: (node) => node,
  stored: findNode,
  write: (tables, at, node) => writeNode(tables, at, node) ?? NODE.result(at, node) ?? NO_RESULT,
  remove: (tables, at, node) => deregisterNode(tables, at, node.Node),
  result(at, node) {
    const record = findNode(at, node);
    return record ? nodeResult(record) : null;
  },
};

const SERVICE: RowVerbs<TxnServiceOperation> = {
  kind: 'Service',
  subject: ({ Node, Service }) => `service ${quote(Service.ID)} on node ${quote(Node)}`,
  requested: ({ Service }) => Service,
  stored: findService,
  write(tables, at, { Node, Service }) {
    const row = putService(tables, at, Node, Service);
    return typeof row === 'string' ? row : serviceResult(row.record);
  },
  remove: (tables, at, { Node, Service }) => deregisterService(tables, at, Node, Service.ID),
  result(at, operation) {
    const record = findService(at, operation);
    return record ? serviceResult(record) : null;
  },
};

const CHECK: RowVerbs<CheckRecord> = {
  kind: 'Check',
  subject: (check) => `check ${quote(check.CheckID)} on node ${quote(check.Node)}`,
  requested: (check) => check,
  stored: findCheck,
  write(tables, at, check) {
    const row = putCheck(tables, at, check);
    return typeof row === 'string' ? row : checkResult(row.record);
  },
  remove: (tables, at, check) => deregisterCheck(tables, at, check.Node, check.CheckID),
  result(at, check) {
    const record = findCheck(at, check);
    return record ? checkResult(record) : null;
  },
};

export function runNodeOperation(tables: Tables, { Verb, Node }: TxnNodeOperation): OperationOutcome {
  return runRowOperation(tables, tables.catalogOf(Node.PeerName), Verb, Node, NODE);
}

export function runServiceOperation(tables: Tables, operation: TxnServiceOperation): OperationOutcome {
  return runRowOperation(tables, tables.catalogOf(operation.Service.PeerName), operation.Verb, operation, SERVICE);
}

export function runCheckOperation(tables: Tables, { Verb, Check }: TxnCheckOperation): OperationOutcome {
  return runRowOperation(tables, tables.catalogOf(Check.PeerName), Verb, Check, CHECK);
}
