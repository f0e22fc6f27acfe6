// The tables of `service-resolver`, `service-splitter` and `service-router`: where requests for a service go.

import {
  bool,
  duration,
  float32,
  list,
  map,
  nanoseconds,
  optional,
  pointer,
  struct,
  text,
  uint32,
  uint64,
} from './forms.js';
import { ENTRY_TAIL, headerModifiers, prioritizeByLocality } from './shared-forms.js';

const subset = struct({ Filter: optional(text), OnlyPassing: optional(bool) });

const redirect = struct({
  Service: optional(text),
  ServiceSubset: optional(text),
  Namespace: optional(text),
  Partition: optional(text),
  Datacenter: optional(text),
  Peer: optional(text),
  SamenessGroup: optional(text),
});

const failoverTarget = struct({
  Service: optional(text),
  ServiceSubset: optional(text),
  Partition: optional(text),
  Namespace: optional(text),
  Datacenter: optional(text),
  Peer: optional(text),
});

const failover = struct({
  Service: optional(text),
  ServiceSubset: optional(text),
  Namespace: optional(text),
  Datacenters: optional(list(text)),
  Targets: optional(list(failoverTarget)),
  Policy: optional(pointer(struct({ Mode: optional(text), Regions: optional(list(text)) }))),
  SamenessGroup: optional(text),
});

const hashPolicy = struct({
  Field: optional(text),
  FieldValue: optional(text),
  CookieConfig: optional(
    pointer(struct({ Session: optional(bool), TTL: optional(nanoseconds), Path: optional(text) })),
  ),
  SourceIP: optional(bool),
  Terminal: optional(bool),
});

const loadBalancer = struct({
  Policy: optional(text),
  RingHashConfig: optional(pointer(struct({ MinimumRingSize: optional(uint64), MaximumRingSize: optional(uint64) }))),
  LeastRequestConfig: optional(pointer(struct({ ChoiceCount: optional(uint32) }))),
  HashPolicies: optional(list(hashPolicy)),
});

export const serviceResolverFields = {
  ConnectTimeout: optional(duration),
  RequestTimeout: optional(duration),
  Kind: text,
  Name: text,
  DefaultSubset: optional(text),
  Subsets: optional(map(subset)),
  Redirect: optional(pointer(redirect)),
  Failover: optional(map(failover)),
  PrioritizeByLocality: optional(prioritizeByLocality),
  LoadBalancer: optional(pointer(loadBalancer)),
  ...ENTRY_TAIL,
} as const;

const split = struct({
  Weight: float32,
  Service: optional(text),
  ServiceSubset: optional(text),
  Namespace: optional(text),
  Partition: optional(text),
  RequestHeaders: headerModifiers,
  ResponseHeaders: headerModifiers,
});

export const serviceSplitterFields = { Kind: text, Name: text, Splits: list(split), ...ENTRY_TAIL } as const;

const headerMatch = struct({
  Name: text,
  Present: optional(bool),
  Exact: optional(text),
  Prefix: optional(text),
  Suffix: optional(text),
  Regex: optional(text),
  Invert: optional(bool),
});

const queryMatch = struct({
  Name: text,
  Present: optional(bool),
  Exact: optional(text),
  Regex: optional(text),
});

const routeMatch = struct({
  PathExact: optional(text),
  PathPrefix: optional(text),
  PathRegex: optional(text),
  CaseInsensitive: optional(bool),
  Header: optional(list(headerMatch)),
  QueryParam: optional(list(queryMatch)),
  Methods: optional(list(text)),
});

const routeDestination = struct({
  RequestTimeout: optional(duration),
  IdleTimeout: optional(duration),
  Service: optional(text),
  ServiceSubset: optional(text),
  Namespace: optional(text),
  Partition: optional(text),
  PrefixRewrite: optional(text),
  NumRetries: optional(uint32),
  RetryOnConnectFailure: optional(bool),
  RetryOn: optional(list(text)),
  RetryOnStatusCodes: optional(list(uint32)),
  RequestHeaders: headerModifiers,
  ResponseHeaders: headerModifiers,
});

/** Also a part of a discovery chain, which shows the routes it was made of. */
export const serviceRoute = struct({
  Match: optional(pointer(struct({ HTTP: optional(pointer(routeMatch)) }))),
  Destination: optional(pointer(routeDestination)),
});

export const serviceRouterFields = {
  Kind: text,
  Name: text,
  Routes: optional(list(serviceRoute)),
  ...ENTRY_TAIL,
} as const;
