// All rows of /v1/acl, and /v1/internal/acl/authorize.

import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, optional, record } from '../../../../gotext/json-shape.js';
import { timeText } from '../../../../gotext/rfc3339.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json, refused } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { authorizeToken, questionProblem } from '../../methods/acl/authorize.js';
import { replicationStatus } from '../../methods/acl/replication.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import type { ReplicationStatus } from '../../methods/contract/replication-status.js';
import { type AclDependencies, AclRows, OFF } from './acl-rows.js';
import { authMethodEndpoints, bindingRuleEndpoints } from './auth-methods.js';
import { AUTHORIZE_BODY } from './bodies.js';
import { loginEndpoints } from './login.js';
import { policyEndpoints, roleEndpoints } from './policies.js';
import { templatedPolicyEndpoints } from './templated-policies.js';
import { tokenEndpoints } from './tokens.js';

const statusShape = record('AclReplicationStatus', {
  Enabled: 'boolean',
  Running: 'boolean',
  SourceDatacenter: 'string',
  ReplicationType: 'string',
  ReplicatedIndex: 'integer',
  ReplicatedRoleIndex: 'integer',
  ReplicatedTokenIndex: 'integer',
  LastSuccess: 'string',
  LastError: 'string',
  LastErrorMessage: 'string',
});

/** Moments are whole seconds. */
function momentJson(ms: number | null): string {
  return quoteJson(timeText(ms === null ? null : Math.floor(ms / 1000) * 1000));
}

function statusJson(status: ReplicationStatus): string {
  return (
    `{"Enabled":${status.isEnabled},"Running":${status.isRunning},` +
    `"SourceDatacenter":${quoteJson(status.sourceDatacenter)},"ReplicationType":${quoteJson(status.type)},` +
    `"ReplicatedIndex":${status.index},"ReplicatedRoleIndex":${status.roleIndex},` +
    `"ReplicatedTokenIndex":${status.tokenIndex},"LastSuccess":${momentJson(status.lastSuccessMs)},` +
    `"LastError":${momentJson(status.lastErrorMs)},"LastErrorMessage":${quoteJson(status.lastError)}}`
  );
}

export function aclEndpoints(dependencies: AclDependencies): EndpointTable {
  const { calls } = dependencies;
  const rows = new AclRows(dependencies);
  return [
    ...tokenEndpoints(rows),
    ...policyEndpoints(rows),
    ...roleEndpoints(rows),
    ...authMethodEndpoints(rows),
    ...bindingRuleEndpoints(rows),
    ...templatedPolicyEndpoints(rows),
    ...loginEndpoints(rows),
    {
      path: '/v1/acl/replication',
      answeredBy: 'servers',
      methods: {
        GET: action({
          acl: ['none'],
          off: rows.off,
          others: OFF,
          summary: 'How far this datacenter is with what the primary one has',
          answer: statusShape,
          async run({ datacenter, asker }) {
            const status = await calls.write(replicationStatus, null, datacenter, asker);
            return isRefusal(status) ? refused(status) : json(statusJson(status));
          },
        }),
      },
    },
    {
      path: '/v1/internal/acl/authorize',
      answeredBy: 'servers',
      methods: {
        POST: action({
          acl: ['none'],
          off: rows.off,
          others: OFF,
          summary: 'Whether the token allows each of these',
          body: AUTHORIZE_BODY,
          answer: listOf(
            record('AclAuthorization', {
              Resource: 'string',
              Segment: optional('string'),
              Access: 'string',
              Allow: 'boolean',
            }),
          ),
          async run({ datacenter, asker }, _values, questions) {
            // Judged by the agent that is asked, so that its answer is the same whoever leads.
            const problem = questionProblem(questions ?? []);
            if (problem !== null) return refused(problem);
            const answers = await calls.direct(authorizeToken, questions ?? [], datacenter, asker);
            if (isRefusal(answers)) return refused(answers);
            return json(
              listJson(
                answers,
                ({ Resource, Segment, Access, Allow }) =>
                  `{"Resource":${quoteJson(Resource)},${Segment === '' ? '' : `"Segment":${quoteJson(Segment)},`}` +
                  `"Access":${quoteJson(Access)},"Allow":${Allow}}`,
              ),
            );
          },
        }),
      },
    },
  ];
}
