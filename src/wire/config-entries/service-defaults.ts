// The tables of `service-defaults` and `proxy-defaults`: what holds for all instances of a service, and for all proxies.

import { bool, dynamic, hidden, int, list, map, optional, pointer, type RecordOf, struct, text } from './forms.js';
import {
  ENTRY_TAIL,
  envoyExtensions,
  expose,
  meshGateway,
  passiveHealthCheck,
  prioritizeByLocality,
  transparentProxy,
} from './shared-forms.js';

const upstreamFields = {
  Name: optional(text),
  Peer: text,
  EnvoyListenerJSON: optional(text),
  EnvoyClusterJSON: optional(text),
  Protocol: optional(text),
  ConnectTimeoutMs: optional(int),
  Limits: optional(
    pointer(
      struct({
        MaxConnections: optional(pointer(int)),
        MaxPendingRequests: optional(pointer(int)),
        MaxConcurrentRequests: optional(pointer(int)),
      }),
    ),
  ),
  PassiveHealthCheck: optional(pointer(passiveHealthCheck)),
  MeshGateway: meshGateway,
  BalanceOutboundConnections: optional(text),
} as const;
const upstream = struct(upstreamFields);
export type UpstreamDefaults = RecordOf<typeof upstreamFields>;

const rateLimits = struct({
  InstanceLevel: struct({
    RequestsPerSecond: int,
    RequestsMaxBurst: int,
    Routes: list(
      struct({
        PathExact: text,
        PathPrefix: text,
        PathRegex: text,
        RequestsPerSecond: int,
        RequestsMaxBurst: int,
      }),
    ),
  }),
});

export const serviceDefaultsFields = {
  Kind: text,
  Name: text,
  Protocol: optional(text),
  Mode: optional(text),
  TransparentProxy: transparentProxy,
  MutualTLSMode: optional(text),
  MeshGateway: meshGateway,
  Expose: expose,
  ExternalSNI: optional(text),
  UpstreamConfig: optional(
    pointer(struct({ Overrides: optional(list(pointer(upstream))), Defaults: optional(pointer(upstream)) })),
  ),
  Destination: optional(pointer(struct({ Addresses: optional(list(text)), Port: optional(int) }))),
  MaxInboundConnections: optional(int),
  LocalConnectTimeoutMs: optional(int),
  LocalRequestTimeoutMs: optional(int),
  BalanceInboundConnections: optional(text),
  RateLimits: optional(pointer(rateLimits)),
  EnvoyExtensions: envoyExtensions,
  ...ENTRY_TAIL,
} as const;

const accessLogs = struct({
  Enabled: optional(bool),
  DisableListenerLogs: optional(bool),
  Type: optional(text),
  Path: optional(text),
  JSONFormat: optional(text),
  TextFormat: optional(text),
});

export const proxyDefaultsFields = {
  Kind: text,
  Name: text,
  Config: optional(map(dynamic)),
  /** The one of `Config`, noted beside it. */
  Protocol: hidden(text),
  Mode: optional(text),
  TransparentProxy: transparentProxy,
  MutualTLSMode: optional(text),
  MeshGateway: meshGateway,
  Expose: expose,
  AccessLogs: accessLogs,
  EnvoyExtensions: envoyExtensions,
  FailoverPolicy: optional(pointer(struct({ Mode: optional(text), Regions: optional(list(text)) }))),
  PrioritizeByLocality: optional(prioritizeByLocality),
  ...ENTRY_TAIL,
} as const;
