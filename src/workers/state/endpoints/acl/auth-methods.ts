// /v1/acl/auth-method, auth-methods, binding-rule and binding-rules.

import { listOf } from '../../../../gotext/json-shape.js';
import type { AclAuthMethod, AclBindingRule } from '../../../../wire/acl/records.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { listText } from '../../http/message/json-pieces.js';
import { json, type Reply, text } from '../../http/message/reply.js';
import { action, read } from '../../http/operation.js';
import { anyText } from '../../http/parameters/parameters.js';
import {
  authMethodJson,
  authMethodShape,
  authMethodStubJson,
  authMethodStubShape,
  bindingRuleJson,
  bindingRuleShape,
} from '../../json/acl-json.js';
import {
  deleteAuthMethod,
  deleteBindingRule,
  listAuthMethods,
  listBindingRules,
  readAuthMethod,
  readBindingRule,
  setAuthMethod,
  setBindingRule,
} from '../../methods/acl/auth-methods.js';
import { type AclRows, missed, notDeleted, OFF_OR_MISSING, rest, TRUE } from './acl-rows.js';
import { AUTH_METHOD_BODY, BINDING_RULE_BODY } from './bodies.js';

const oneMethod = (method: AclAuthMethod | null): Reply =>
  method === null ? missed('auth method') : json(authMethodJson(method));
const oneRule = (rule: AclBindingRule | null): Reply =>
  rule === null ? missed('binding rule') : json(bindingRuleJson(rule));

export function authMethodEndpoints(rows: AclRows): EndpointTable {
  const write = { ...rows.write, body: AUTH_METHOD_BODY, answer: authMethodShape };
  return [
    {
      path: '/v1/acl/auth-methods',
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...rows.read,
          summary: 'All auth methods, without their configuration',
          answer: listOf(authMethodStubShape),
          method: listAuthMethods,
          request: () => null,
          reply: (methods) => json(listText(methods, authMethodStubJson)),
        }),
      },
    },
    {
      path: '/v1/acl/auth-method',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          ...write,
          summary: 'Makes an auth method',
          run: (call, _values, method) => rows.change(setAuthMethod, method, call, oneMethod),
        }),
      },
    },
    {
      path: '/v1/acl/auth-method/',
      rest: rest('name', 'The name of the auth method.', 'Missing auth method name'),
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...rows.read,
          summary: 'An auth method',
          answer: authMethodShape,
          others: OFF_OR_MISSING,
          method: readAuthMethod,
          request: (_values, call) => call.rest,
          reply: oneMethod,
        }),
        PUT: action({
          ...write,
          summary: 'Changes an auth method',
          run: (call, _values, method) =>
            method.Name === '' || method.Name === call.rest
              ? rows.change(setAuthMethod, { ...method, Name: call.rest }, call, oneMethod)
              : text(400, 'AuthMethod Name in URL and payload do not match'),
        }),
        DELETE: action({
          ...rows.write,
          summary: 'Deletes an auth method, with its binding rules and the tokens that it gave out',
          answer: 'boolean',
          others: OFF_OR_MISSING,
          run: (call) =>
            rows.change(deleteAuthMethod, call.rest, call, (isDone) => (isDone ? TRUE : notDeleted('auth method'))),
        }),
      },
    },
  ];
}

export function bindingRuleEndpoints(rows: AclRows): EndpointTable {
  const write = { ...rows.write, body: BINDING_RULE_BODY, answer: bindingRuleShape };
  const mismatch = text(400, 'BindingRule ID in URL and payload do not match');
  return [
    {
      path: '/v1/acl/binding-rules',
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...rows.read,
          summary: 'All binding rules',
          parameters: { authmethod: anyText('The auth method that they belong to.') },
          answer: listOf(bindingRuleShape),
          method: listBindingRules,
          request: ({ authmethod }) => authmethod,
          reply: (rules) => json(listText(rules, bindingRuleJson)),
        }),
      },
    },
    {
      path: '/v1/acl/binding-rule',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          ...write,
          summary: 'Makes a binding rule',
          run: (call, _values, rule) => (rule.ID === '' ? rows.change(setBindingRule, rule, call, oneRule) : mismatch),
        }),
      },
    },
    {
      path: '/v1/acl/binding-rule/',
      rest: rest('rule', 'The ID of the binding rule.', 'Missing binding rule ID'),
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...rows.read,
          summary: 'A binding rule',
          answer: bindingRuleShape,
          others: OFF_OR_MISSING,
          method: readBindingRule,
          request: (_values, call) => call.rest,
          reply: oneRule,
        }),
        PUT: action({
          ...write,
          summary: 'Changes a binding rule',
          run: (call, _values, rule) =>
            rule.ID === '' || rule.ID === call.rest
              ? rows.change(setBindingRule, { ...rule, ID: call.rest }, call, oneRule)
              : mismatch,
        }),
        DELETE: action({
          ...rows.write,
          summary: 'Deletes a binding rule',
          answer: 'boolean',
          others: OFF_OR_MISSING,
          run: (call) =>
            rows.change(deleteBindingRule, call.rest, call, (isDone) => (isDone ? TRUE : notDeleted('binding rule'))),
        }),
      },
    },
  ];
}
