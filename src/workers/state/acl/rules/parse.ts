// The text of a policy, HCL or JSON, to its rules (public reference: "ACL rules"). What it doesn't know it passes over, as
// Consul does: the words of other editions (`namespace`, `partition`, `sentinel`) stand in policies that are carried over.

import type { JsonValue } from '../../../../gotext/json-value.js';
import { quote } from '../../../../gotext/quote.js';
import { parseHcl } from '../../../../hcl/parse.js';
import type { Grant, NamedResource, NamedRule, PolicyRules, WholeResource } from './rule.js';

export type ParsedRules =
  | { readonly ok: true; readonly rules: PolicyRules }
  | { readonly ok: false; readonly error: string };

/** Characters. Some thousand rules, read within a few milliseconds. */
export const MAX_RULES_LENGTH = 128 * 1024;

interface Shape {
  readonly resource: NamedResource;
  /** Go's names of the rule and of the field that holds its name: stock shows the rule that it refuses. */
  readonly type: string;
  readonly field: string;
  readonly mayList?: true;
}

const NAMED: readonly Shape[] = [
  { resource: 'agent', type: 'AgentRule', field: 'Node' },
  { resource: 'key', type: 'KeyRule', field: 'Prefix', mayList: true },
  { resource: 'node', type: 'NodeRule', field: 'Name' },
  { resource: 'service', type: 'ServiceRule', field: 'Name' },
  { resource: 'session', type: 'SessionRule', field: 'Node' },
  { resource: 'event', type: 'EventRule', field: 'Event' },
  { resource: 'query', type: 'PreparedQueryRule', field: 'Prefix' },
];

const WHOLE: readonly WholeResource[] = ['acl', 'keyring', 'operator', 'mesh', 'peering'];

/** Why a text is none of a policy's. */
class RulesError extends Error {}

type Fields = { readonly [key: string]: JsonValue };

/** Judges and reads the rules of a policy that is to be written. */
export function parseRules(text: string): ParsedRules {
  if (text.length > MAX_RULES_LENGTH) {
    return { ok: false, error: `Failed to parse ACL rules: rules are longer than ${MAX_RULES_LENGTH} characters` };
  }
  return readRules(text);
}

/** As {@link parseRules}, for rules that are stored already, however long they are. */
export function readRules(text: string): ParsedRules {
  const parsed = parseHcl(text);
  if (!parsed.ok) return { ok: false, error: `Failed to parse ACL rules: ${parsed.error}` };
  const { value } = parsed;
  if (!isFields(value)) return { ok: false, error: 'Failed to parse ACL rules: the rules are not an object' };
  try {
    return { ok: true, rules: rulesOf(value) };
  } catch (error) {
    if (error instanceof RulesError) return { ok: false, error: error.message };
    throw error;
  }
}

function rulesOf(fields: Fields): PolicyRules {
  const whole = new Map<WholeResource, Grant>();
  const named: NamedRule[] = [];
  for (const resource of WHOLE) {
    const value = own(fields, resource);
    if (value === undefined || value === '') continue;
    if (!isGrant(value)) throw new RulesError(`Invalid ${resource} policy: ${quote(textOf(value, resource))}`);
    whole.set(resource, value);
  }
  for (const shape of NAMED) {
    for (const isPrefix of [false, true]) {
      const key = isPrefix ? `${shape.resource}_prefix` : shape.resource;
      for (const [name, body] of labelled(own(fields, key), key)) named.push(ruleOf(shape, isPrefix, name, body));
    }
  }
  return { named, whole };
}

function ruleOf(shape: Shape, isPrefix: boolean, name: string, body: Fields): NamedRule {
  const { resource } = shape;
  const grant = textOf(own(body, 'policy') ?? '', 'policy');
  const intentions = resource === 'service' ? textOf(own(body, 'intentions') ?? '', 'intentions') : '';
  const isRight = isGrant(grant) || (grant === 'list' && shape.mayList === true);
  if (!isRight) throw new RulesError(`Invalid ${resource} policy: ${shown(shape, name, grant, intentions)}`);
  if (intentions !== '' && !isGrant(intentions)) {
    throw new RulesError(`Invalid service intentions policy: ${shown(shape, name, grant, intentions)}`);
  }
  return { resource, isPrefix, name, grant, intentions: intentions === '' ? null : intentions };
}

/** As Go prints the rule. */
function shown({ resource, type, field }: Shape, name: string, grant: string, intentions: string): string {
  const more = resource === 'service' ? `, Intentions:${quote(intentions)}` : '';
  return `&acl.${type}{${field}:${quote(name)}, Policy:${quote(grant)}${more}, EnterpriseRule:acl.EnterpriseRule{}}`;
}

/** The blocks of a key, each with its label: `key "a" { … }`, or objects in objects as JSON has them, in lists or not. */
function* labelled(value: JsonValue | undefined, key: string): Iterable<readonly [string, Fields]> {
  for (const outer of each(value, key)) {
    for (const [label, bodies] of Object.entries(outer)) for (const body of each(bodies, key)) yield [label, body];
  }
}

function* each(value: JsonValue | undefined, key: string): Iterable<Fields> {
  if (value === undefined || value === null) return;
  for (const one of Array.isArray(value) ? (value as readonly JsonValue[]) : [value]) {
    if (!isFields(one)) {
      throw new RulesError(`Failed to parse ACL rules: ${key} must be followed by a name and a block`);
    }
    yield one;
  }
}

function isFields(value: JsonValue): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isGrant(value: JsonValue): value is 'deny' | 'read' | 'write' {
  return value === 'deny' || value === 'read' || value === 'write';
}

function own(fields: Fields, key: string): JsonValue | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** What stands where a word is wanted. */
function textOf(value: JsonValue, key: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object') throw new RulesError(`Failed to parse ACL rules: ${key} must be a text`);
  return String(value);
}
