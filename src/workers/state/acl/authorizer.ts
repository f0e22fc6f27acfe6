// The policies of a token, compiled to what they allow. Between policies, rules for the same names are one: `deny` counts before
// all else, then whichever grants most. What no rule is for is as `acl.default_policy` says, save the ACLs themselves, which
// need a rule always.

import type { Access, Authorizer, NeededRule, Rule } from './access.js';
import { LEVELS, type LevelledRule, RuleSet, stronger } from './rule-set.js';
import type { Grant, NamedResource, NamedRule, PolicyRules, Resource, WholeResource } from './rules/rule.js';

export interface AuthorizerOptions {
  readonly accessor: string;
  readonly defaultPolicy: 'allow' | 'deny';
  /** `acl.enable_key_list_policy`. */
  readonly listsKeysByRule: boolean;
}

interface Needed {
  readonly resource: Resource;
  readonly level: number;
}

/** All that a rule may be about. */
export const RESOURCES: readonly Resource[] = [
  'acl',
  'agent',
  'event',
  'intention',
  'key',
  'keyring',
  'mesh',
  'node',
  'operator',
  'peering',
  'query',
  'service',
  'session',
];

const NAMED: readonly NamedResource[] = ['agent', 'event', 'key', 'node', 'query', 'service', 'session'];
const WHOLE: readonly WholeResource[] = ['acl', 'keyring', 'mesh', 'operator', 'peering'];
const ACCESSES: readonly Access[] = ['read', 'list', 'write'];

const NEEDED: ReadonlyMap<Rule, Needed> = new Map(
  RESOURCES.flatMap((resource) =>
    ACCESSES.map((access): [Rule, Needed] => [`${resource}:${access}`, { resource, level: LEVELS[access] }]),
  ),
);

function neededFor(rule: Rule): Needed {
  const needed = NEEDED.get(rule);
  if (needed === undefined) throw new Error(`no such rule: ${rule}`);
  return needed;
}

/** All names of an intention at once. */
const EVERY_SERVICE = '*';

class Compiled implements Authorizer {
  readonly accessor: string;
  readonly listsKeysByRule: boolean;
  readonly isUnlimited: boolean;
  readonly #sets: ReadonlyMap<Resource, RuleSet>;

  constructor(sets: ReadonlyMap<Resource, RuleSet>, { accessor, listsKeysByRule }: AuthorizerOptions) {
    this.accessor = accessor;
    this.listsKeysByRule = listsKeysByRule;
    this.#sets = sets;
    this.isUnlimited = [...sets.values()].every(({ lowest }) => lowest === LEVELS.write);
  }

  allows(rule: Rule, name: string): boolean {
    if (this.isUnlimited || rule === 'none') return true;
    const { resource, level } = neededFor(rule);
    const set = this.#of(resource);
    if (resource === 'intention' && name === EVERY_SERVICE) {
      return (level === LEVELS.write ? set.lowest : set.highest) >= level;
    }
    return set.of(name) >= level;
  }

  allowsAny(rule: NeededRule): boolean {
    const { resource, level } = neededFor(rule);
    return this.#of(resource).highest >= level;
  }

  allowsAll(rule: NeededRule, prefix: string): boolean {
    const { resource, level } = neededFor(rule);
    return this.#of(resource).lowestUnder(prefix) >= level;
  }

  #of(resource: Resource): RuleSet {
    const set = this.#sets.get(resource);
    if (set === undefined) throw new Error(`no rules of ${resource}`);
    return set;
  }
}

/** The rules of one name, of all policies together. */
interface Merged {
  readonly rule: NamedRule;
  grant: Grant;
  intentions: Grant | null;
}

/** What all of the policies together allow. */
export function compileRules(policies: readonly PolicyRules[], options: AuthorizerOptions): Authorizer {
  const fallback = options.defaultPolicy === 'allow' ? LEVELS.write : LEVELS.deny;
  const merged = mergeNamed(policies);
  const sets = new Map<Resource, RuleSet>();
  for (const resource of NAMED) {
    const rules = [...(merged.get(resource)?.values() ?? [])];
    sets.set(resource, new RuleSet(rules.map(levelled), fallback));
    if (resource === 'service') sets.set('intention', new RuleSet(rules.map(ofIntentions), fallback));
  }
  const whole = mergeWhole(policies);
  const wholeSet = (grant: Grant | undefined): RuleSet =>
    new RuleSet([], grant === undefined ? fallback : LEVELS[grant]);
  for (const resource of WHOLE) sets.set(resource, wholeSet(whole.get(resource)));
  sets.set('acl', wholeSet(whole.get('acl') ?? 'deny'));
  // Those that have no rule of their own in a policy are an operator's.
  for (const resource of ['mesh', 'peering'] as const) {
    sets.set(resource, wholeSet(whole.get(resource) ?? whole.get('operator')));
  }
  return new Compiled(sets, options);
}

function mergeNamed(policies: readonly PolicyRules[]): Map<NamedResource, Map<string, Merged>> {
  const merged = new Map<NamedResource, Map<string, Merged>>();
  for (const { named } of policies) {
    for (const rule of named) {
      let rules = merged.get(rule.resource);
      if (rules === undefined) {
        rules = new Map();
        merged.set(rule.resource, rules);
      }
      const key = `${rule.isPrefix ? '^' : '='}${rule.name}`;
      const known = rules.get(key);
      if (known === undefined) rules.set(key, { rule, grant: rule.grant, intentions: rule.intentions });
      else {
        known.grant = stronger(known.grant, rule.grant);
        if (rule.intentions !== null) known.intentions = stronger(known.intentions ?? 'read', rule.intentions);
      }
    }
  }
  return merged;
}

function mergeWhole(policies: readonly PolicyRules[]): Map<WholeResource, Grant> {
  const merged = new Map<WholeResource, Grant>();
  for (const { whole } of policies) {
    for (const [resource, grant] of whole) {
      const known = merged.get(resource);
      merged.set(resource, known === undefined ? grant : stronger(known, grant));
    }
  }
  return merged;
}

function levelled({ rule: { isPrefix, name }, grant }: Merged): LevelledRule {
  return { isPrefix, name, level: LEVELS[grant] };
}

/** Whoever may see a service may see its intentions, since its proxy must know them; to change them is said apart. */
function ofIntentions({ rule: { isPrefix, name }, grant, intentions }: Merged): LevelledRule {
  const level = intentions === null ? (grant === 'deny' ? LEVELS.deny : LEVELS.read) : LEVELS[intentions];
  return { isPrefix, name, level };
}
