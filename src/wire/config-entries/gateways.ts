// The tables of `ingress-gateway` and `terminating-gateway`.

import { bool, int, list, map, optional, pointer, struct, text, uint32 } from './forms.js';
import { ENTRY_TAIL, headerModifiers, passiveHealthCheck } from './shared-forms.js';

const sds = struct({ ClusterName: optional(text), CertResource: optional(text) });

const gatewayTls = struct({
  Enabled: bool,
  SDS: optional(pointer(sds)),
  TLSMinVersion: optional(text),
  TLSMaxVersion: optional(text),
  CipherSuites: optional(list(text)),
});

const limits = {
  MaxConnections: optional(uint32),
  MaxPendingRequests: optional(uint32),
  MaxConcurrentRequests: optional(uint32),
  PassiveHealthCheck: optional(pointer(passiveHealthCheck)),
} as const;

/** What holds where a service says nothing: unlike a service's own, shown when they are 0, too. */
const defaultLimits = {
  ...limits,
  MaxConnections: uint32,
  MaxPendingRequests: uint32,
  MaxConcurrentRequests: uint32,
} as const;

const ingressService = struct({
  Name: text,
  Hosts: list(text),
  TLS: optional(pointer(struct({ SDS: optional(pointer(sds)) }))),
  RequestHeaders: headerModifiers,
  ResponseHeaders: headerModifiers,
  ...limits,
  Meta: optional(map(text)),
});

const ingressListener = struct({
  Port: int,
  Protocol: text,
  TLS: optional(pointer(gatewayTls)),
  Services: list(ingressService),
});

export const ingressGatewayFields = {
  Kind: text,
  Name: text,
  TLS: gatewayTls,
  Listeners: list(ingressListener),
  Defaults: optional(pointer(struct(defaultLimits))),
  ...ENTRY_TAIL,
} as const;

const linkedService = struct({
  Name: optional(text),
  CAFile: optional(text),
  CertFile: optional(text),
  KeyFile: optional(text),
  SNI: optional(text),
  DisableAutoHostRewrite: optional(bool),
});

export const terminatingGatewayFields = {
  Kind: text,
  Name: text,
  Services: list(linkedService),
  ...ENTRY_TAIL,
} as const;
