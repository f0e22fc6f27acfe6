// What binding rules give: by selector, by name, and never by a name that isn't one.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a binding rule's own placeholders

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AclBindingRule } from '../../../../../../src/wire/acl/records.js';
import { jwtIdentity, kubernetesIdentity } from '../../../../../../src/workers/state/acl/auth-methods/identity.js';
import {
  type Bindable,
  bind,
  bindingRuleProblem,
  grantsNothing,
} from '../../../../../../src/workers/state/acl/binding/binding-rules.js';
import { interpolate } from '../../../../../../src/workers/state/acl/binding/template.js';
import { atOnce } from '../../../../../../src/workers/state/turns/turns.js';

const bindable: Bindable = {
  datacenter: 'dc1',
  role: (name) => (name === 'ops' ? { ID: 'r1', Name: 'ops' } : null),
  policy: (name) => (name === 'read/all' ? { ID: 'p1', Name: 'read/all' } : null),
  template: (name) => {
    if (name === 'builtin/service') return { id: 't3', takesName: true };
    return name === 'builtin/dns' ? { id: 't5', takesName: false } : null;
  },
};

function rule(fields: Partial<AclBindingRule>): AclBindingRule {
  const blank = { ID: 'i', Description: '', AuthMethod: 'm', Selector: '', BindType: 'service', BindName: 'web' };
  return { ...blank, BindVars: null, CreateIndex: 1, ModifyIndex: 1, ...fields };
}

function boundBy(values: { readonly [name: string]: string }, ...rules: readonly Partial<AclBindingRule>[]) {
  const lists = new Map([['groups', ['eng', 'ops']]]);
  const identity = jwtIdentity(new Map(Object.entries(values)), lists, ['team', 'role']);
  return atOnce(bind(rules.map(rule), identity, bindable));
}

const NOTHING = {
  Policies: null,
  Roles: null,
  ServiceIdentities: null,
  NodeIdentities: null,
  TemplatedPolicies: null,
};

describe('binding rules', () => {
  it('give what they name, each thing once', () => {
    const bound = boundBy(
      { team: 'web', role: 'ops' },
      { BindName: '${value.team}' },
      { BindName: 'web' },
      { BindType: 'node', BindName: 'n-${value.team}' },
      { BindType: 'role', BindName: '${value.role}' },
      { BindType: 'policy', BindName: 'read/all' },
      { BindType: 'templated-policy', BindName: 'builtin/service', BindVars: { Name: '${value.team}-api' } },
      { BindType: 'templated-policy', BindName: 'builtin/dns' },
    );
    assert.deepEqual(bound, {
      ok: true,
      value: {
        Policies: [{ ID: 'p1', Name: 'read/all' }],
        Roles: [{ ID: 'r1', Name: 'ops' }],
        ServiceIdentities: [{ ServiceName: 'web', Datacenters: null }],
        NodeIdentities: [{ NodeName: 'n-web', Datacenter: 'dc1' }],
        TemplatedPolicies: [
          {
            TemplateID: 't3',
            TemplateName: 'builtin/service',
            TemplateVariables: { Name: 'web-api' },
            Datacenters: null,
          },
          { TemplateID: 't5', TemplateName: 'builtin/dns', TemplateVariables: null, Datacenters: null },
        ],
      },
    });
  });

  it('give nothing by a pattern to who does not have the claim, whatever matches it', () => {
    const bound = (Selector: string) => boundBy({ team: 'web' }, { Selector });
    for (const selector of ['value.role matches ".*"', 'value.other matches ""', 'value.role matches "^$"']) {
      assert.deepEqual(bound(selector), { ok: true, value: NOTHING }, selector);
    }
    const given = { ...NOTHING, ServiceIdentities: [{ ServiceName: 'web', Datacenters: null }] };
    for (const selector of ['value.team matches "^w"', 'value.role not matches "ops"', 'value.role != ops']) {
      assert.deepEqual(bound(selector), { ok: true, value: given }, selector);
    }
  });

  it('give nothing where the selector, the role, the policy or the template is not met', () => {
    const bound = boundBy(
      { team: 'web' },
      { Selector: 'value.team == api' },
      { Selector: 'value.role == ops' },
      { Selector: 'sales in list.groups' },
      { BindType: 'role', BindName: 'none' },
      { BindType: 'policy', BindName: 'none' },
      { BindType: 'templated-policy', BindName: 'builtin/none' },
    );
    assert.deepEqual(bound, { ok: true, value: NOTHING });
    assert.equal(bound.ok && grantsNothing(bound.value), true);
  });

  it('are chosen by values, lists and what a service account is', () => {
    assert.deepEqual(boundBy({ team: 'web' }, { Selector: 'value.team == web and ops in list.groups' }), {
      ok: true,
      value: { ...NOTHING, ServiceIdentities: [{ ServiceName: 'web', Datacenters: null }] },
    });
    const account = kubernetesIdentity({ namespace: 'default', name: 'api', uid: 'u' });
    const rules = [
      rule({ Selector: 'serviceaccount.namespace == default', BindName: '${serviceaccount.name}' }),
      rule({ Selector: 'serviceaccount.namespace == system', BindName: 'system' }),
    ];
    assert.deepEqual(atOnce(bind(rules, account, bindable)), {
      ok: true,
      value: { ...NOTHING, ServiceIdentities: [{ ServiceName: 'api', Datacenters: null }] },
    });
  });

  it('give to nobody whose values make a name that is none', () => {
    for (const team of ['', 'a b', 'UPPER', 'x\n', 'x\u0000', 'a"}', '-', '../x', 'x'.repeat(300)]) {
      for (const BindType of ['service', 'node']) {
        const bound = boundBy({ team }, { BindType, BindName: '${value.team}' });
        assert.match(bound.ok ? '' : bound.error, /^computed ".*" bind name for bind target is invalid: "/);
      }
      const templated = {
        BindType: 'templated-policy',
        BindName: 'builtin/service',
        BindVars: { Name: '${value.team}' },
      };
      assert.equal(boundBy({ team }, templated).ok, false);
    }
    const bound = boundBy({ team: 'a\nb' }, { BindType: 'role', BindName: '${value.team}' });
    assert.deepEqual(bound, { ok: false, error: 'computed "role" bind name for bind target is invalid: "a\\nb"' });
  });

  it('are refused when they speak of what the method does not know', () => {
    const vocabulary = { fields: jwtIdentity(new Map(), new Map(), []).fields, variables: new Set(['value.team']) };
    const problem = (fields: Partial<AclBindingRule>) => bindingRuleProblem(rule(fields), vocabulary);
    const name = 'Invalid Binding Rule: invalid BindName or BindVars:';
    assert.equal(problem({ BindName: '${value.team}' }), null);
    assert.equal(
      problem({ BindName: '${value.other}' }),
      `${name} failed to validate bindType "service": error interpreting template: 1:3: unknown variable accessed: value.other`,
    );
    assert.equal(
      problem({ Selector: 'serviceaccount.name == x' }),
      'invalid Binding Rule: Selector is invalid: Selector "serviceaccount" is not valid',
    );
    assert.match(problem({ BindVars: { Name: 'x' } }) ?? '', /BindVars cannot be set/);
    assert.match(problem({ BindName: 'x'.repeat(1025) }) ?? '', /more than 1024 characters$/);
    assert.match(
      problem({ BindType: 'templated-policy', BindName: 'builtin/service', BindVars: { Name: '${' } }) ?? '',
      /parse error at 1:3: expected expression but found end of string$/,
    );
  });

  it('are tried in steps, however many there are', () => {
    const identity = jwtIdentity(new Map([['team', 'web']]), new Map(), ['team']);
    const many = [...Array(2000).keys()].map((number) => rule({ Selector: `value.team == x${number}` }));
    const steps = bind(many, identity, bindable);
    assert.equal(steps.next().done, false);
    assert.deepEqual(atOnce(steps), { ok: true, value: NOTHING });
  });
});

describe('a template', () => {
  const value = (name: string) => (name === 'a.b' ? '${a.b}' : undefined);

  it('takes variables once, and nothing of what they hold', () => {
    assert.deepEqual(interpolate('x${ a.b }y', value), { ok: true, text: 'x${a.b}y' });
    assert.deepEqual(interpolate('$${a.b}', value), { ok: true, text: '${a.b}' });
    assert.deepEqual(interpolate('$', value), { ok: true, text: '$' });
  });

  it('says where it is wrong', () => {
    const problem = (template: string) => {
      const result = interpolate(template, value);
      return result.ok ? '' : result.error;
    };
    assert.equal(problem('${}'), 'parse error at 1:3: expected expression but found "}"');
    assert.equal(problem('a\n${a.b x}'), 'parse error at 2:7: expected "}" but found "x"');
    assert.equal(problem('${\ud800}'), 'parse error at 1:3: expected expression but found "\\ufffd"');
    assert.equal(problem('${none}'), '1:3: unknown variable accessed: none');
  });

  it('without a dollar is itself, and none of any kind throws', () => {
    const text = fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', '.', 'b', ' ', '\n', '\ud800') });
    fc.assert(
      fc.property(text, (template) => {
        const result = interpolate(template, value);
        if (!template.includes('$')) assert.deepEqual(result, { ok: true, text: template });
        else assert.ok(result.ok || result.error !== '');
      }),
    );
  });
});
