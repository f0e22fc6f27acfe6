// The records of the catalog as request bodies give them: field names with or without case, snake-case aliases of the
// tutorial days, durations as text or nanoseconds (spec/http.md, section 4). For catalog registrations, transactions, the
// agent's definitions and the files of a stock data directory.

import { aliased, struct } from '../../../gotext/json-decode.js';
import { bool, duration, dynamic, index, int, list, map, pointer, string } from '../../../gotext/json-kinds.js';

const meshGateway = struct('MeshGatewayConfig', { Mode: string });

const exposePath = struct('ExposePath', {
  ListenerPort: int,
  Path: string,
  LocalPathPort: int,
  Protocol: string,
  ParsedFromCheck: bool,
});

const upstream = struct('Upstream', {
  DestinationType: string,
  DestinationNamespace: string,
  DestinationPartition: string,
  DestinationPeer: string,
  DestinationName: string,
  Datacenter: string,
  LocalBindAddress: string,
  LocalBindPort: int,
  LocalBindSocketPath: string,
  LocalBindSocketMode: string,
  Config: map(dynamic),
  MeshGateway: meshGateway,
  IngressHosts: list(string),
  CentrallyConfigured: bool,
});

export const proxyBody = struct('ConnectProxyConfig', {
  EnvoyExtensions: list(
    struct('EnvoyExtension', {
      Name: string,
      Required: bool,
      Arguments: map(dynamic),
      ConsulVersion: string,
      EnvoyVersion: string,
    }),
  ),
  DestinationServiceName: string,
  DestinationServiceID: string,
  LocalServiceAddress: string,
  LocalServicePort: int,
  LocalServiceSocketPath: string,
  Mode: string,
  Config: map(dynamic),
  Upstreams: list(upstream),
  MeshGateway: meshGateway,
  Expose: struct('ExposeConfig', { Checks: bool, Paths: list(exposePath) }),
  TransparentProxy: struct('TransparentProxyConfig', { OutboundListenerPort: int, DialedDirectly: bool }),
  MutualTLSMode: string,
  AccessLogs: struct('AccessLogsConfig', {
    Enabled: bool,
    DisableListenerLogs: bool,
    Type: string,
    Path: string,
    JSONFormat: string,
    TextFormat: string,
  }),
});

export const localityBody = struct('Locality', { Region: string, Zone: string });

export const weightsBody = struct('Weights', { Passing: int, Warning: int });
export const servicePortsBody = list(struct('ServicePort', { Name: string, Port: int, Default: bool }));
export const serviceAddressesBody = map(struct('ServiceAddress', { Address: string, Port: int }));

export const serviceBody = struct('NodeService', {
  Kind: string,
  ID: string,
  Service: string,
  Tags: list(string),
  Address: string,
  TaggedAddresses: aliased(serviceAddressesBody, 'tagged_addresses'),
  Meta: map(string),
  Port: int,
  Ports: servicePortsBody,
  SocketPath: string,
  Weights: pointer(weightsBody),
  EnableTagOverride: aliased(bool, 'enable_tag_override'),
  Proxy: proxyBody,
  Connect: struct('ServiceConnect', { Native: bool }),
  PeerName: string,
  Locality: pointer(localityBody),
  CreateIndex: index,
  ModifyIndex: index,
});

const definitionBody = struct('HealthCheckDefinition', {
  HTTP: string,
  TLSServerName: string,
  TLSSkipVerify: bool,
  Header: map(list(string)),
  Method: string,
  Body: string,
  DisableRedirects: bool,
  TCP: string,
  TCPUseTLS: bool,
  UDP: string,
  H2PING: string,
  OSService: string,
  H2PingUseTLS: bool,
  Interval: duration,
  OutputMaxSize: int,
  Timeout: duration,
  DeregisterCriticalServiceAfter: duration,
  ScriptArgs: list(string),
  DockerContainerID: string,
  Shell: string,
  SessionName: string,
  GRPC: string,
  GRPCUseTLS: bool,
  AliasNode: string,
  AliasService: string,
  TTL: duration,
});

const CHECK_FIELDS = {
  Node: string,
  CheckID: string,
  Name: string,
  Status: string,
  Notes: string,
  Output: string,
  ServiceID: string,
  ServiceName: string,
  ServiceTags: list(string),
  Type: string,
  Interval: string,
  Timeout: string,
  ExposedPort: int,
  PeerName: string,
} as const;

/** A check without what says how it is run. */
export const bareCheckBody = struct('HealthCheck', CHECK_FIELDS);

export const checkBody = struct('HealthCheck', {
  ...CHECK_FIELDS,
  Definition: definitionBody,
  CreateIndex: index,
  ModifyIndex: index,
});

export const registerBody = struct('RegisterRequest', {
  Datacenter: string,
  ID: string,
  Node: string,
  Address: string,
  TaggedAddresses: map(string),
  NodeMeta: map(string),
  Service: pointer(serviceBody),
  Check: pointer(checkBody),
  Checks: list(pointer(checkBody)),
  SkipNodeUpdate: bool,
  PeerName: string,
  Locality: pointer(localityBody),
  Token: string,
});

export const deregisterBody = struct('DeregisterRequest', {
  Datacenter: string,
  Node: string,
  /** Clients send it along as with a registration; nobody looks at it. */
  Address: string,
  ServiceID: string,
  CheckID: string,
  PeerName: string,
  Token: string,
});

/** Bodies of the agent and catalog refuse what they don't know; namespaces with a text of their own. */
export const STRICT = {
  unknownFields: 'error',
  unknownFieldError: (name: string) =>
    name.toLowerCase() === 'namespace'
      ? `json: unknown field "${name}" - Namespaces are a Consul Enterprise feature`
      : undefined,
} as const;
