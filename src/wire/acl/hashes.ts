// What a datacenter compares to find out whether a policy, role or token of another one differs from its own: BLAKE2b-256 of
// what a user sets in it, one field behind the other (spec/fsm.md, section 10; recorded).

import { blake2b } from '@noble/hashes/blake2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { AclGrants, AclLink, AclPolicy, AclRole, AclTemplatedPolicy, AclToken } from './records.js';

const HASH_BYTES = 32;

function hashOf(fields: readonly string[]): Uint8Array {
  return blake2b(utf8ToBytes(fields.join('')), { dkLen: HASH_BYTES });
}

function ids(links: readonly AclLink[] | null): string[] {
  return (links ?? []).map(({ ID }) => ID);
}

function templatedPolicy({ TemplateID, TemplateName, TemplateVariables, Datacenters }: AclTemplatedPolicy): string[] {
  return [TemplateID, TemplateName, TemplateVariables?.Name ?? '', ...(Datacenters ?? [])];
}

function identities({ ServiceIdentities, NodeIdentities, TemplatedPolicies }: AclGrants): string[] {
  return [
    ...(ServiceIdentities ?? []).flatMap(({ ServiceName, Datacenters }) => [ServiceName, ...(Datacenters ?? [])]),
    ...(NodeIdentities ?? []).flatMap(({ NodeName, Datacenter }) => [NodeName, Datacenter]),
    ...(TemplatedPolicies ?? []).flatMap(templatedPolicy),
  ];
}

export function hashOfPolicy({ Name, Description, Rules, Datacenters }: AclPolicy): Uint8Array {
  return hashOf([Name, Description, Rules, ...(Datacenters ?? [])]);
}

export function hashOfRole(role: AclRole): Uint8Array {
  return hashOf([role.Name, role.Description, ...ids(role.Policies), ...identities(role)]);
}

export function hashOfToken(token: AclToken): Uint8Array {
  const scope = token.Local ? 'local' : 'global';
  return hashOf([token.Description, scope, ...ids(token.Policies), ...ids(token.Roles), ...identities(token)]);
}
