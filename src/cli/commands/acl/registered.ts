// The commands of `acl`, each loaded only when it is called.

import type { Group, Registered } from '../../command/registered.js';

export const ACL_GROUPS: readonly Group[] = [
  { words: ['acl'], takesWords: true, synopsis: 'Work with access control lists' },
  { words: ['acl', 'policy'], takesWords: true, synopsis: 'Work with policies' },
  { words: ['acl', 'role'], takesWords: true, synopsis: 'Work with roles' },
  { words: ['acl', 'token'], takesWords: true, synopsis: 'Work with tokens' },
  { words: ['acl', 'auth-method'], takesWords: true, synopsis: 'Work with auth methods' },
  { words: ['acl', 'binding-rule'], takesWords: true, synopsis: 'Work with binding rules' },
  { words: ['acl', 'templated-policy'], takesWords: true, synopsis: 'Look at templated policies' },
];

export const ACL_COMMANDS: readonly Registered[] = [
  {
    words: ['acl', 'bootstrap'],
    synopsis: 'Makes the first token',
    load: () => import('./bootstrap.js'),
  },
  {
    words: ['acl', 'set-agent-token'],
    synopsis: 'Gives the agent a token that it uses itself',
    load: () => import('./set-agent-token.js'),
  },
  {
    words: ['acl', 'policy', 'create'],
    synopsis: 'Makes a policy',
    load: () => import('./policy/create.js'),
  },
  {
    words: ['acl', 'policy', 'delete'],
    synopsis: 'Deletes a policy',
    load: () => import('./policy/delete.js'),
  },
  {
    words: ['acl', 'policy', 'list'],
    synopsis: 'Lists all policies',
    load: () => import('./policy/list.js'),
  },
  {
    words: ['acl', 'policy', 'read'],
    synopsis: 'Shows a policy',
    load: () => import('./policy/read.js'),
  },
  {
    words: ['acl', 'policy', 'update'],
    synopsis: 'Changes a policy',
    load: () => import('./policy/update.js'),
  },
  {
    words: ['acl', 'role', 'create'],
    synopsis: 'Makes a role',
    load: () => import('./role/create.js'),
  },
  {
    words: ['acl', 'role', 'delete'],
    synopsis: 'Deletes a role',
    load: () => import('./role/delete.js'),
  },
  {
    words: ['acl', 'role', 'list'],
    synopsis: 'Lists all roles',
    load: () => import('./role/list.js'),
  },
  {
    words: ['acl', 'role', 'read'],
    synopsis: 'Shows a role',
    load: () => import('./role/read.js'),
  },
  {
    words: ['acl', 'role', 'update'],
    synopsis: 'Changes a role',
    load: () => import('./role/update.js'),
  },
  {
    words: ['acl', 'token', 'clone'],
    synopsis: 'Makes a token that grants what another one grants',
    load: () => import('./token/clone.js'),
  },
  {
    words: ['acl', 'token', 'create'],
    synopsis: 'Makes a token',
    load: () => import('./token/create.js'),
  },
  {
    words: ['acl', 'token', 'delete'],
    synopsis: 'Deletes a token',
    load: () => import('./token/delete.js'),
  },
  {
    words: ['acl', 'token', 'list'],
    synopsis: 'Lists all tokens',
    load: () => import('./token/list.js'),
  },
  {
    words: ['acl', 'token', 'read'],
    synopsis: 'Shows a token',
    load: () => import('./token/read.js'),
  },
  {
    words: ['acl', 'token', 'update'],
    synopsis: 'Changes a token',
    load: () => import('./token/update.js'),
  },
  {
    words: ['acl', 'auth-method', 'create'],
    synopsis: 'Makes an auth method',
    load: () => import('./auth-method/create.js'),
  },
  {
    words: ['acl', 'auth-method', 'delete'],
    synopsis: 'Deletes an auth method',
    load: () => import('./auth-method/delete.js'),
  },
  {
    words: ['acl', 'auth-method', 'list'],
    synopsis: 'Lists all auth methods',
    load: () => import('./auth-method/list.js'),
  },
  {
    words: ['acl', 'auth-method', 'read'],
    synopsis: 'Shows an auth method',
    load: () => import('./auth-method/read.js'),
  },
  {
    words: ['acl', 'auth-method', 'update'],
    synopsis: 'Changes an auth method',
    load: () => import('./auth-method/update.js'),
  },
  {
    words: ['acl', 'binding-rule', 'create'],
    synopsis: 'Makes a binding rule',
    load: () => import('./binding-rule/create.js'),
  },
  {
    words: ['acl', 'binding-rule', 'delete'],
    synopsis: 'Deletes a binding rule',
    load: () => import('./binding-rule/delete.js'),
  },
  {
    words: ['acl', 'binding-rule', 'list'],
    synopsis: 'Lists all binding rules',
    load: () => import('./binding-rule/list.js'),
  },
  {
    words: ['acl', 'binding-rule', 'read'],
    synopsis: 'Shows a binding rule',
    load: () => import('./binding-rule/read.js'),
  },
  {
    words: ['acl', 'binding-rule', 'update'],
    synopsis: 'Changes a binding rule',
    load: () => import('./binding-rule/update.js'),
  },
  {
    words: ['acl', 'templated-policy', 'list'],
    synopsis: 'Lists all templated policies',
    load: () => import('./templated-policy/list.js'),
  },
  {
    words: ['acl', 'templated-policy', 'preview'],
    synopsis: 'Shows the policy that a templated policy becomes',
    load: () => import('./templated-policy/preview.js'),
  },
  {
    words: ['acl', 'templated-policy', 'read'],
    synopsis: 'Shows a templated policy',
    load: () => import('./templated-policy/read.js'),
  },
];
