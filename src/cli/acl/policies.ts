// Policies as the commands show them.

import type { Written } from './call.js';
import type { Noun } from './noun.js';
import { type Policy, policyKind } from './records.js';
import { indented, line, metaLines } from './text.js';

const WIDTH = 14;

function about({ ID, Description, Datacenters }: Policy): readonly string[] {
  return [
    line('ID', ID, WIDTH),
    line('Description', Description, WIDTH),
    line('Datacenters', (Datacenters ?? []).join(', '), WIDTH),
  ];
}

/** Clients know no policy without this field. */
function written(policy: Written): Written {
  const { Hash, CreateIndex, ModifyIndex, ...fields } = policy;
  return { ...fields, Datacenters: policy['Datacenters'] ?? null, Hash, CreateIndex, ModifyIndex };
}

export const POLICIES: Noun<Policy> = {
  word: 'policy',
  path: '/v1/acl/policy',
  listPath: '/v1/acl/policies',
  kind: policyKind,
  key: ({ ID }) => ID,
  written,
  lines: (policy, showsMeta) => {
    const [id = '', ...more] = about(policy);
    const meta = showsMeta ? metaLines(policy, WIDTH) : [];
    return [id, line('Name', policy.Name, WIDTH), ...more, ...meta, 'Rules:', policy.Rules];
  },
};

/** In a list: without its rules. */
export function policyStub(policy: Policy, showsMeta: boolean): readonly string[] {
  return [`${policy.Name}:`, ...indented([...about(policy), ...(showsMeta ? metaLines(policy, WIDTH) : [])])];
}
