// What the records of the catalog look like as JSON: the fields that record-json.ts and proxy-json.ts write.

import { listOf, mapOf, nullable, optional, record } from '../../../gotext/json-shape.js';

const STRINGS = listOf('string');
const STRING_MAP = nullable(mapOf('string'));
const INDEXES = { CreateIndex: 'integer', ModifyIndex: 'integer' } as const;

export const localityShape = nullable(record('Locality', { Region: 'string', Zone: 'string' }));
export const weightsShape = record('Weights', { Passing: 'integer', Warning: 'integer' });
const portsShape = listOf(record('ServicePort', { Name: 'string', Port: 'integer', Default: 'boolean' }));
export const addressesShape = mapOf(record('ServiceAddress', { Address: 'string', Port: 'integer' }));

export const nodeShape = record('Node', {
  ID: 'string',
  Node: 'string',
  Address: 'string',
  Datacenter: 'string',
  PeerName: optional('string'),
  TaggedAddresses: STRING_MAP,
  Meta: STRING_MAP,
  Locality: optional(localityShape),
  ...INDEXES,
});

const meshGateway = record('MeshGateway', { Mode: optional('string') });

const exposePath = record('ExposePath', {
  ListenerPort: optional('integer'),
  Path: optional('string'),
  LocalPathPort: optional('integer'),
  Protocol: optional('string'),
  ParsedFromCheck: optional('boolean'),
});

const extension = record('EnvoyExtension', {
  Name: 'string',
  Required: 'boolean',
  Arguments: 'any',
  ConsulVersion: 'string',
  EnvoyVersion: 'string',
});

const UPSTREAM_REST = {
  LocalBindAddress: optional('string'),
  LocalBindPort: optional('integer'),
  LocalBindSocketPath: optional('string'),
  LocalBindSocketMode: optional('string'),
  Config: optional(mapOf('any')),
  MeshGateway: meshGateway,
  IngressHosts: optional(STRINGS),
  CentrallyConfigured: optional('boolean'),
} as const;

const DESTINATION = {
  DestinationNamespace: optional('string'),
  DestinationPartition: optional('string'),
  DestinationPeer: optional('string'),
  DestinationName: 'string',
} as const;

const upstream = record('Upstream', {
  DestinationType: 'string',
  ...DESTINATION,
  Datacenter: 'string',
  ...UPSTREAM_REST,
});

const agentUpstream = record('AgentUpstream', {
  DestinationType: optional('string'),
  ...DESTINATION,
  Datacenter: optional('string'),
  ...UPSTREAM_REST,
});

const accessLogs = record('AccessLogs', {
  Enabled: optional('boolean'),
  DisableListenerLogs: optional('boolean'),
  Type: optional('string'),
  Path: optional('string'),
  JSONFormat: optional('string'),
  TextFormat: optional('string'),
});

const transparentProxy = record('TransparentProxy', {
  OutboundListenerPort: optional('integer'),
  DialedDirectly: optional('boolean'),
});

const PROXY_TARGET = {
  EnvoyExtensions: optional(listOf(extension)),
  DestinationServiceName: optional('string'),
  DestinationServiceID: optional('string'),
  LocalServiceAddress: optional('string'),
  LocalServicePort: optional('integer'),
  LocalServiceSocketPath: optional('string'),
} as const;

const PROXY_REST = {
  Config: optional(mapOf('any')),
  MeshGateway: meshGateway,
  Expose: record('Expose', { Checks: optional('boolean'), Paths: optional(listOf(exposePath)) }),
  TransparentProxy: optional(transparentProxy),
  MutualTLSMode: optional('string'),
  AccessLogs: optional(accessLogs),
} as const;

const proxy = record('Proxy', {
  ...PROXY_TARGET,
  Mode: 'string',
  Upstreams: optional(listOf(upstream)),
  ...PROXY_REST,
});

const connect = record('Connect', { Native: optional('boolean') });

export const serviceShape = record('Service', {
  Kind: optional('string'),
  ID: 'string',
  Service: 'string',
  Tags: STRINGS,
  Address: 'string',
  TaggedAddresses: optional(addressesShape),
  Meta: STRING_MAP,
  Port: optional('integer'),
  Ports: optional(portsShape),
  SocketPath: optional('string'),
  Weights: nullable(weightsShape),
  EnableTagOverride: 'boolean',
  Proxy: proxy,
  Connect: connect,
  PeerName: 'string',
  Locality: optional(localityShape),
  ...INDEXES,
});

/** As the agent that has it shows it. */
export const agentServiceShape = record('AgentService', {
  Kind: optional('string'),
  ID: 'string',
  Service: 'string',
  Tags: STRINGS,
  Meta: mapOf('string'),
  Port: 'integer',
  Ports: optional(portsShape),
  Address: 'string',
  SocketPath: optional('string'),
  TaggedAddresses: optional(addressesShape),
  Weights: nullable(weightsShape),
  EnableTagOverride: 'boolean',
  ContentHash: optional('string'),
  Proxy: optional(
    record('AgentProxy', {
      ...PROXY_TARGET,
      Mode: optional('string'),
      Upstreams: optional(listOf(agentUpstream)),
      ...PROXY_REST,
    }),
  ),
  Connect: optional(connect),
  Datacenter: 'string',
  Locality: optional(localityShape),
});

const definition = record('CheckDefinition', {
  Interval: optional('duration'),
  OutputMaxSize: optional('integer'),
  Timeout: optional('duration'),
  DeregisterCriticalServiceAfter: optional('duration'),
  TTL: optional('duration'),
  HTTP: optional('string'),
  TLSServerName: optional('string'),
  TLSSkipVerify: optional('boolean'),
  Header: optional(nullable(mapOf(STRINGS))),
  Method: optional('string'),
  Body: optional('string'),
  DisableRedirects: optional('boolean'),
  TCP: optional('string'),
  TCPUseTLS: optional('boolean'),
  UDP: optional('string'),
  H2PING: optional('string'),
  OSService: optional('string'),
  H2PingUseTLS: optional('boolean'),
  AliasNode: optional('string'),
  AliasService: optional('string'),
  GRPC: optional('string'),
  GRPCUseTLS: optional('boolean'),
  ScriptArgs: optional(STRINGS),
  DockerContainerID: optional('string'),
  Shell: optional('string'),
  SessionName: optional('string'),
});

const CHECK = {
  Node: 'string',
  CheckID: 'string',
  Name: 'string',
  Status: 'string',
  Notes: 'string',
  Output: 'string',
  ServiceID: 'string',
  ServiceName: 'string',
  ServiceTags: nullable(STRINGS),
  Type: 'string',
  ExposedPort: 'integer',
  Definition: definition,
  ...INDEXES,
} as const;

export const checkShape = record('Check', {
  ...CHECK,
  Interval: 'string',
  Timeout: 'string',
  PeerName: optional('string'),
});

/** As the health of an agent's own services has it. */
export const agentCheckShape = record('AgentCheck', CHECK);

/** The node's fields and the service's, flattened. */
export const catalogServiceShape = record('CatalogService', {
  ID: 'string',
  Node: 'string',
  Address: 'string',
  Datacenter: 'string',
  TaggedAddresses: STRING_MAP,
  NodeMeta: STRING_MAP,
  ServiceKind: 'string',
  ServiceID: 'string',
  ServiceName: 'string',
  ServiceTags: STRINGS,
  ServiceAddress: 'string',
  ServiceTaggedAddresses: optional(addressesShape),
  ServiceWeights: weightsShape,
  ServiceMeta: mapOf('string'),
  ServicePort: 'integer',
  ServicePorts: optional(portsShape),
  ServiceSocketPath: 'string',
  ServiceEnableTagOverride: 'boolean',
  ServiceProxy: proxy,
  ServiceConnect: connect,
  ServiceLocality: localityShape,
  ...INDEXES,
});

export const coordinateShape = record('Coordinate', {
  Vec: listOf('number'),
  Error: 'number',
  Adjustment: 'number',
  Height: 'number',
});
