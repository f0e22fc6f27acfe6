// The records and commands as data: which field has which kind (spec/fsm.md, section 3). The msgpack codec is driven
// by these tables. The compiler holds them to the record types: a field too few or too many does not compile. Fields
// are listed in the order in which decoded objects get them; on the wire they are sorted by name.

import type {
  AutopilotRequest,
  ConnectCaLeafRequest,
  ConnectCaRequest,
  DeregisterRequest,
  KvRequestEntry,
  KvsRequest,
  PreparedQueryRequest,
  RegisterRequest,
  SessionRequest,
  SystemMetadataRequest,
  TombstoneRequest,
  TxnCheckOperation,
  TxnKvOperation,
  TxnNodeOperation,
  TxnOperation,
  TxnRequest,
  TxnServiceOperation,
  TxnSessionOperation,
} from './commands.js';
import type {
  AutopilotConfig,
  CaConfiguration,
  CaProviderState,
  CaRoot,
  CatalogServiceRecord,
  CheckDefinition,
  CheckRecord,
  CoordinateRecord,
  EnvoyExtension,
  ExposePath,
  FreeVirtualIp,
  KvEntry,
  Locality,
  MeshGateway,
  NodeRecord,
  PeeredServiceName,
  PreparedQueryRecord,
  ProxyConfig,
  QueryFailover,
  QueryFailoverTarget,
  QueryService,
  ServiceAddress,
  ServiceConnect,
  ServicePort,
  ServiceRecord,
  ServiceVirtualIp,
  SessionRecord,
  SessionServiceCheck,
  SystemMetadataEntry,
  Upstream,
  Weights,
} from './records.js';
import type { Uint64 } from './uint64.js';

/** Scalars: `int` and `duration` (nanoseconds) are 64 bits signed; `dynamic` is any value; `nil` is always null. */
export type ScalarKind = 'string' | 'bytes' | 'bool' | 'int' | 'uint64' | 'float' | 'duration' | 'dynamic' | 'nil';
export interface StructKind {
  readonly kind: 'struct';
  readonly schema: StructSchema<object>;
  /** Whether null is a value of its own (a pointer in Go); otherwise nil reads as the zero struct. */
  readonly nullable: boolean;
}
export interface ListKind {
  readonly kind: 'list';
  readonly of: Kind;
  /** Otherwise nil reads as an empty list. */
  readonly nullable: boolean;
  /** A field that came with a later version: where it is null it isn't written at all, as those before it expect. */
  readonly leftOutWhenNull?: true;
}
export interface MapKind {
  readonly kind: 'map';
  readonly of: Kind;
}
export type Kind = ScalarKind | StructKind | ListKind | MapKind;

export interface StructSchema<T extends object> {
  readonly name: string;
  readonly fields: { readonly [K in keyof T]-?: Kind };
}

/** Whether a field of this kind is left out of its struct where it is null. */
export function isLaterField(kind: Kind): boolean {
  return typeof kind === 'object' && kind.kind === 'list' && kind.leftOutWhenNull === true;
}

/** Names and kinds in the order of decoded objects. */
export function fieldsOf(schema: StructSchema<object>): [string, Kind][] {
  return Object.entries(schema.fields as { readonly [name: string]: Kind });
}

export function struct<T extends object>(schema: StructSchema<T>): StructKind {
  return { kind: 'struct', schema, nullable: false };
}
export function pointer<T extends object>(schema: StructSchema<T>): StructKind {
  return { kind: 'struct', schema, nullable: true };
}
export function list(of: Kind): ListKind {
  return { kind: 'list', of, nullable: true };
}
function map(of: Kind): MapKind {
  return { kind: 'map', of };
}
function laterList(of: Kind): ListKind {
  return { kind: 'list', of, nullable: true, leftOutWhenNull: true };
}
export const strings = list('string');
const stringMap = map('string');
export const dynamicMap = map('dynamic');
export const raftIndex = { CreateIndex: 'int', ModifyIndex: 'int' } as const;
const writeRequest = { Datacenter: 'string', Token: 'string' } as const;

const localitySchema: StructSchema<Locality> = {
  name: 'Locality',
  fields: { Region: 'string', Zone: 'string' },
};

export const nodeSchema: StructSchema<NodeRecord> = {
  name: 'Node',
  fields: {
    ID: 'string',
    Node: 'string',
    Address: 'string',
    Datacenter: 'string',
    Partition: 'string',
    PeerName: 'string',
    TaggedAddresses: stringMap,
    Meta: stringMap,
    Locality: pointer(localitySchema),
    ...raftIndex,
  },
};

const serviceAddressSchema: StructSchema<ServiceAddress> = {
  name: 'ServiceAddress',
  fields: { Address: 'string', Port: 'int' },
};
const servicePorts = laterList(
  struct<ServicePort>({ name: 'ServicePort', fields: { Name: 'string', Port: 'int', Default: 'bool' } }),
);
const weightsSchema: StructSchema<Weights> = { name: 'Weights', fields: { Passing: 'int', Warning: 'int' } };
const meshGatewaySchema: StructSchema<MeshGateway> = { name: 'MeshGateway', fields: { Mode: 'string' } };
const exposePathSchema: StructSchema<ExposePath> = {
  name: 'ExposePath',
  fields: {
    ListenerPort: 'int',
    LocalPathPort: 'int',
    ParsedFromCheck: 'bool',
    Path: 'string',
    Protocol: 'string',
  },
};
const upstreamSchema: StructSchema<Upstream> = {
  name: 'Upstream',
  fields: {
    CentrallyConfigured: 'bool',
    Config: dynamicMap,
    Datacenter: 'string',
    DestinationName: 'string',
    DestinationNamespace: 'string',
    DestinationPartition: 'string',
    DestinationPeer: 'string',
    DestinationType: 'string',
    IngressHosts: strings,
    LocalBindAddress: 'string',
    LocalBindPort: 'int',
    LocalBindSocketMode: 'string',
    LocalBindSocketPath: 'string',
    MeshGateway: struct(meshGatewaySchema),
  },
};
const envoyExtensionSchema: StructSchema<EnvoyExtension> = {
  name: 'EnvoyExtension',
  fields: { Arguments: dynamicMap, ConsulVersion: 'string', EnvoyVersion: 'string', Name: 'string', Required: 'bool' },
};
const accessLogsSchema: StructSchema<ProxyConfig['AccessLogs']> = {
  name: 'AccessLogs',
  fields: {
    DisableListenerLogs: 'bool',
    Enabled: 'bool',
    JSONFormat: 'string',
    Path: 'string',
    TextFormat: 'string',
    Type: 'string',
  },
};
const exposeSchema: StructSchema<ProxyConfig['Expose']> = {
  name: 'Expose',
  fields: { Checks: 'bool', Paths: list(struct(exposePathSchema)) },
};
const transparentProxySchema: StructSchema<ProxyConfig['TransparentProxy']> = {
  name: 'TransparentProxy',
  fields: { DialedDirectly: 'bool', OutboundListenerPort: 'int' },
};
const proxySchema: StructSchema<ProxyConfig> = {
  name: 'Proxy',
  fields: {
    AccessLogs: struct(accessLogsSchema),
    Config: dynamicMap,
    DestinationServiceID: 'string',
    DestinationServiceName: 'string',
    EnvoyExtensions: list(struct(envoyExtensionSchema)),
    Expose: struct(exposeSchema),
    LocalServiceAddress: 'string',
    LocalServicePort: 'int',
    LocalServiceSocketPath: 'string',
    MeshGateway: struct(meshGatewaySchema),
    Mode: 'string',
    MutualTLSMode: 'string',
    TransparentProxy: struct(transparentProxySchema),
    Upstreams: list(struct(upstreamSchema)),
  },
};
const connectSchema: StructSchema<ServiceConnect> = {
  name: 'ServiceConnect',
  fields: { Native: 'bool', PeerMeta: 'dynamic', SidecarService: 'nil' },
};

export const serviceSchema: StructSchema<ServiceRecord> = {
  name: 'NodeService',
  fields: {
    Kind: 'string',
    ID: 'string',
    Service: 'string',
    Tags: strings,
    Address: 'string',
    TaggedAddresses: map(struct(serviceAddressSchema)),
    Meta: stringMap,
    Port: 'int',
    SocketPath: 'string',
    Weights: pointer(weightsSchema),
    EnableTagOverride: 'bool',
    Proxy: struct(proxySchema),
    Connect: struct(connectSchema),
    LocallyRegisteredAsSidecar: 'bool',
    PeerName: 'string',
    Locality: pointer(localitySchema),
    ...raftIndex,
    Ports: servicePorts,
  },
};

/** Of an answer only: no log and no snapshot has it. */
export const catalogServiceSchema: StructSchema<CatalogServiceRecord> = {
  name: 'ServiceNode',
  fields: {
    ID: 'string',
    Node: 'string',
    Address: 'string',
    Datacenter: 'string',
    TaggedAddresses: stringMap,
    NodeMeta: stringMap,
    ServiceKind: 'string',
    ServiceID: 'string',
    ServiceName: 'string',
    ServiceTags: strings,
    ServiceAddress: 'string',
    ServiceTaggedAddresses: map(struct(serviceAddressSchema)),
    ServiceWeights: struct(weightsSchema),
    ServiceMeta: stringMap,
    ServicePort: 'int',
    ServiceSocketPath: 'string',
    ServiceEnableTagOverride: 'bool',
    ServiceProxy: struct(proxySchema),
    ServiceConnect: struct(connectSchema),
    ServiceLocality: pointer(localitySchema),
    PeerName: 'string',
    ...raftIndex,
    ServicePorts: servicePorts,
  },
};

const definitionSchema: StructSchema<CheckDefinition> = {
  name: 'HealthCheckDefinition',
  fields: {
    AliasNode: 'string',
    AliasService: 'string',
    Body: 'string',
    DeregisterCriticalServiceAfter: 'duration',
    DisableRedirects: 'bool',
    DockerContainerID: 'string',
    GRPC: 'string',
    GRPCUseTLS: 'bool',
    H2PING: 'string',
    H2PingUseTLS: 'bool',
    HTTP: 'string',
    Header: map(strings),
    Interval: 'duration',
    Method: 'string',
    OSService: 'string',
    OutputMaxSize: 'int',
    ScriptArgs: strings,
    SessionName: 'string',
    Shell: 'string',
    TCP: 'string',
    TCPUseTLS: 'bool',
    TLSServerName: 'string',
    TLSSkipVerify: 'bool',
    TTL: 'duration',
    Timeout: 'duration',
    UDP: 'string',
  },
};

export const checkSchema: StructSchema<CheckRecord> = {
  name: 'HealthCheck',
  fields: {
    Node: 'string',
    CheckID: 'string',
    Name: 'string',
    Status: 'string',
    Notes: 'string',
    Output: 'string',
    ServiceID: 'string',
    ServiceName: 'string',
    ServiceTags: strings,
    Type: 'string',
    Interval: 'string',
    Timeout: 'string',
    ExposedPort: 'int',
    Definition: struct(definitionSchema),
    PeerName: 'string',
    ...raftIndex,
  },
};

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
    MaxTrailingLogs: 'int',
    MinQuorum: 'int',
    RedundancyZoneTag: 'string',
    ServerStabilizationTime: 'duration',
    UpgradeVersionTag: 'string',
    ...raftIndex,
  },
};

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

export const caConfigurationSchema: StructSchema<CaConfiguration> = {
  name: 'CAConfiguration',
  fields: {
    ClusterID: 'string',
    Provider: 'string',
    Config: dynamicMap,
    State: stringMap,
    ForceWithoutCrossSigning: 'bool',
    ...raftIndex,
  },
};

export const caRootSchema: StructSchema<CaRoot> = {
  name: 'CARoot',
  fields: {
    ID: 'string',
    Name: 'string',
    SerialNumber: 'uint64',
    SigningKeyID: 'string',
    ExternalTrustDomain: 'string',
    NotBefore: 'bytes',
    NotAfter: 'bytes',
    RootCert: 'string',
    IntermediateCerts: strings,
    SigningCert: 'string',
    SigningKey: 'string',
    Active: 'bool',
    RotatedOutAt: 'bytes',
    PrivateKeyType: 'string',
    PrivateKeyBits: 'int',
    ...raftIndex,
  },
};

export const caProviderStateSchema: StructSchema<CaProviderState> = {
  name: 'CAConsulProviderState',
  fields: { ID: 'string', PrivateKey: 'string', RootCert: 'string', IntermediateCert: 'string', ...raftIndex },
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
  fields: { ...writeRequest, Op: 'string', ReapIndex: 'int' },
};
export const preparedQueryRequestSchema: StructSchema<PreparedQueryRequest> = {
  name: 'PreparedQueryRequest',
  fields: { ...writeRequest, Op: 'string', Query: struct(preparedQuerySchema) },
};
export const autopilotRequestSchema: StructSchema<AutopilotRequest> = {
  name: 'AutopilotSetConfigRequest',
  fields: { ...writeRequest, CAS: 'bool', Config: struct(autopilotSchema) },
};
export const connectCaSchema: StructSchema<ConnectCaRequest> = {
  name: 'CARequest',
  fields: {
    ...writeRequest,
    Op: 'string',
    Index: 'uint64',
    Roots: list(struct(caRootSchema)),
    Config: pointer(caConfigurationSchema),
    ProviderState: pointer(caProviderStateSchema),
  },
};
export const connectCaLeafSchema: StructSchema<ConnectCaLeafRequest> = {
  name: 'CALeafRequest',
  fields: { ...writeRequest, Op: 'string' },
};
export const systemMetadataRequestSchema: StructSchema<SystemMetadataRequest> = {
  name: 'SystemMetadataRequest',
  fields: { ...writeRequest, Op: 'string', Entry: struct(systemMetadataSchema) },
};

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

/** The first value of a snapshot stream (spec/fsm.md, section 13). */
export interface SnapshotHeader {
  readonly LastIndex: number;
}
export const snapshotHeaderSchema: StructSchema<SnapshotHeader> = {
  name: 'SnapshotHeader',
  fields: { LastIndex: 'int' },
};
/** A row of the index table in a snapshot. */
export interface IndexRecord {
  readonly Key: string;
  readonly Value: Uint64;
}
export const indexRecordSchema: StructSchema<IndexRecord> = {
  name: 'IndexEntry',
  fields: { Key: 'string', Value: 'uint64' },
};
