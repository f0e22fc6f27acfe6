// Policies that nobody wrote: what a service identity, a node identity or a templated policy of a token or role stands for.

import { type PolicyTemplate, policyTemplate, takesName } from './templates.js';

/** As stock shows it in an expanded token. */
export interface SyntheticPolicy {
  readonly ID: string;
  readonly Name: string;
  readonly Description: string;
  readonly Rules: string;
  /** null: in all. */
  readonly Datacenters: readonly string[] | null;
}

const SERVICE = 'builtin/service';
const NODE = 'builtin/node';

const MAX_NAME_LENGTH = 256;

/** Of a service or node identity: it goes into rules as it is. */
export function isIdentityName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/.test(name);
}

/** null: the name is none that an identity may have, and grants nothing. */
export function ofServiceIdentity(name: string, datacenters: readonly string[] | null): SyntheticPolicy | null {
  return ofTemplate(SERVICE, name, datacenters);
}

export function ofNodeIdentity(name: string, datacenter: string): SyntheticPolicy | null {
  return ofTemplate(NODE, name, [datacenter]);
}

/** `name`: the template's variable; it doesn't matter where there is none. null: there is no such template, or it has no such name. */
export function ofTemplate(
  templateName: string,
  name: string,
  datacenters: readonly string[] | null,
): SyntheticPolicy | null {
  const template = policyTemplate(templateName);
  if (template === undefined || (takesName(template) && !isIdentityName(name))) return null;
  const rules = template.Template.replaceAll('{{.Name}}', name);
  const ID = Buffer.from(rules).toString('hex') + EMPTY_HASH;
  return {
    ID,
    Name: `synthetic-policy-${ID}`,
    Description: `synthetic policy generated from templated policy: ${templateName}`,
    Rules: rules,
    Datacenters: datacenters,
  };
}

/** Of nothing: stock writes a hash behind the rules, and hashes nothing (recorded). */
const EMPTY_HASH = '6c62272e07bb014262b821756295c58d';

/** Whether a policy or an identity of these datacenters counts in one of them. */
export function countsIn(datacenters: readonly string[] | null, datacenter: string): boolean {
  return datacenters === null || datacenters.length === 0 || datacenters.includes(datacenter);
}

/** What is wrong with the variable of a templated policy, as stock says it; null: nothing. `name`: null where no variables are given. */
export function judgeTemplateName(template: PolicyTemplate, name: string | null): string | null {
  if (!takesName(template)) return null;
  const { TemplateName } = template;
  if (name === null) return schemaError(TemplateName, 'Invalid type. Expected: object, given: null');
  if (isIdentityName(name)) return null;
  const kind = TemplateName === NODE ? 'node' : 'service';
  return `validation error for templated policy: "${TemplateName}": ${kind} identity "${name}" has an invalid name. Only lowercase alphanumeric characters, '-' and '_' are allowed`;
}

function schemaError(template: string, problem: string): string {
  return `validation error for templated policy "${template}": 1 error occurred:\n\t* ${problem}\n\n`;
}
