// Transactions as tables (spec/fsm.md, section 3).

import type {
  TxnCheckOperation,
  TxnKvOperation,
  TxnNodeOperation,
  TxnOperation,
  TxnRequest,
  TxnServiceOperation,
  TxnSessionOperation,
} from '../commands.js';
import { checkSchema, nodeSchema, serviceSchema } from './catalog.js';
import { list, pointer, type StructSchema, struct, writeRequest } from './kinds.js';
import { kvRequestEntrySchema, sessionSchema } from './state.js';

const txnKvSchema: StructSchema<TxnKvOperation> = {
  name: 'TxnKVOp',
  fields: { Verb: 'string', DirEnt: struct(kvRequestEntrySchema) },
};

const txnNodeSchema: StructSchema<TxnNodeOperation> = {
  name: 'TxnNodeOp',
  fields: { Verb: 'string', Node: struct(nodeSchema) },
};

const txnServiceSchema: StructSchema<TxnServiceOperation> = {
  name: 'TxnServiceOp',
  fields: { Verb: 'string', Node: 'string', Service: struct(serviceSchema) },
};

const txnCheckSchema: StructSchema<TxnCheckOperation> = {
  name: 'TxnCheckOp',
  fields: { Verb: 'string', Check: struct(checkSchema) },
};

const txnSessionSchema: StructSchema<TxnSessionOperation> = {
  name: 'TxnSessionOp',
  fields: { Verb: 'string', Session: struct(sessionSchema) },
};

export const txnOperationSchema: StructSchema<TxnOperation> = {
  name: 'TxnOp',
  fields: {
    KV: pointer(txnKvSchema),
    Node: pointer(txnNodeSchema),
    Service: pointer(txnServiceSchema),
    Check: pointer(txnCheckSchema),
    Session: pointer(txnSessionSchema),
    Intention: 'nil',
  },
};

export const txnSchema: StructSchema<TxnRequest> = {
  name: 'TxnRequest',
  fields: { ...writeRequest, Ops: list(struct(txnOperationSchema)) },
};
