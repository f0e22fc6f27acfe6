// The messages of the micro-benchmarks: KV writes with values of a given length, registrations as a bulk load makes
// them.

import { type Command, CommandType } from '../../src/wire/commands.js';
import type { CheckDefinition, CheckRecord, ProxyConfig, ServiceRecord } from '../../src/wire/records.js';

const TOKEN = 'aaaaaaaa-0000-4000-8000-000000000001';

export function kvsCommand(size: number, index: number): Command {
  // Text, because msgpackr takes raw values for text when it decodes.
  const Value = new Uint8Array(size).map((_, at) => 97 + ((at * 7 + index) % 26));
  return {
    type: CommandType.kvs,
    body: {
      Datacenter: 'dc1',
      Token: TOKEN,
      Op: 'set',
      DirEnt: {
        LockIndex: 0,
        Key: `config/app-${index}/setting`,
        Flags: index,
        Value,
        Session: '',
        CreateIndex: 0,
        ModifyIndex: 0,
      },
    },
  };
}

function definition(): CheckDefinition {
  return {
    AliasNode: '',
    AliasService: '',
    Body: '',
    DeregisterCriticalServiceAfter: 0,
    DisableRedirects: false,
    DockerContainerID: '',
    GRPC: '',
    GRPCUseTLS: false,
    H2PING: '',
    H2PingUseTLS: false,
    HTTP: '',
    Header: null,
    Interval: 0,
    Method: '',
    OSService: '',
    OutputMaxSize: 0,
    ScriptArgs: null,
    SessionName: '',
    Shell: '',
    TCP: '',
    TCPUseTLS: false,
    TLSServerName: '',
    TLSSkipVerify: false,
    TTL: 0,
    Timeout: 0,
    UDP: '',
  };
}

function proxy(): ProxyConfig {
  return {
    AccessLogs: { DisableListenerLogs: false, Enabled: false, JSONFormat: '', Path: '', TextFormat: '', Type: '' },
    Config: null,
    DestinationServiceID: '',
    DestinationServiceName: '',
    EnvoyExtensions: null,
    Expose: { Checks: false, Paths: null },
    LocalServiceAddress: '',
    LocalServicePort: 0,
    LocalServiceSocketPath: '',
    MeshGateway: { Mode: '' },
    Mode: '',
    MutualTLSMode: '',
    TransparentProxy: { DialedDirectly: false, OutboundListenerPort: 0 },
    Upstreams: null,
  };
}

function service(index: number): ServiceRecord {
  return {
    Kind: '',
    ID: `node_exporter-10.${index}.0.1`,
    Service: `project-${index % 20}`,
    Tags: ['prometheus', 'v1'],
    Address: `10.${index}.0.1`,
    TaggedAddresses: null,
    Meta: { version: '1.2.3' },
    Port: 9100,
    SocketPath: '',
    Weights: { Passing: 1, Warning: 1 },
    EnableTagOverride: false,
    Proxy: proxy(),
    Connect: { Native: false, PeerMeta: null, SidecarService: null },
    LocallyRegisteredAsSidecar: false,
    PeerName: '',
    Locality: null,
    CreateIndex: 0,
    ModifyIndex: 0,
    Ports: null,
  };
}

function check(index: number): CheckRecord {
  return {
    Node: 'srv-one',
    CheckID: `service:node_exporter-10.${index}.0.1`,
    Name: `Service 'project-${index % 20}' check`,
    Status: 'passing',
    Notes: '',
    Output: `HTTP GET http://10.${index}.0.1:9100/metrics: 200 OK Output: ok`,
    ServiceID: `node_exporter-10.${index}.0.1`,
    ServiceName: `project-${index % 20}`,
    ServiceTags: ['prometheus', 'v1'],
    Type: 'http',
    Interval: '10s',
    Timeout: '1s',
    ExposedPort: 0,
    Definition: definition(),
    PeerName: '',
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

export function registerCommand(part: 'node' | 'service' | 'check', index: number): Command {
  return {
    type: CommandType.register,
    body: {
      Datacenter: 'dc1',
      Token: TOKEN,
      ID: '11111111-2222-4333-8444-555555555555',
      Node: 'srv-one',
      Address: '10.0.0.1',
      TaggedAddresses: { lan: '10.0.0.1', wan: '10.0.0.1' },
      NodeMeta: { 'consul-version': '1.21.4' },
      Service: part === 'node' ? null : service(index),
      Check: part === 'check' ? check(index) : null,
      Checks: null,
      SkipNodeUpdate: false,
      PeerName: '',
      Locality: null,
      CreateIndex: 0,
      ModifyIndex: 0,
    },
  };
}

/** The same value with the members of every object in wire order, which msgpackr keeps. */
export function wireOrdered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wireOrdered);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, wireOrdered(member)]),
  );
}
