// Parts that several kinds of config entries have.

import {
  bool,
  dynamic,
  int,
  list,
  map,
  nanoseconds,
  optional,
  pointer,
  struct,
  text,
  uint,
  uint32,
  uint64,
} from './forms.js';

/** What every entry ends with. */
export const ENTRY_TAIL = {
  Meta: optional(map(text)),
  Hash: optional(uint64),
  CreateIndex: uint,
  ModifyIndex: uint,
} as const;

export const meshGateway = struct({ Mode: optional(text) });

export const transparentProxy = struct({ OutboundListenerPort: optional(int), DialedDirectly: optional(bool) });

const exposePath = struct({
  ListenerPort: optional(int),
  Path: optional(text),
  LocalPathPort: optional(int),
  Protocol: optional(text),
  ParsedFromCheck: optional(bool),
});
export const expose = struct({ Checks: optional(bool), Paths: optional(list(exposePath)) });

export const envoyExtensions = optional(
  list(struct({ Name: text, Required: bool, Arguments: map(dynamic), ConsulVersion: text, EnvoyVersion: text })),
);

export const passiveHealthCheck = struct({
  Interval: optional(nanoseconds),
  MaxFailures: optional(uint32),
  EnforcingConsecutive5xx: optional(pointer(uint32)),
  MaxEjectionPercent: optional(pointer(uint32)),
  BaseEjectionTime: optional(pointer(nanoseconds)),
});

export const prioritizeByLocality = pointer(struct({ Mode: optional(text) }));

/** Changes of HTTP headers on their way. */
export const headerModifiers = optional(
  pointer(struct({ Add: optional(map(text)), Set: optional(map(text)), Remove: optional(list(text)) })),
);

export const resourceReference = struct({ Kind: text, Name: text, SectionName: text });
