// Tokens and what they are made of, field for field as Consul's messages, snapshots and HTTP answers have them (spec/fsm.md,
// section 3). Records are immutable once stored. Moments are fifteen bytes as Go writes them (wire/go-time.ts), durations
// nanoseconds, `null` is Go's nil.

import type { Dynamic } from '../../gotext/dynamic.js';

interface Indexed {
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

/** To a policy or a role. The ID counts; the name is what it was called when the link was made. */
export interface AclLink {
  readonly ID: string;
  readonly Name: string;
}

/** What an instance of a service needs, in these datacenters (null: in all). */
export interface AclServiceIdentity {
  readonly ServiceName: string;
  readonly Datacenters: readonly string[] | null;
}

/** What an agent's node needs in a datacenter. */
export interface AclNodeIdentity {
  readonly NodeName: string;
  readonly Datacenter: string;
}

/** A builtin template with what is put in, in these datacenters (null: in all). */
export interface AclTemplatedPolicy {
  /** Filled from the name when it is stored. */
  readonly TemplateID: string;
  readonly TemplateName: string;
  readonly TemplateVariables: { readonly Name: string } | null;
  readonly Datacenters: readonly string[] | null;
}

/** Grants what all of these grant together: tokens and roles have it. */
export interface AclGrants {
  readonly Policies: readonly AclLink[] | null;
  readonly ServiceIdentities: readonly AclServiceIdentity[] | null;
  readonly NodeIdentities: readonly AclNodeIdentity[] | null;
  readonly TemplatedPolicies: readonly AclTemplatedPolicy[] | null;
}

export interface AclToken extends AclGrants, Indexed {
  /** What it is called by: no secret. */
  readonly AccessorID: string;
  /** What a request carries. */
  readonly SecretID: string;
  readonly Description: string;
  readonly Roles: readonly AclLink[] | null;
  /** Known in the datacenter that made it, and nowhere else. */
  readonly Local: boolean;
  /** By which somebody logged in; "" for one that was made. */
  readonly AuthMethod: string;
  /** Only in a request: how long it is to live. */
  readonly ExpirationTTL: number;
  /** null: never. */
  readonly ExpirationTime: Uint8Array | null;
  readonly CreateTime: Uint8Array | null;
  /** BLAKE2b-256 of what the user set. */
  readonly Hash: Uint8Array | null;
}

export interface AclPolicy extends Indexed {
  readonly ID: string;
  readonly Name: string;
  readonly Description: string;
  /** HCL or JSON, as given. */
  readonly Rules: string;
  /** null: in all. */
  readonly Datacenters: readonly string[] | null;
  readonly Hash: Uint8Array | null;
}

export interface AclRole extends AclGrants, Indexed {
  readonly ID: string;
  readonly Name: string;
  readonly Description: string;
  readonly Hash: Uint8Array | null;
}

/** What whoever logs in gets. */
export interface AclBindingRule extends Indexed {
  readonly ID: string;
  readonly Description: string;
  readonly AuthMethod: string;
  /** A filter over what the auth method says of an identity. */
  readonly Selector: string;
  /** `service`, `node`, `role`, `policy` or `templated-policy`. */
  readonly BindType: string;
  /** May hold `${…}`. */
  readonly BindName: string;
  /** Of a templated policy. */
  readonly BindVars: { readonly Name: string } | null;
}

/** How others vouch for those who log in. */
export interface AclAuthMethod extends Indexed {
  readonly Name: string;
  /** `kubernetes`, `jwt`, `oidc` or `aws-iam`. */
  readonly Type: string;
  readonly DisplayName: string;
  readonly Description: string;
  readonly MaxTokenTTL: number;
  /** `local` or `global`; "" is `local`. */
  readonly TokenLocality: string;
  /** Of its type. */
  readonly Config: { readonly [key: string]: Dynamic } | null;
}
