// Auth methods and binding rules as the commands show them.

import { dynamicJson, mapJson } from '../../gotext/json-encode.js';
import { indentJson } from '../../gotext/json-indent.js';
import type { Noun } from './noun.js';
import { type AuthMethod, authMethodKind, type BindingRule, bindingRuleKind } from './records.js';
import { indented, line, metaLines } from './text.js';

const WIDTH = 15;

function optional(name: string, value: string): readonly string[] {
  return value === '' ? [] : [line(name, value, WIDTH)];
}

function aboutMethod(method: AuthMethod, showsMeta: boolean): readonly string[] {
  return [
    line('Type', method.Type, WIDTH),
    ...optional('DisplayName', method.DisplayName),
    line('Description', method.Description, WIDTH),
    ...optional('MaxTokenTTL', method.MaxTokenTTL),
    ...optional('TokenLocality', method.TokenLocality),
    ...(showsMeta ? metaLines(method, WIDTH) : []),
  ];
}

export const AUTH_METHODS: Noun<AuthMethod> = {
  word: 'auth method',
  path: '/v1/acl/auth-method',
  listPath: '/v1/acl/auth-methods',
  kind: authMethodKind,
  key: ({ Name }) => Name,
  lines: (method, showsMeta) => [
    line('Name', method.Name, WIDTH),
    ...aboutMethod(method, showsMeta),
    'Config:',
    indentJson(mapJson(method.Config ?? {}, dynamicJson), '  '),
  ],
};

/** In a list: without its configuration. */
export function authMethodStub(method: AuthMethod, showsMeta: boolean): readonly string[] {
  return [`${method.Name}:`, ...indented(aboutMethod(method, showsMeta))];
}

function aboutRule(rule: BindingRule, showsMeta: boolean): readonly string[] {
  return [
    line('AuthMethod', rule.AuthMethod, WIDTH),
    line('Description', rule.Description, WIDTH),
    line('BindType', rule.BindType, WIDTH),
    line('BindName', rule.BindName, WIDTH),
    ...(rule.BindVars === null ? [] : ['BindVars:', ...indented([`Name: ${rule.BindVars.Name}`])]),
    line('Selector', rule.Selector, WIDTH),
    ...(showsMeta ? metaLines(rule, WIDTH) : []),
  ];
}

export const BINDING_RULES: Noun<BindingRule> = {
  word: 'binding rule',
  path: '/v1/acl/binding-rule',
  listPath: '/v1/acl/binding-rules',
  kind: bindingRuleKind,
  key: ({ ID }) => ID,
  lines: (rule, showsMeta) => [line('ID', rule.ID, WIDTH), ...aboutRule(rule, showsMeta)],
};

export function bindingRuleInList(rule: BindingRule, showsMeta: boolean): readonly string[] {
  return [`${rule.ID}:`, ...indented(aboutRule(rule, showsMeta))];
}
