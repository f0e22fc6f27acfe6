// The two policies that every datacenter has. Their texts are recorded: clients show them.

import type { NamedResource, WholeResource } from '../rules/rule.js';

export interface BuiltinPolicy {
  readonly ID: string;
  readonly Name: string;
  readonly Description: string;
  readonly Rules: string;
}

const ORDER: readonly (NamedResource | WholeResource)[] = [
  'acl',
  'agent',
  'event',
  'key',
  'keyring',
  'node',
  'operator',
  'mesh',
  'peering',
  'query',
  'service',
  'session',
];

const WHOLE: ReadonlySet<string> = new Set<WholeResource>(['acl', 'keyring', 'mesh', 'operator', 'peering']);

function everything(grant: 'read' | 'write'): string {
  const rules = ORDER.map((resource) => {
    if (WHOLE.has(resource)) return `${resource} = "${grant}"`;
    const intentions = resource === 'service' ? `\n\tintentions = "${grant}"` : '';
    return `${resource}_prefix "" {\n\tpolicy = "${grant}"${intentions}\n}`;
  });
  return `\n${rules.join('\n')}`;
}

export const GLOBAL_MANAGEMENT: BuiltinPolicy = {
  ID: '00000000-0000-0000-0000-000000000001',
  Name: 'global-management',
  Description: 'A built-in policy that grants read and write access to all Consul features',
  Rules: everything('write'),
};

export const GLOBAL_READ_ONLY: BuiltinPolicy = {
  ID: '00000000-0000-0000-0000-000000000002',
  Name: 'builtin/global-read-only',
  Description: 'A built-in policy that grants read-only access to all Consul features',
  Rules: everything('read'),
};

export const BUILTIN_POLICY_IDS: ReadonlySet<string> = new Set([GLOBAL_MANAGEMENT.ID, GLOBAL_READ_ONLY.ID]);
