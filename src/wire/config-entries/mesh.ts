// The tables of the kinds that are about a whole mesh: `mesh`, `exported-services`, `sameness-group`. Their wire forms lack
// the kind, and that of `mesh` the name, too: they are known from where the entry stands.

import { bool, list, optional, pointer, struct, text } from './forms.js';
import { ENTRY_TAIL } from './shared-forms.js';

const tlsDirection = struct({
  TLSMinVersion: optional(text),
  TLSMaxVersion: optional(text),
  CipherSuites: optional(list(text)),
});

const meshHttp = struct({
  SanitizeXForwardedClientCert: bool,
  Incoming: optional(
    pointer(
      struct({
        RequestNormalization: optional(
          pointer(
            struct({
              InsecureDisablePathNormalization: bool,
              MergeSlashes: bool,
              PathWithEscapedSlashesAction: text,
              HeadersWithUnderscoresAction: text,
            }),
          ),
        ),
      }),
    ),
  ),
});

export const meshFields = {
  Kind: text,
  TransparentProxy: struct({ MeshDestinationsOnly: bool }),
  AllowEnablingPermissiveMutualTLS: optional(bool),
  TLS: optional(
    pointer(struct({ Incoming: optional(pointer(tlsDirection)), Outgoing: optional(pointer(tlsDirection)) })),
  ),
  HTTP: optional(pointer(meshHttp)),
  Peering: optional(pointer(struct({ PeerThroughMeshGateways: bool }))),
  ValidateClusters: optional(bool),
  ...ENTRY_TAIL,
} as const;

const consumer = struct({ Partition: optional(text), Peer: optional(text), SamenessGroup: optional(text) });

export const exportedServicesFields = {
  Kind: text,
  Name: text,
  Services: optional(list(struct({ Name: text, Namespace: optional(text), Consumers: optional(list(consumer)) }))),
  ...ENTRY_TAIL,
} as const;

export const samenessGroupFields = {
  Kind: text,
  Name: text,
  DefaultForFailover: optional(bool),
  IncludeLocal: optional(bool),
  Members: list(struct({ Partition: optional(text), Peer: optional(text) })),
  ...ENTRY_TAIL,
} as const;
