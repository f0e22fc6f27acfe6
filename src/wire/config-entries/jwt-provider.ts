// The table of `jwt-provider`: who vouches for tokens, and where they are found in a request.

import { bool, int, list, nanoseconds, optional, pointer, struct, text } from './forms.js';
import { ENTRY_TAIL } from './shared-forms.js';

const retryPolicy = struct({
  NumRetries: optional(int),
  RetryPolicyBackOff: optional(
    pointer(struct({ BaseInterval: optional(nanoseconds), MaxInterval: optional(nanoseconds) })),
  ),
});

const cluster = struct({
  DiscoveryType: optional(text),
  TLSCertificates: optional(
    pointer(
      struct({
        CaCertificateProviderInstance: optional(
          pointer(struct({ InstanceName: optional(text), CertificateName: optional(text) })),
        ),
        TrustedCA: optional(
          pointer(
            struct({ Filename: optional(text), EnvironmentVariable: optional(text), InlineString: optional(text) }),
          ),
        ),
      }),
    ),
  ),
  ConnectTimeout: optional(nanoseconds),
});

const remoteKeys = struct({
  URI: optional(text),
  RequestTimeoutMs: optional(int),
  CacheDuration: optional(nanoseconds),
  FetchAsynchronously: optional(bool),
  UseSNI: optional(bool),
  RetryPolicy: optional(pointer(retryPolicy)),
  JWKSCluster: optional(pointer(cluster)),
});

const location = struct({
  Header: optional(pointer(struct({ Name: optional(text), ValuePrefix: optional(text), Forward: optional(bool) }))),
  QueryParam: optional(pointer(struct({ Name: optional(text) }))),
  Cookie: optional(pointer(struct({ Name: optional(text) }))),
});

export const jwtProviderFields = {
  Kind: text,
  Name: text,
  JSONWebKeySet: optional(
    pointer(
      struct({
        Local: optional(pointer(struct({ JWKS: optional(text), Filename: optional(text) }))),
        Remote: optional(pointer(remoteKeys)),
      }),
    ),
  ),
  Issuer: optional(text),
  Audiences: optional(list(text)),
  Locations: optional(list(pointer(location))),
  Forwarding: optional(pointer(struct({ HeaderName: optional(text), PadForwardPayloadHeader: optional(bool) }))),
  ClockSkewSeconds: optional(int),
  CacheConfig: optional(pointer(struct({ Size: optional(int) }))),
  ...ENTRY_TAIL,
} as const;
