// Binding rules: whether one is sound before it is written, and what all of them together give to somebody who logs in.

import { quote } from '../../../../gotext/quote.js';
import type { AclBindingRule, AclGrants, AclLink, AclToken } from '../../../../wire/acl/records.js';
import { compileFilter } from '../../filter/compile.js';
import type { Steps } from '../../turns/turns.js';
import type { Vocabulary } from '../auth-methods/auth-method.js';
import type { Decoded } from '../auth-methods/config-fields.js';
import type { Identity } from '../auth-methods/identity.js';
import { interpolate } from './template.js';

type RuleFields = Pick<AclBindingRule, 'Selector' | 'BindType' | 'BindName' | 'BindVars'>;
type BindType = 'service' | 'node' | 'role' | 'policy' | 'templated-policy';

/** What a token is made of. */
export type Bound = AclGrants & Pick<AclToken, 'Roles'>;

/** What has to be there already to be bound to: `null` for what isn't. */
export interface Bindable {
  /** Where nodes are bound: this one. */
  readonly datacenter: string;
  /** By name. */
  role(name: string): AclLink | null;
  policy(name: string): AclLink | null;
  /** By the template's name: its ID, and whether it takes a name. */
  template(name: string): { readonly id: string; readonly takesName: boolean } | null;
}

const SERVICE_OR_NODE = /^[a-z0-9](?:[a-z0-9_-]{0,254}[a-z0-9])?$/;
const ROLE = /^[A-Za-z0-9_-]{1,256}$/;
const POLICY = /^[A-Za-z0-9_-]{1,128}(?:\/[A-Za-z0-9_-]{1,128})*$/;
/** What a computed name of each type has to look like. */
const NAMES: ReadonlyMap<string, RegExp> = new Map<BindType, RegExp>([
  ['service', SERVICE_OR_NODE],
  ['node', SERVICE_OR_NODE],
  ['role', ROLE],
  ['policy', POLICY],
  ['templated-policy', POLICY],
]);
const MAX_TEMPLATE_LENGTH = 1024;
/** Selectors of one step: some tenths of a millisecond. */
const TESTS_PER_STEP = 512;

/** Why a rule isn't taken, as the client is told; null: it is. */
export function bindingRuleProblem(rule: RuleFields, { fields, variables }: Vocabulary): string | null {
  const { BindType, BindName, BindVars, Selector } = rule;
  const filter = Selector === '' ? null : compileFilter(Selector, fields);
  if (filter?.ok === false) return `invalid Binding Rule: Selector is invalid: ${filter.reason}`;
  if (BindName === '') return 'Invalid Binding Rule: no BindName is set';
  const prefix = 'Invalid Binding Rule: invalid BindName or BindVars:';
  if (!NAMES.has(BindType)) return `${prefix} invalid Binding Rule: unknown BindType ${quote(BindType)}`;
  if (BindVars !== null && BindVars.Name !== '' && BindType !== 'templated-policy') {
    return `${prefix} BindVars cannot be set when bind type is not templated-policy`;
  }
  for (const template of [BindName, BindVars?.Name ?? '']) {
    const problem = templateProblem(template, variables);
    if (problem !== null) return `${prefix} failed to validate bindType ${quote(BindType)}: ${problem}`;
  }
  return null;
}

function templateProblem(template: string, variables: ReadonlySet<string>): string | null {
  if (template.length > MAX_TEMPLATE_LENGTH) return `the name has more than ${MAX_TEMPLATE_LENGTH} characters`;
  const tried = interpolate(template, (name) => (variables.has(name) ? '' : undefined));
  return tried.ok ? null : `error interpreting template: ${tried.error}`;
}

/** Gathers what rules give. Names are compared as they are: whatever they lead to is the same by them. */
class Binding {
  readonly #bindable: Bindable;
  readonly #given = new Map<string, Partial<Bound>>();

  constructor(bindable: Bindable) {
    this.#bindable = bindable;
  }

  /** Why nobody may log in by it; null: it gives what it gives. */
  add({ BindType, BindName, BindVars }: RuleFields, { variables }: Identity): string | null {
    const name = interpolate(BindName, (variable) => variables.get(variable));
    if (!name.ok) return `error interpreting template: ${name.error}`;
    if (NAMES.get(BindType)?.test(name.text) !== true) {
      return `computed ${quote(BindType)} bind name for bind target is invalid: ${quote(name.text)}`;
    }
    if (BindType === 'templated-policy') return this.#addTemplate(name.text, BindVars?.Name ?? '', variables);
    const given = this.#giveNamed(BindType, name.text);
    if (given !== null) this.#given.set(`${BindType} ${name.text}`, given);
    return null;
  }

  get bound(): Bound {
    const all = [...this.#given.values()];
    return {
      Policies: listOf(all.map(({ Policies }) => Policies)),
      Roles: listOf(all.map(({ Roles }) => Roles)),
      ServiceIdentities: listOf(all.map(({ ServiceIdentities }) => ServiceIdentities)),
      NodeIdentities: listOf(all.map(({ NodeIdentities }) => NodeIdentities)),
      TemplatedPolicies: listOf(all.map(({ TemplatedPolicies }) => TemplatedPolicies)),
    };
  }

  #giveNamed(type: string, name: string): Partial<Bound> | null {
    const { datacenter } = this.#bindable;
    if (type === 'service') return { ServiceIdentities: [{ ServiceName: name, Datacenters: null }] };
    if (type === 'node') return { NodeIdentities: [{ NodeName: name, Datacenter: datacenter }] };
    const link = type === 'role' ? this.#bindable.role(name) : this.#bindable.policy(name);
    if (link === null) return null;
    return type === 'role' ? { Roles: [link] } : { Policies: [link] };
  }

  #addTemplate(name: string, template: string, variables: Identity['variables']): string | null {
    const known = this.#bindable.template(name);
    if (known === null) return null;
    const value = interpolate(template, (variable) => variables.get(variable));
    if (!value.ok) return `error interpreting template: ${value.error}`;
    // It becomes part of rules.
    if (known.takesName && !SERVICE_OR_NODE.test(value.text)) {
      return `computed templated policy variable Name is invalid: ${quote(value.text)}`;
    }
    const TemplateVariables = known.takesName ? { Name: value.text } : null;
    const policy = { TemplateID: known.id, TemplateName: name, TemplateVariables, Datacenters: null };
    this.#given.set(`templated-policy ${name} ${value.text}`, { TemplatedPolicies: [policy] });
    return null;
  }
}

/** null where there is none, as Go has it. */
function listOf<Item>(lists: readonly (readonly Item[] | null | undefined)[]): readonly Item[] | null {
  const items = lists.flatMap((list) => list ?? []);
  return items.length === 0 ? null : items;
}

/** What the rules give to this identity, each thing once. Rules that lead to a role or policy that isn't there give nothing. */
export function* bind(rules: readonly AclBindingRule[], identity: Identity, bindable: Bindable): Steps<Decoded<Bound>> {
  const binding = new Binding(bindable);
  let left = TESTS_PER_STEP;
  for (const rule of rules) {
    const filter = rule.Selector === '' ? null : compileFilter(rule.Selector, identity.fields);
    left -= filter?.ok === true ? filter.size : 1;
    if (left <= 0) {
      left = TESTS_PER_STEP;
      yield;
    }
    // One that doesn't compile was written by a server that knows more: it is nobody's.
    if (filter !== null && !(filter.ok && filter.matches(identity.item))) continue;
    const problem = binding.add(rule, identity);
    if (problem !== null) return { ok: false, error: problem };
  }
  return { ok: true, value: binding.bound };
}

/** null: it grants nothing. */
export function grantsNothing({
  Policies,
  Roles,
  ServiceIdentities,
  NodeIdentities,
  TemplatedPolicies,
}: Bound): boolean {
  return [Policies, Roles, ServiceIdentities, NodeIdentities, TemplatedPolicies].every((list) => list === null);
}
