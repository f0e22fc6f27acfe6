// Keys, sessions, coordinates and what else the state holds beside the catalog, as tables (spec/fsm.md, section 3).

import type { KvRequestEntry } from '../commands.js';
import type {
  AutopilotConfig,
  CheckedInstance,
  CoordinateRecord,
  FederationState,
  FreeVirtualIp,
  KvEntry,
  PeeredServiceName,
  ServiceVirtualIp,
  SessionRecord,
  SessionServiceCheck,
  SystemMetadataEntry,
} from '../records.js';
import { checkSchema, nodeSchema, serviceSchema } from './catalog.js';
import { type ListKind, list, pointer, raftIndex, type StructSchema, strings, struct } from './kinds.js';

export const kvEntrySchema: StructSchema<KvEntry> = {
  name: 'DirEntry',
  fields: {
    LockIndex: 'uint64',
    Key: 'string',
    Flags: 'uint64',
    Value: 'bytes',
    Session: 'string',
    ...raftIndex,
  },
};

export const kvRequestEntrySchema: StructSchema<KvRequestEntry> = {
  name: 'DirEntry',
  fields: { ...kvEntrySchema.fields, ModifyIndex: 'uint64' },
};

const sessionServiceCheckSchema: StructSchema<SessionServiceCheck> = {
  name: 'ServiceCheck',
  fields: { ID: 'string', Namespace: 'string' },
};

export const sessionSchema: StructSchema<SessionRecord> = {
  name: 'Session',
  fields: {
    ID: 'string',
    Name: 'string',
    Node: 'string',
    LockDelay: 'duration',
    Behavior: 'string',
    TTL: 'string',
    NodeChecks: strings,
    ServiceChecks: list(struct(sessionServiceCheckSchema)),
    Checks: strings,
    ...raftIndex,
  },
};

export const coordSchema: StructSchema<CoordinateRecord['Coord']> = {
  name: 'Coord',
  fields: {
    Vec: { kind: 'list', of: 'float', nullable: false },
    Error: 'float',
    Adjustment: 'float',
    Height: 'float',
  },
};

export const coordinateSchema: StructSchema<CoordinateRecord> = {
  name: 'Coordinate',
  fields: { Node: 'string', Segment: 'string', Partition: 'string', Coord: struct(coordSchema) },
};

/** The body of a coordinate update, and its snapshot record: a bare list. */
export const coordinatesKind: ListKind = { kind: 'list', of: struct(coordinateSchema), nullable: false };

export const autopilotSchema: StructSchema<AutopilotConfig> = {
  name: 'AutopilotConfig',
  fields: {
    CleanupDeadServers: 'bool',
    DisableUpgradeMigration: 'bool',
    LastContactThreshold: 'duration',
    MaxTrailingLogs: 'uint',
    MinQuorum: 'uint',
    RedundancyZoneTag: 'string',
    ServerStabilizationTime: 'duration',
    UpgradeVersionTag: 'string',
    ...raftIndex,
  },
};

const checkedInstanceSchema: StructSchema<CheckedInstance> = {
  name: 'CheckServiceNode',
  fields: { Node: pointer(nodeSchema), Service: pointer(serviceSchema), Checks: list(struct(checkSchema)) },
};

export const federationStateSchema: StructSchema<FederationState> = {
  name: 'FederationState',
  fields: {
    Datacenter: 'string',
    MeshGateways: list(struct(checkedInstanceSchema)),
    UpdatedAt: 'bytes',
    PrimaryModifyIndex: 'uint',
    ...raftIndex,
  },
};

export const systemMetadataSchema: StructSchema<SystemMetadataEntry> = {
  name: 'SystemMetadataEntry',
  fields: { Key: 'string', Value: 'string', ...raftIndex },
};

export const peeredServiceSchema: StructSchema<PeeredServiceName> = {
  name: 'PeeredServiceName',
  fields: {
    Peer: 'string',
    ServiceName: struct<PeeredServiceName['ServiceName']>({ name: 'ServiceName', fields: { Name: 'string' } }),
  },
};

export const virtualIpSchema: StructSchema<ServiceVirtualIp> = {
  name: 'ServiceVirtualIP',
  fields: { IP: 'bytes', ManualIPs: strings, Service: struct(peeredServiceSchema), ...raftIndex },
};

export const freeVirtualIpSchema: StructSchema<FreeVirtualIp> = {
  name: 'FreeVirtualIP',
  fields: { IP: 'bytes', IsCounter: 'bool' },
};
