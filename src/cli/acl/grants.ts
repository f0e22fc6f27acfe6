// What tokens and roles are to grant, as the command line says it.

import type { Flag } from '../../gotext/flag-set.js';
import { quote } from '../../gotext/quote.js';
import type { Options } from '../command/command.js';
import type { Parsed } from '../http/client.js';
import type { Call, Written } from './call.js';
import { wholeId } from './noun.js';
import { POLICIES } from './policies.js';
import { ROLES } from './roles.js';
import { readTemplateFile } from './template-file.js';
import { type TemplatedPolicy, templatedPolicy, VARIABLE_FLAG } from './template-input.js';

interface Link {
  readonly ID?: string;
  readonly Name?: string;
}
interface ServiceIdentity {
  readonly ServiceName: string;
  readonly Datacenters?: readonly string[];
}
interface NodeIdentity {
  readonly NodeName: string;
  readonly Datacenter: string;
}

/** Of each kind what was given; what wasn't isn't there. */
export interface GivenGrants {
  readonly Policies?: readonly Link[];
  readonly Roles?: readonly Link[];
  readonly ServiceIdentities?: readonly ServiceIdentity[];
  readonly NodeIdentities?: readonly NodeIdentity[];
  readonly TemplatedPolicies?: readonly TemplatedPolicy[];
}
export type GrantKind = keyof GivenGrants;

const MANY = 'May be given often.';

/** `prefix`: in front of each name, as in `append-policy-id`. */
export function roleGrantFlags(prefix = ''): readonly Flag[] {
  return [
    { name: `${prefix}policy-id`, kind: 'words', usage: `ID of a policy. ${MANY}` },
    { name: `${prefix}policy-name`, kind: 'words', usage: `Name of a policy. ${MANY}` },
    { name: `${prefix}service-identity`, kind: 'words', usage: `SERVICE or SERVICE:DATACENTER,DATACENTER… ${MANY}` },
    { name: `${prefix}node-identity`, kind: 'words', usage: `NODE:DATACENTER. ${MANY}` },
  ];
}

export function tokenGrantFlags(prefix = ''): readonly Flag[] {
  return [
    ...roleGrantFlags(prefix),
    { name: `${prefix}role-id`, kind: 'words', usage: `ID of a role. ${MANY}` },
    { name: `${prefix}role-name`, kind: 'words', usage: `Name of a role. ${MANY}` },
  ];
}

export function templateFlags(prefix = ''): readonly Flag[] {
  return [
    { name: `${prefix}templated-policy`, kind: 'string', usage: 'Name of a templated policy; its variables as -var.' },
    {
      name: `${prefix}templated-policy-file`,
      kind: 'string',
      usage: 'File with templated policies and their variables.',
    },
  ];
}

export const TEMPLATE_FLAGS: readonly Flag[] = [...templateFlags(), VARIABLE_FLAG];

/** What the flags with this prefix say. `templates` is the prefix of those for templated policies. */
export async function givenGrants(call: Call, prefix = '', templates = prefix): Promise<Parsed<GivenGrants>> {
  const { options } = call;
  const policies = await links(call, `${prefix}policy`, POLICIES);
  if (!policies.ok) return policies;
  const roles = await links(call, `${prefix}role`, ROLES);
  if (!roles.ok) return roles;
  const services = identities(options, `${prefix}service-identity`, serviceIdentity);
  if (!services.ok) return services;
  const nodes = identities(options, `${prefix}node-identity`, nodeIdentity);
  if (!nodes.ok) return nodes;
  const templated = await templatedPolicies(options, templates);
  if (!templated.ok) return templated;
  const all = {
    Policies: policies.value,
    Roles: roles.value,
    ServiceIdentities: services.value,
    NodeIdentities: nodes.value,
    TemplatedPolicies: templated.value,
  };
  return { ok: true, value: Object.fromEntries(Object.entries(all).filter(([, given]) => given.length > 0)) };
}

async function links(call: Call, flag: string, noun: typeof POLICIES | typeof ROLES): Promise<Parsed<readonly Link[]>> {
  const found: Link[] = call.options.list(`${flag}-name`).map((Name) => ({ Name }));
  for (const given of call.options.list(`${flag}-id`)) {
    const id = noun === POLICIES ? await wholeId(call, POLICIES, given) : await wholeId(call, ROLES, given);
    if (!id.ok) return { ok: false, error: `Error resolving ${noun.word} ID ${given}: ${id.error}` };
    found.push({ ID: id.value });
  }
  return { ok: true, value: found };
}

function identities<T>(options: Options, flag: string, read: (word: string) => T | null): Parsed<readonly T[]> {
  const found: T[] = [];
  for (const word of options.list(flag)) {
    const identity = read(word);
    if (identity === null) return { ok: false, error: `Malformed -${flag} argument: ${quote(word)}` };
    found.push(identity);
  }
  return { ok: true, value: found };
}

function serviceIdentity(word: string): ServiceIdentity | null {
  const [ServiceName = '', datacenters, ...more] = word.split(':');
  if (ServiceName === '' || more.length > 0) return null;
  return datacenters === undefined ? { ServiceName } : { ServiceName, Datacenters: datacenters.split(',') };
}

function nodeIdentity(word: string): NodeIdentity | null {
  const [NodeName = '', Datacenter = '', ...more] = word.split(':');
  return NodeName === '' || Datacenter === '' || more.length > 0 ? null : { NodeName, Datacenter };
}

async function templatedPolicies(options: Options, prefix: string): Promise<Parsed<readonly TemplatedPolicy[]>> {
  const name = options.text(`${prefix}templated-policy`);
  const file = options.text(`${prefix}templated-policy-file`);
  if (name !== '' && file !== '') {
    return {
      ok: false,
      error: `Cannot combine the use of ${prefix}templated-policy with ${prefix}templated-policy-file flags`,
    };
  }
  if (file !== '') return readTemplateFile(file);
  if (name === '') return { ok: true, value: [] };
  const policy = templatedPolicy(options, name);
  return policy.ok ? { ok: true, value: [policy.value] } : policy;
}

type Records = readonly { readonly [field: string]: unknown }[];

/** Which of their fields say that two grants of a kind are the same; the first one that both have counts. */
const SAMENESS: { readonly [K in GrantKind]: readonly (readonly string[])[] } = {
  Policies: [['ID'], ['Name']],
  Roles: [['ID'], ['Name']],
  ServiceIdentities: [['ServiceName', 'Datacenters']],
  NodeIdentities: [['NodeName', 'Datacenter']],
  TemplatedPolicies: [['TemplateName', 'TemplateVariables', 'Datacenters']],
};

/** A token or role with more of each kind. */
export function withGrants(existing: Written, added: GivenGrants): Written {
  const more = Object.entries(added).map(([kind, grants]) => [
    kind,
    // Grants of every kind are records of fields, whose names the table above has.
    appended(kind as GrantKind, existing[kind], grants as unknown as Records),
  ]);
  return { ...existing, ...(Object.fromEntries(more) as Written) };
}

/** `existing` with those of `added` behind it that aren't among them. */
function appended(kind: GrantKind, existing: unknown, added: Records): Records {
  const all = Array.isArray(existing) ? (existing as Records) : [];
  const isSame = (one: Records[number], other: Records[number]): boolean =>
    SAMENESS[kind].some(
      (fields) =>
        fields.every((field) => JSON.stringify(one[field]) === JSON.stringify(other[field])) &&
        fields.some((field) => one[field] !== undefined),
    );
  return [...all, ...added.filter((one) => !all.some((other) => isSame(one, other)))];
}
