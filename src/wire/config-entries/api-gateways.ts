// The tables of the kinds around API gateways: the gateway, what is bound to it, its routes and certificates.

import { bool, duration, int, list, map, optional, pointer, struct, text, time, uint32 } from './forms.js';
import { ENTRY_TAIL, resourceReference } from './shared-forms.js';

const status = struct({
  Conditions: list(
    struct({
      Type: text,
      Status: text,
      Reason: text,
      Message: text,
      Resource: resourceReference,
      LastTransitionTime: time,
    }),
  ),
});

const claim = struct({ Path: list(text), Value: text });
const gatewayPolicy = struct({
  JWT: pointer(struct({ Providers: list(pointer(struct({ Name: text, VerifyClaims: list(pointer(claim)) }))) })),
});

const apiListener = struct({
  Name: text,
  Hostname: text,
  Port: int,
  Protocol: text,
  TLS: struct({ Certificates: list(resourceReference), MaxVersion: text, MinVersion: text, CipherSuites: list(text) }),
  Override: optional(pointer(gatewayPolicy)),
  Default: optional(pointer(gatewayPolicy)),
});

export const apiGatewayFields = {
  Kind: text,
  Name: text,
  Listeners: list(apiListener),
  Status: status,
  ...ENTRY_TAIL,
} as const;

const boundListener = struct({ Name: text, Routes: list(resourceReference), Certificates: list(resourceReference) });

export const boundApiGatewayFields = {
  Kind: text,
  Name: text,
  Listeners: list(boundListener),
  Services: map(list(resourceReference), 'service'),
  ...ENTRY_TAIL,
} as const;

const headerFilter = struct({ Add: map(text), Remove: list(text), Set: map(text) });

const filters = struct({
  Headers: list(headerFilter),
  URLRewrite: pointer(struct({ Path: text })),
  RetryFilter: pointer(
    struct({ NumRetries: uint32, RetryOn: list(text), RetryOnStatusCodes: list(uint32), RetryOnConnectFailure: bool }),
  ),
  TimeoutFilter: pointer(struct({ RequestTimeout: duration, IdleTimeout: duration })),
  JWT: pointer(struct({ Providers: list(pointer(struct({ Name: text, VerifyClaims: list(pointer(claim)) }))) })),
});
const responseFilters = struct({ Headers: list(headerFilter) });

const namedMatch = struct({ Match: text, Name: text, Value: text });

const rule = struct({
  Filters: filters,
  ResponseFilters: responseFilters,
  Matches: list(
    struct({
      Headers: list(namedMatch),
      Method: text,
      Path: struct({ Match: text, Value: text }),
      Query: list(namedMatch),
    }),
  ),
  Services: list(struct({ Name: text, Weight: int, Filters: filters, ResponseFilters: responseFilters })),
});

export const httpRouteFields = {
  Kind: text,
  Name: text,
  Parents: list(resourceReference),
  Rules: list(rule),
  Hostnames: list(text),
  Status: status,
  ...ENTRY_TAIL,
} as const;

export const tcpRouteFields = {
  Kind: text,
  Name: text,
  Parents: list(resourceReference),
  Services: list(struct({ Name: text })),
  Status: status,
  ...ENTRY_TAIL,
} as const;

export const certificateFields = {
  Kind: text,
  Name: text,
  Certificate: text,
  PrivateKey: text,
  ...ENTRY_TAIL,
} as const;
