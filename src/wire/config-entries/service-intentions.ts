// The table of `service-intentions`: who may call a service, and with which requests.

import { bool, int, list, map, optional, pointer, type RecordOf, struct, text, time } from './forms.js';
import { ENTRY_TAIL } from './shared-forms.js';

const claim = struct({ Path: optional(list(text)), Value: optional(text) });
const jwt = struct({
  Providers: optional(list(pointer(struct({ Name: optional(text), VerifyClaims: optional(list(pointer(claim))) })))),
});

const headerPermission = struct({
  Name: text,
  Present: optional(bool),
  Exact: optional(text),
  Prefix: optional(text),
  Suffix: optional(text),
  Contains: optional(text),
  Regex: optional(text),
  Invert: optional(bool),
  IgnoreCase: optional(bool),
});

const httpPermission = struct({
  PathExact: optional(text),
  PathPrefix: optional(text),
  PathRegex: optional(text),
  Header: optional(list(headerPermission)),
  Methods: optional(list(text)),
});

const permissionFields = {
  Action: text,
  HTTP: optional(pointer(httpPermission)),
  JWT: optional(pointer(jwt)),
} as const;
export type IntentionPermission = RecordOf<typeof permissionFields>;

const sourceFields = {
  Name: text,
  Action: optional(text),
  Permissions: optional(list(pointer(struct(permissionFields)))),
  Precedence: int,
  LegacyID: optional(text),
  Type: text,
  Description: optional(text),
  LegacyMeta: optional(map(text)),
  LegacyCreateTime: optional(pointer(time)),
  LegacyUpdateTime: optional(pointer(time)),
  Peer: optional(text),
  SamenessGroup: optional(text),
} as const;
/** One source of an intentions entry; a command of type 12 carries one by itself. */
export const sourceIntention = struct(sourceFields);
export type SourceIntention = RecordOf<typeof sourceFields>;

export const serviceIntentionsFields = {
  Kind: text,
  Name: text,
  JWT: optional(pointer(jwt)),
  Sources: list(pointer(sourceIntention)),
  ...ENTRY_TAIL,
} as const;
