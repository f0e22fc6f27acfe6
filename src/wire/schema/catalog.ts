// Nodes, services and checks as tables (spec/fsm.md, section 3).

import type {
  CatalogServiceRecord,
  CheckDefinition,
  CheckRecord,
  EnvoyExtension,
  ExposePath,
  Locality,
  MeshGateway,
  NodeRecord,
  ProxyConfig,
  ServiceAddress,
  ServiceConnect,
  ServicePort,
  ServiceRecord,
  Upstream,
  Weights,
} from '../records.js';
import {
  dynamicMap,
  laterList,
  list,
  map,
  pointer,
  raftIndex,
  type StructSchema,
  stringMap,
  strings,
  struct,
} from './kinds.js';

export const localitySchema: StructSchema<Locality> = {
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
    OutputMaxSize: 'uint',
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
