// Bodies of /v1/acl: the records as a user gives them. What is read of a token and given back changed is taken as well.

import { type Kind, struct } from '../../../../gotext/json-decode.js';
import { bool, bytes, duration, dynamic, index, list, map, pointer, string } from '../../../../gotext/json-kinds.js';
import type { AclAuthMethod, AclBindingRule, AclPolicy, AclRole, AclToken } from '../../../../wire/acl/records.js';
import { goTimeOf } from '../../../../wire/go-time.js';
import { type BodyFormat, jsonBody } from '../../http/items/body-format.js';
import { STRICT } from '../../records/bodies.js';

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
/** Go's zero time, which says nothing. */
const NEVER_MS = Date.UTC(0, 0) + 366 * 86_400_000;

const time: Kind<Uint8Array | null> = {
  goType: 'time.Time',
  zero: null,
  read(value, at) {
    const ms = typeof value === 'string' && RFC3339.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(ms)) {
      at.fail(`parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": it is none`);
      return null;
    }
    return ms <= NEVER_MS ? null : goTimeOf(ms);
  },
};

const links = list(struct('ACLLink', { ID: string, Name: string }));
const variables = pointer(struct('ACLTemplatedPolicyVariables', { Name: string }));
const grants = {
  Policies: links,
  ServiceIdentities: list(struct('ACLServiceIdentity', { ServiceName: string, Datacenters: list(string) })),
  NodeIdentities: list(struct('ACLNodeIdentity', { NodeName: string, Datacenter: string })),
  TemplatedPolicies: list(
    struct('ACLTemplatedPolicy', {
      TemplateID: string,
      TemplateName: string,
      TemplateVariables: variables,
      Datacenters: list(string),
    }),
  ),
} as const;
const indexes = { CreateIndex: index, ModifyIndex: index } as const;

function body<T>(kind: Kind<T>, what: string): BodyFormat<T> {
  return jsonBody(kind, { options: STRICT, errorPrefix: `${what} decoding failed: ` });
}

export const TOKEN_BODY = body<AclToken>(
  struct('ACLToken', {
    AccessorID: string,
    SecretID: string,
    Description: string,
    Roles: links,
    ...grants,
    Local: bool,
    AuthMethod: string,
    ExpirationTTL: duration,
    ExpirationTime: time,
    CreateTime: time,
    Hash: bytes,
    ...indexes,
  }),
  'Token',
);

export const POLICY_BODY = body<AclPolicy>(
  struct('ACLPolicy', {
    ID: string,
    Name: string,
    Description: string,
    Rules: string,
    Datacenters: list(string),
    Hash: bytes,
    ...indexes,
  }),
  'Policy',
);

export const ROLE_BODY = body<AclRole>(
  struct('ACLRole', { ID: string, Name: string, Description: string, ...grants, Hash: bytes, ...indexes }),
  'Role',
);

export const BINDING_RULE_BODY = body<AclBindingRule>(
  struct('ACLBindingRule', {
    ID: string,
    Description: string,
    AuthMethod: string,
    Selector: string,
    BindType: string,
    BindName: string,
    BindVars: variables,
    ...indexes,
  }),
  'BindingRule',
);

export const AUTH_METHOD_BODY = body<AclAuthMethod>(
  struct('ACLAuthMethod', {
    Name: string,
    Type: string,
    DisplayName: string,
    Description: string,
    MaxTokenTTL: duration,
    TokenLocality: string,
    Config: map(dynamic),
    ...indexes,
  }),
  'AuthMethod',
);

/** Without a byte it says nothing. */
export const BOOTSTRAP_BODY = jsonBody(struct('ACLTokenBootstrapRequest', { BootstrapSecret: string }), {
  options: { unknownFields: 'ignore' },
  errorPrefix: 'Request decoding failed: ',
  empty: '{}',
});

export const PREVIEW_BODY = jsonBody(struct('ACLTemplatedPolicyVariables', { Name: string }), {
  options: { unknownFields: 'ignore' },
  errorPrefix: 'Failed to decode request body: ',
  empty: '{}',
});

export const AUTHORIZE_BODY = jsonBody(
  list(struct('ACLAuthorizationRequest', { Resource: string, Access: string, Segment: string })),
  { options: { unknownFields: 'ignore' }, errorPrefix: 'Failed to decode request body: ' },
);
