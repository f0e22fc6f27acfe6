// Commands as tables (spec/fsm.md, section 3).

import type {
  AutopilotRequest,
  DeregisterRequest,
  FederationStateRequest,
  KvsRequest,
  RegisterRequest,
  SessionRequest,
  SystemMetadataRequest,
  TombstoneRequest,
} from '../commands.js';
import { checkSchema, localitySchema, serviceSchema } from './catalog.js';
import { list, pointer, raftIndex, type StructSchema, stringMap, struct, writeRequest } from './kinds.js';
import {
  autopilotSchema,
  federationStateSchema,
  kvRequestEntrySchema,
  sessionSchema,
  systemMetadataSchema,
} from './state.js';

export const registerSchema: StructSchema<RegisterRequest> = {
  name: 'RegisterRequest',
  fields: {
    ...writeRequest,
    ID: 'string',
    Node: 'string',
    Address: 'string',
    TaggedAddresses: stringMap,
    NodeMeta: stringMap,
    Service: pointer(serviceSchema),
    Check: pointer(checkSchema),
    Checks: list(struct(checkSchema)),
    SkipNodeUpdate: 'bool',
    PeerName: 'string',
    Locality: pointer(localitySchema),
    ...raftIndex,
  },
};

export const deregisterSchema: StructSchema<DeregisterRequest> = {
  name: 'DeregisterRequest',
  fields: { ...writeRequest, Node: 'string', ServiceID: 'string', CheckID: 'string', PeerName: 'string' },
};

export const kvsSchema: StructSchema<KvsRequest> = {
  name: 'KVSRequest',
  fields: { ...writeRequest, Op: 'string', DirEnt: struct(kvRequestEntrySchema) },
};

export const sessionRequestSchema: StructSchema<SessionRequest> = {
  name: 'SessionRequest',
  fields: { ...writeRequest, Op: 'string', Session: struct(sessionSchema) },
};

export const tombstoneSchema: StructSchema<TombstoneRequest> = {
  name: 'TombstoneRequest',
  fields: { ...writeRequest, Op: 'string', ReapIndex: 'uint' },
};

export const autopilotRequestSchema: StructSchema<AutopilotRequest> = {
  name: 'AutopilotSetConfigRequest',
  fields: { ...writeRequest, CAS: 'bool', Config: struct(autopilotSchema) },
};

export const federationStateRequestSchema: StructSchema<FederationStateRequest> = {
  name: 'FederationStateRequest',
  fields: { ...writeRequest, Op: 'string', State: struct(federationStateSchema) },
};

export const systemMetadataRequestSchema: StructSchema<SystemMetadataRequest> = {
  name: 'SystemMetadataRequest',
  fields: { ...writeRequest, Op: 'string', Entry: struct(systemMetadataSchema) },
};
