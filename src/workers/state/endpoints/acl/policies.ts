// /v1/acl/policy, policies, role and roles.

import { listOf } from '../../../../gotext/json-shape.js';
import type { AclPolicy, AclRole } from '../../../../wire/acl/records.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { listText } from '../../http/message/json-pieces.js';
import { json, type Reply, text } from '../../http/message/reply.js';
import { action, read } from '../../http/operation.js';
import { anyText } from '../../http/parameters/parameters.js';
import { policyJson, policyShape, policyStubJson, policyStubShape, roleJson, roleShape } from '../../json/acl-json.js';
import { deletePolicy, listPolicies, readPolicy, setPolicy } from '../../methods/acl/policies.js';
import { deleteRole, listRoles, readRole, setRole } from '../../methods/acl/roles.js';
import { type AclRows, missed, notDeleted, OFF_OR_MISSING, rest, TRUE } from './acl-rows.js';
import { POLICY_BODY, ROLE_BODY } from './bodies.js';

const onePolicy = (policy: AclPolicy | null): Reply => (policy === null ? missed('policy') : json(policyJson(policy)));
const oneRole = (role: AclRole | null): Reply => (role === null ? missed('role') : json(roleJson(role)));

export function policyEndpoints(rows: AclRows): EndpointTable {
  const write = { ...rows.write, body: POLICY_BODY, answer: policyShape };
  const readOne = { ...rows.read, answer: policyShape, others: OFF_OR_MISSING, method: readPolicy, reply: onePolicy };
  return [
    {
      path: '/v1/acl/policies',
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...rows.read,
          summary: 'All policies, without their rules',
          answer: listOf(policyStubShape),
          method: listPolicies,
          request: () => null,
          reply: (policies) => json(listText(policies, policyStubJson)),
        }),
      },
    },
    {
      path: '/v1/acl/policy',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          ...write,
          summary: 'Makes a policy',
          run: (call, _values, policy) =>
            policy.ID === ''
              ? rows.change(setPolicy, policy, call, onePolicy)
              : text(400, 'Cannot specify the ID when creating a new policy'),
        }),
      },
    },
    {
      path: '/v1/acl/policy/name/',
      rest: rest('name', 'The name of the policy.', 'Missing policy Name'),
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...readOne,
          summary: 'A policy, by its name',
          request: (_values, call) => ({ id: '', name: call.rest }),
        }),
      },
    },
    {
      path: '/v1/acl/policy/',
      rest: rest('policy', 'The ID of the policy.', 'Missing policy ID'),
      answeredBy: 'servers',
      methods: {
        GET: read({ ...readOne, summary: 'A policy', request: (_values, call) => ({ id: call.rest, name: '' }) }),
        PUT: action({
          ...write,
          summary: 'Changes a policy',
          run: (call, _values, policy) =>
            policy.ID === '' || policy.ID === call.rest
              ? rows.change(setPolicy, { ...policy, ID: call.rest }, call, onePolicy)
              : text(400, 'Policy ID in URL and payload do not match'),
        }),
        DELETE: action({
          ...rows.write,
          summary: 'Deletes a policy; tokens and roles that are linked to it lose what it grants',
          answer: 'boolean',
          others: OFF_OR_MISSING,
          run: (call) =>
            rows.change(deletePolicy, call.rest, call, (name) => (name === '' ? notDeleted('policy') : TRUE)),
        }),
      },
    },
  ];
}

export function roleEndpoints(rows: AclRows): EndpointTable {
  const write = { ...rows.write, body: ROLE_BODY, answer: roleShape };
  const readOne = { ...rows.read, answer: roleShape, others: OFF_OR_MISSING, method: readRole, reply: oneRole };
  const mismatch = text(400, 'Role ID in URL and payload do not match');
  return [
    {
      path: '/v1/acl/roles',
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...rows.read,
          summary: 'All roles',
          parameters: { policy: anyText('The ID of a policy that they are linked to.') },
          answer: listOf(roleShape),
          method: listRoles,
          request: ({ policy }) => policy,
          reply: (roles) => json(listText(roles, roleJson)),
        }),
      },
    },
    {
      path: '/v1/acl/role',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          ...write,
          summary: 'Makes a role',
          run: (call, _values, role) => (role.ID === '' ? rows.change(setRole, role, call, oneRole) : mismatch),
        }),
      },
    },
    {
      path: '/v1/acl/role/name/',
      rest: rest('name', 'The name of the role.', 'Missing role Name'),
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...readOne,
          summary: 'A role, by its name',
          request: (_values, call) => ({ id: '', name: call.rest }),
        }),
      },
    },
    {
      path: '/v1/acl/role/',
      rest: rest('role', 'The ID of the role.', 'Missing role ID'),
      answeredBy: 'servers',
      methods: {
        GET: read({ ...readOne, summary: 'A role', request: (_values, call) => ({ id: call.rest, name: '' }) }),
        PUT: action({
          ...write,
          summary: 'Changes a role',
          run: (call, _values, role) =>
            role.ID === '' || role.ID === call.rest
              ? rows.change(setRole, { ...role, ID: call.rest }, call, oneRole)
              : mismatch,
        }),
        DELETE: action({
          ...rows.write,
          summary: 'Deletes a role; tokens that are linked to it lose what it grants',
          answer: 'boolean',
          others: OFF_OR_MISSING,
          run: (call) => rows.change(deleteRole, call.rest, call, (name) => (name === '' ? notDeleted('role') : TRUE)),
        }),
      },
    },
  ];
}
