// What can be selected in each kind of item (spec/filter.md, section 4). Names are the items' own, Go's.

/** The type of a selectable value: it decides operators and how the expression's text is converted. */
export type FieldType =
  | { readonly kind: 'string' | 'bool' | 'float' | 'strings' | 'bytes' }
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: 'object'; readonly fields: FieldTable }
  | { readonly kind: 'objects'; readonly fields: FieldTable }
  | {
      readonly kind: 'map';
      readonly value: FieldType;
      /** `matches` doesn't hold of a key that is absent. In queries it does, as in Consul. */
      readonly isStrict?: boolean;
    };

export type FieldTable = ReadonlyMap<string, FieldType>;

const text: FieldType = { kind: 'string' };
const bool: FieldType = { kind: 'bool' };
const int: FieldType = { kind: 'int', bits: 64, signed: true };
const uint8: FieldType = { kind: 'int', bits: 8, signed: false };
const uint16: FieldType = { kind: 'int', bits: 16, signed: false };
const texts: FieldType = { kind: 'strings' };
const textMap: FieldType = { kind: 'map', value: text };

function table(fields: { readonly [name: string]: FieldType }): FieldTable {
  return new Map(Object.entries(fields));
}
function object(fields: { readonly [name: string]: FieldType }): FieldType {
  return { kind: 'object', fields: table(fields) };
}
function objects(fields: { readonly [name: string]: FieldType }): FieldType {
  return { kind: 'objects', fields: table(fields) };
}

const addresses: FieldType = { kind: 'map', value: object({ Address: text, Port: int }) };
const ports = objects({ Name: text, Port: int, Default: bool });
const weights = object({ Passing: int, Warning: int });
const meshGateway = object({ Mode: text });
const connect = object({ Native: bool });

const proxy = object({
  DestinationServiceName: text,
  DestinationServiceID: text,
  LocalServiceAddress: text,
  LocalServicePort: int,
  LocalServiceSocketPath: text,
  Mode: text,
  MeshGateway: meshGateway,
  TransparentProxy: object({ OutboundListenerPort: int, DialedDirectly: bool }),
  Expose: object({
    Checks: bool,
    Paths: objects({ ListenerPort: int, Path: text, LocalPathPort: int, Protocol: text, ParsedFromCheck: bool }),
  }),
  AccessLogs: object({
    Enabled: bool,
    DisableListenerLogs: bool,
    Type: text,
    Path: text,
    JSONFormat: text,
    TextFormat: text,
  }),
  EnvoyExtensions: objects({ Name: text, Required: bool, ConsulVersion: text, EnvoyVersion: text }),
  Upstreams: objects({
    DestinationType: text,
    DestinationNamespace: text,
    DestinationPartition: text,
    DestinationPeer: text,
    DestinationName: text,
    Datacenter: text,
    LocalBindAddress: text,
    LocalBindPort: int,
    LocalBindSocketPath: text,
    LocalBindSocketMode: text,
    MeshGateway: meshGateway,
  }),
});

export const nodeFields = table({
  ID: text,
  Node: text,
  Address: text,
  Datacenter: text,
  Partition: text,
  PeerName: text,
  TaggedAddresses: textMap,
  Meta: textMap,
});

export const serviceFields = table({
  Kind: text,
  ID: text,
  Service: text,
  Tags: texts,
  Address: text,
  TaggedAddresses: addresses,
  Meta: textMap,
  Port: int,
  Ports: ports,
  SocketPath: text,
  Weights: weights,
  EnableTagOverride: bool,
  Proxy: proxy,
  Connect: connect,
  PeerName: text,
});

export const checkFields = table({
  Node: text,
  CheckID: text,
  Name: text,
  Status: text,
  Notes: text,
  Output: text,
  ServiceID: text,
  ServiceName: text,
  ServiceTags: texts,
  Type: text,
  Interval: text,
  Timeout: text,
  ExposedPort: int,
  PeerName: text,
});

/** One instance as /v1/catalog/service shows it: node and service in one object. */
export const catalogInstanceFields = table({
  ID: text,
  Node: text,
  Address: text,
  Datacenter: text,
  TaggedAddresses: textMap,
  NodeMeta: textMap,
  ServiceKind: text,
  ServiceID: text,
  ServiceName: text,
  ServiceTags: texts,
  ServiceAddress: text,
  ServiceTaggedAddresses: addresses,
  ServiceWeights: weights,
  ServiceMeta: textMap,
  ServicePort: int,
  ServicePorts: ports,
  ServiceSocketPath: text,
  ServiceEnableTagOverride: bool,
  ServiceProxy: proxy,
  ServiceConnect: connect,
  PeerName: text,
});

/** {Node, Service, Checks} of /v1/health/service, /connect and /ingress. */
export const healthEntryFields: FieldTable = new Map<string, FieldType>([
  ['Node', { kind: 'object', fields: nodeFields }],
  ['Service', { kind: 'object', fields: serviceFields }],
  ['Checks', { kind: 'objects', fields: checkFields }],
]);

/** A node of /v1/internal/ui/nodes, with what runs on it. */
export const nodeDumpFields: FieldTable = new Map<string, FieldType>([
  ...nodeFields,
  ['Services', { kind: 'objects', fields: serviceFields }],
  ['Checks', { kind: 'objects', fields: checkFields }],
]);

export const memberFields = table({
  Name: text,
  Addr: { kind: 'bytes' },
  Port: uint16,
  Tags: textMap,
  Status: int,
  ProtocolMin: uint8,
  ProtocolMax: uint8,
  ProtocolCur: uint8,
  DelegateMin: uint8,
  DelegateMax: uint8,
  DelegateCur: uint8,
});

/** /v1/exported-services. */
export const exportedServiceFields = table({
  Service: text,
  Consumers: object({ Peers: texts, Partitions: texts }),
});

/** /v1/connect/intentions. */
export const intentionFields = table({
  ID: text,
  Description: text,
  SourceNS: text,
  SourceName: text,
  SourcePartition: text,
  SourcePeer: text,
  SourceSamenessGroup: text,
  DestinationNS: text,
  DestinationName: text,
  DestinationPartition: text,
  SourceType: text,
  Action: text,
  Meta: textMap,
  Precedence: int,
});
