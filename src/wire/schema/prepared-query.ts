// Prepared queries and their command as tables (spec/fsm.md, section 3).

import type { PreparedQueryRequest } from '../commands.js';
import type { PreparedQueryRecord, QueryFailover, QueryFailoverTarget, QueryService } from '../records.js';
import { list, raftIndex, type StructSchema, stringMap, strings, struct, writeRequest } from './kinds.js';

const failoverTargetSchema: StructSchema<QueryFailoverTarget> = {
  name: 'QueryFailoverTarget',
  fields: { Peer: 'string', Datacenter: 'string' },
};

const failoverSchema: StructSchema<QueryFailover> = {
  name: 'QueryFailoverOptions',
  fields: { NearestN: 'int', Datacenters: strings, Targets: list(struct(failoverTargetSchema)) },
};

const queryServiceSchema: StructSchema<QueryService> = {
  name: 'ServiceQuery',
  fields: {
    Service: 'string',
    SamenessGroup: 'string',
    Failover: struct(failoverSchema),
    OnlyPassing: 'bool',
    IgnoreCheckIDs: strings,
    Near: 'string',
    Tags: strings,
    NodeMeta: stringMap,
    ServiceMeta: stringMap,
    Connect: 'bool',
    Peer: 'string',
  },
};

const queryTemplateSchema: StructSchema<PreparedQueryRecord['Template']> = {
  name: 'QueryTemplateOptions',
  fields: { Type: 'string', Regexp: 'string', RemoveEmptyTags: 'bool' },
};

export const queryDnsSchema: StructSchema<PreparedQueryRecord['DNS']> = {
  name: 'QueryDNSOptions',
  fields: { TTL: 'string' },
};

export const preparedQuerySchema: StructSchema<PreparedQueryRecord> = {
  name: 'PreparedQuery',
  fields: {
    ID: 'string',
    Name: 'string',
    Session: 'string',
    Token: 'string',
    Template: struct(queryTemplateSchema),
    Service: struct(queryServiceSchema),
    DNS: struct(queryDnsSchema),
    ...raftIndex,
  },
};

export const preparedQueryRequestSchema: StructSchema<PreparedQueryRequest> = {
  name: 'PreparedQueryRequest',
  fields: { ...writeRequest, Op: 'string', Query: struct(preparedQuerySchema) },
};
