// What a template becomes for a name (public documentation of prepared query templates), and what of it has limits.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a query template's own placeholders

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PreparedQueryRecord, QueryService } from '../../../../../../src/wire/records.js';
import { compileTemplate, limitProblem } from '../../../../../../src/workers/state/replica/templates/template.js';
import { query, template } from '../store/commands.js';

function rendered(of: PreparedQueryRecord, name: string): QueryService {
  const compiled = compileTemplate(of);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  const result = compiled.template.render(name, 'alpha');
  assert.ok(result.ok, JSON.stringify(result));
  return result.query.Service;
}

function problem(of: PreparedQueryRecord): string {
  const compiled = compileTemplate(of);
  assert.ok(!compiled.ok);
  return compiled.error;
}

test('the parts of a name, and the groups of the expression', () => {
  const of = template(
    { Name: 'geo-db' },
    {
      Service: 'mysql-${match(1)}',
      Tags: ['${match(2)}', '${name.full}', '${name.prefix}|${name.suffix}', '${match(0)}', '${match(9)}', 'plain'],
      Near: '${agent.segment}',
      Failover: {
        NearestN: 3,
        Datacenters: ['dc-${match(2)}'],
        Targets: [{ Peer: 'p${match(1)}', Datacenter: '' }],
      },
      IgnoreCheckIDs: ['c-${match(1)}'],
      NodeMeta: { role: '${match(2)}', '${match(1)}': 'key' },
      ServiceMeta: { is: '${name.suffix}' },
      Peer: '${match(1)}',
    },
    { Regexp: '^geo-db-(.*?)-([^\\-]+?)$' },
  );
  assert.deepEqual(rendered(of, 'geo-db-customer-primary'), {
    Service: 'mysql-customer',
    SamenessGroup: '',
    Failover: { NearestN: 3, Datacenters: ['dc-primary'], Targets: [{ Peer: 'pcustomer', Datacenter: '' }] },
    OnlyPassing: false,
    IgnoreCheckIDs: ['c-customer'],
    Near: 'alpha',
    Tags: ['primary', 'geo-db-customer-primary', 'geo-db|-customer-primary', 'geo-db-customer-primary', '', 'plain'],
    NodeMeta: { role: 'primary', '${match(1)}': 'key' },
    ServiceMeta: { is: '-customer-primary' },
    Connect: false,
    Peer: 'customer',
  });
  assert.equal(rendered(of, 'geo-db').Service, 'mysql-', 'what does not match has empty groups');
});

test('empty tags go where that is wanted', () => {
  const tags = { Tags: ['${match(1)}', 'a'] };
  assert.deepEqual(rendered(template({}, tags), 'x').Tags, ['', 'a']);
  assert.deepEqual(rendered(template({}, tags, { RemoveEmptyTags: true }), 'x').Tags, ['a']);
  assert.equal(rendered(template({}, {}, { RemoveEmptyTags: true }), 'x').Tags, null);
});

test('the same name gives the same object, another name another one', () => {
  const compiled = compileTemplate(template({ Name: 'a' }, { Service: '${name.full}' }));
  assert.ok(compiled.ok);
  const first = compiled.template.render('ab', '');
  assert.equal(compiled.template.render('ab', ''), first);
  assert.notEqual(compiled.template.render('abc', ''), first);
  assert.deepEqual(compiled.template.render('ab', ''), first);
});

test('what is no template says why', () => {
  assert.equal(problem(template({}, {}, { Type: 'other' })), "unknown Template.Type 'other'");
  assert.equal(
    problem(template({}, { Tags: ['ok', '${nope}'] })),
    "bad format '${nope}' in Service.Tags: at character 7: unknown variable accessed: nope",
  );
  assert.match(problem(template({}, {}, { Regexp: '(' })), /^bad Regexp: error parsing regexp: missing closing \)/);
});

test('an expression that is too large for us is told apart from one that nobody takes', () => {
  const large = template({}, {}, { Regexp: '(a{1000}){1000}' });
  const compiled = compileTemplate(large);
  assert.ok(!compiled.ok && compiled.isOurLimit);
  assert.equal(limitProblem(large), 'bad Regexp: error parsing regexp: expression too large');
  assert.equal(limitProblem(template({}, {}, { Regexp: '(' })), null);
  assert.equal(limitProblem(query({})), null);
});

test('neither a long name nor many variables cost more than they may', () => {
  const error = (of: PreparedQueryRecord, name: string): string => {
    const compiled = compileTemplate(of);
    assert.ok(compiled.ok);
    const result = compiled.template.render(name, '');
    return result.ok ? `${result.query.Service.Service.length} characters` : result.error;
  };
  const matching = template({}, { Service: '${match(1)}' }, { Regexp: '(.*)-(.*)-(.*)-(.*)' });
  assert.equal(error(matching, `${'a'.repeat(250)}-b-c-d`), '250 characters');
  assert.equal(error(matching, 'a'.repeat(50_000)), 'the name is too long for the expression of the template');
  const many = template({}, { Service: '${name.full}'.repeat(1000) });
  assert.equal(error(many, 'a'.repeat(100)), '100000 characters');
  assert.equal(error(many, 'a'.repeat(1000)), 'the template makes a query that is too long');
});
