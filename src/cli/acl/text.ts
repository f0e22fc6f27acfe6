// Lines of what is shown: a name, and what it stands for in a column.

import type { Grants } from './records.js';

/** `Name:       value` in a column of this width. */
export function line(name: string, value: string, width: number): string {
  return `${`${name}:`.padEnd(width)}${value}`.trimEnd();
}

export function indented(lines: readonly string[]): readonly string[] {
  return lines.map((text) => (text === '' ? '' : `   ${text}`));
}

interface Versioned {
  readonly Hash?: string;
  readonly CreateIndex: number | bigint;
  readonly ModifyIndex: number | bigint;
}

/** What -meta shows. */
export function metaLines({ Hash, CreateIndex, ModifyIndex }: Versioned, width: number): readonly string[] {
  return [
    ...(Hash === undefined ? [] : [line('Hash', Buffer.from(Hash, 'base64').toString('hex'), width)]),
    line('Create Index', String(CreateIndex), width),
    line('Modify Index', String(ModifyIndex), width),
  ];
}

/** A moment of JSON as Go's texts have it: `2018-10-22 11:27:04.479026 -0400 -0400`. */
export function goTime(text: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2}(?:\.\d+)?)(?:Z|([+-]\d{2}):(\d{2}))$/.exec(text);
  if (parts === null) return text;
  const [, day, time, hours, minutes] = parts;
  const zone = hours === undefined ? '+0000 UTC' : `${hours}${minutes} ${hours}${minutes}`;
  return `${day} ${time} ${zone}`;
}

export function datacenters(names: readonly string[] | null): string {
  return names?.length ? names.join(', ') : 'all';
}

function section<T>(name: string, all: readonly T[] | null, lines: (one: T) => readonly string[]): readonly string[] {
  return all?.length ? [`${name}:`, ...indented(all.flatMap(lines))] : [];
}

function linkLines(name: string, links: Grants['Policies']): readonly string[] {
  return section(name, links, ({ ID, Name }) => [`${ID} - ${Name}`]);
}

export function serviceIdentityText({ ServiceName, Datacenters }: NonNullable<Grants['ServiceIdentities']>[number]) {
  return `${ServiceName} (Datacenters: ${datacenters(Datacenters)})`;
}

export function nodeIdentityText({ NodeName, Datacenter }: NonNullable<Grants['NodeIdentities']>[number]): string {
  return `${NodeName} (Datacenter: ${Datacenter})`;
}

export function templatedPolicyLines(
  policy: NonNullable<Grants['TemplatedPolicies']>[number],
): readonly [string, ...string[]] {
  const { TemplateName, TemplateVariables, Datacenters } = policy;
  const variables = TemplateVariables === null ? [] : [`Name: ${TemplateVariables.Name}`];
  return [TemplateName, ...indented([...variables, `Datacenters: ${datacenters(Datacenters)}`])];
}

/** What tokens and roles grant, a section for each kind that there is. */
export function grantLines(grants: Grants, roles: Grants['Policies'] = null): readonly string[] {
  return [
    ...linkLines('Policies', grants.Policies),
    ...linkLines('Roles', roles),
    ...section('Service Identities', grants.ServiceIdentities, (one) => [serviceIdentityText(one)]),
    ...section('Node Identities', grants.NodeIdentities, (one) => [nodeIdentityText(one)]),
    ...section('Templated Policies', grants.TemplatedPolicies, templatedPolicyLines),
  ];
}
