// What the matrix of rights asks of a whole agent: the rows that need more than a store to be answered (the agent's own services, its
// pools, its authority, its files). Every other row is asked in test/unit/workers/state/acl/matrix.test.ts.

/**
 * - `open`: anybody may know, and no token is looked at.
 * - `own`: it needs no rule, but a token that is sent must be one; or it is about that token.
 * - `refused`: nothing without the rule.
 * - `left out`: answered to everybody, with what he may see.
 */
export type Guard = 'open' | 'own' | 'refused' | 'left out';

export interface Asked {
  readonly guard: Guard;
  /** Behind the row's path. */
  readonly target: string;
  readonly body?: string;
  /** It ends the agent, or what it is asked with: not even a manager's token is tried. */
  readonly isDestructive?: true;
}

const text = (value: unknown) => JSON.stringify(value);
/** Stands for the ID of an intention that there is. */
export const INTENTION = '{intention}';
const SOME_ID = '41111111-2222-4333-8444-555555555555';
const METHOD = text({ Name: 'm', Type: 'jwt', Config: {} });
const RULE = text({ AuthMethod: 'm', BindType: 'service', BindName: 'x' });

/** Of a service `web` with a check, and another one, `other`. */
export const ASKED_OF_AGENTS: ReadonlyMap<string, Asked> = new Map<string, Asked>(
  Object.entries({
    'GET /v1/agent/self': { guard: 'refused', target: '/v1/agent/self' },
    'GET /v1/agent/version': { guard: 'open', target: '/v1/agent/version' },
    'GET /v1/agent/host': { guard: 'refused', target: '/v1/agent/host' },
    'GET /v1/agent/members': { guard: 'left out', target: '/v1/agent/members' },
    'PUT /v1/agent/join/': { guard: 'refused', target: '/v1/agent/join/127.0.0.1:1' },
    'PUT /v1/agent/force-leave/': { guard: 'refused', target: '/v1/agent/force-leave/nobody' },
    'GET /v1/agent/services': { guard: 'left out', target: '/v1/agent/services' },
    'GET /v1/agent/service/': { guard: 'refused', target: '/v1/agent/service/web' },
    'GET /v1/agent/checks': { guard: 'left out', target: '/v1/agent/checks' },
    'GET /v1/agent/health/service/id/': { guard: 'refused', target: '/v1/agent/health/service/id/web' },
    'GET /v1/agent/health/service/name/': { guard: 'refused', target: '/v1/agent/health/service/name/web' },
    'PUT /v1/agent/service/register': {
      guard: 'refused',
      target: '/v1/agent/service/register',
      body: text({ Name: 'new' }),
    },
    'PUT /v1/agent/service/maintenance/': {
      guard: 'refused',
      target: '/v1/agent/service/maintenance/web?enable=true',
    },
    'PUT /v1/agent/services/register': {
      guard: 'refused',
      target: '/v1/agent/services/register',
      body: `${text({ Name: 'new' })}\n`,
    },
    'PUT /v1/agent/check/register': {
      guard: 'refused',
      target: '/v1/agent/check/register',
      body: text({ Name: 'new', TTL: '9s' }),
    },
    'PUT /v1/agent/check/pass/': { guard: 'refused', target: '/v1/agent/check/pass/service:web' },
    'PUT /v1/agent/check/warn/': { guard: 'refused', target: '/v1/agent/check/warn/service:web' },
    'PUT /v1/agent/check/fail/': { guard: 'refused', target: '/v1/agent/check/fail/service:web' },
    'PUT /v1/agent/check/update/': {
      guard: 'refused',
      target: '/v1/agent/check/update/service:web',
      body: text({ Status: 'passing' }),
    },
    'PUT /v1/agent/maintenance': { guard: 'refused', target: '/v1/agent/maintenance?enable=true' },
    'PUT /v1/agent/reload': { guard: 'refused', target: '/v1/agent/reload' },
    'PUT /v1/agent/leave': { guard: 'refused', target: '/v1/agent/leave', isDestructive: true },
    'GET /v1/agent/metrics': { guard: 'refused', target: '/v1/agent/metrics' },
    'GET /v1/agent/metrics/stream': { guard: 'refused', target: '/v1/agent/metrics/stream' },
    'GET /v1/agent/monitor': { guard: 'refused', target: '/v1/agent/monitor' },
    'PUT /v1/agent/token/': {
      guard: 'refused',
      target: '/v1/agent/token/replication',
      body: text({ Token: SOME_ID }),
    },
    'GET /v1/agent/connect/ca/roots': { guard: 'own', target: '/v1/agent/connect/ca/roots' },
    'GET /v1/agent/connect/ca/leaf/': { guard: 'refused', target: '/v1/agent/connect/ca/leaf/web' },
    'POST /v1/agent/connect/authorize': {
      guard: 'refused',
      target: '/v1/agent/connect/authorize',
      body: text({ Target: 'web', ClientCertURI: 'spiffe://x.consul/ns/default/dc/dc1/svc/a' }),
    },
    'PUT /v1/event/fire/': { guard: 'refused', target: '/v1/event/fire/web' },
    'GET /v1/event/list': { guard: 'left out', target: '/v1/event/list' },
    'GET /v1/catalog/datacenters': { guard: 'open', target: '/v1/catalog/datacenters' },
    'GET /v1/coordinate/datacenters': { guard: 'own', target: '/v1/coordinate/datacenters' },
    'GET /v1/status/leader': { guard: 'open', target: '/v1/status/leader' },
    'GET /v1/status/peers': { guard: 'open', target: '/v1/status/peers' },
    'GET /v1/connect/ca/roots': { guard: 'own', target: '/v1/connect/ca/roots' },
    'GET /v1/connect/ca/configuration': { guard: 'refused', target: '/v1/connect/ca/configuration' },
    'PUT /v1/connect/ca/configuration': {
      guard: 'refused',
      target: '/v1/connect/ca/configuration',
      body: text({ Provider: 'consul', Config: {} }),
    },
    'GET /v1/connect/intentions/': { guard: 'refused', target: `/v1/connect/intentions/${INTENTION}` },
    'PUT /v1/connect/intentions/': {
      guard: 'refused',
      target: `/v1/connect/intentions/${INTENTION}`,
      body: text({ SourceName: 'a', DestinationName: 'web', Action: 'allow' }),
    },
    'DELETE /v1/connect/intentions/': { guard: 'refused', target: `/v1/connect/intentions/${INTENTION}` },
    'GET /v1/snapshot': { guard: 'refused', target: '/v1/snapshot' },
    'PUT /v1/snapshot': { guard: 'refused', target: '/v1/snapshot', body: 'no archive' },
    'GET /v1/operator/keyring': { guard: 'refused', target: '/v1/operator/keyring' },
    'POST /v1/operator/keyring': { guard: 'refused', target: '/v1/operator/keyring', body: text({ Key: 'AAAA' }) },
    'PUT /v1/operator/keyring': { guard: 'refused', target: '/v1/operator/keyring', body: text({ Key: 'AAAA' }) },
    'DELETE /v1/operator/keyring': { guard: 'refused', target: '/v1/operator/keyring', body: text({ Key: 'AAAA' }) },
    'PUT /v1/acl/bootstrap': { guard: 'own', target: '/v1/acl/bootstrap' },
    'GET /v1/acl/tokens': { guard: 'refused', target: '/v1/acl/tokens' },
    'PUT /v1/acl/token': { guard: 'refused', target: '/v1/acl/token', body: '{}' },
    'GET /v1/acl/token/self': { guard: 'own', target: '/v1/acl/token/self' },
    'PUT /v1/acl/token/*/clone': { guard: 'refused', target: `/v1/acl/token/${SOME_ID}/clone`, body: '{}' },
    'GET /v1/acl/token/': { guard: 'refused', target: `/v1/acl/token/${SOME_ID}` },
    'PUT /v1/acl/token/': { guard: 'refused', target: `/v1/acl/token/${SOME_ID}`, body: '{}' },
    'DELETE /v1/acl/token/': { guard: 'refused', target: `/v1/acl/token/${SOME_ID}` },
    'GET /v1/acl/policies': { guard: 'refused', target: '/v1/acl/policies' },
    'PUT /v1/acl/policy': { guard: 'refused', target: '/v1/acl/policy', body: text({ Name: 'new' }) },
    'GET /v1/acl/policy/name/': { guard: 'refused', target: '/v1/acl/policy/name/global-management' },
    'GET /v1/acl/policy/': { guard: 'refused', target: `/v1/acl/policy/${SOME_ID}` },
    'PUT /v1/acl/policy/': { guard: 'refused', target: `/v1/acl/policy/${SOME_ID}`, body: text({ Name: 'x' }) },
    'DELETE /v1/acl/policy/': { guard: 'refused', target: `/v1/acl/policy/${SOME_ID}` },
    'GET /v1/acl/roles': { guard: 'refused', target: '/v1/acl/roles' },
    'PUT /v1/acl/role': { guard: 'refused', target: '/v1/acl/role', body: text({ Name: 'new' }) },
    'GET /v1/acl/role/name/': { guard: 'refused', target: '/v1/acl/role/name/x' },
    'GET /v1/acl/role/': { guard: 'refused', target: `/v1/acl/role/${SOME_ID}` },
    'PUT /v1/acl/role/': { guard: 'refused', target: `/v1/acl/role/${SOME_ID}`, body: text({ Name: 'x' }) },
    'DELETE /v1/acl/role/': { guard: 'refused', target: `/v1/acl/role/${SOME_ID}` },
    'GET /v1/acl/auth-methods': { guard: 'refused', target: '/v1/acl/auth-methods' },
    'PUT /v1/acl/auth-method': { guard: 'refused', target: '/v1/acl/auth-method', body: METHOD },
    'GET /v1/acl/auth-method/': { guard: 'refused', target: '/v1/acl/auth-method/m' },
    'PUT /v1/acl/auth-method/': { guard: 'refused', target: '/v1/acl/auth-method/m', body: METHOD },
    'DELETE /v1/acl/auth-method/': { guard: 'refused', target: '/v1/acl/auth-method/m' },
    'GET /v1/acl/binding-rules': { guard: 'refused', target: '/v1/acl/binding-rules' },
    'PUT /v1/acl/binding-rule': { guard: 'refused', target: '/v1/acl/binding-rule', body: RULE },
    'GET /v1/acl/binding-rule/': { guard: 'refused', target: `/v1/acl/binding-rule/${SOME_ID}` },
    'PUT /v1/acl/binding-rule/': { guard: 'refused', target: `/v1/acl/binding-rule/${SOME_ID}`, body: RULE },
    'DELETE /v1/acl/binding-rule/': { guard: 'refused', target: `/v1/acl/binding-rule/${SOME_ID}` },
    'GET /v1/acl/templated-policies': { guard: 'refused', target: '/v1/acl/templated-policies' },
    'GET /v1/acl/templated-policy/name/': { guard: 'refused', target: '/v1/acl/templated-policy/name/builtin/dns' },
    'POST /v1/acl/templated-policy/preview/': {
      guard: 'refused',
      target: '/v1/acl/templated-policy/preview/builtin/service',
      body: text({ Name: 'x' }),
    },
    'POST /v1/acl/login': { guard: 'own', target: '/v1/acl/login', body: text({ AuthMethod: 'x', BearerToken: 'x' }) },
    'POST /v1/acl/logout': { guard: 'own', target: '/v1/acl/logout' },
    'GET /v1/acl/replication': { guard: 'own', target: '/v1/acl/replication' },
    'POST /v1/internal/acl/authorize': { guard: 'own', target: '/v1/internal/acl/authorize', body: '[]' },
    'GET /v1/internal/ui/metrics-proxy/': { guard: 'open', target: '/v1/internal/ui/metrics-proxy/x' },
    'GET /robots.txt': { guard: 'open', target: '/robots.txt' },
    'GET /debug/pprof/cmdline': { guard: 'refused', target: '/debug/pprof/cmdline' },
    'GET /debug/pprof/profile': { guard: 'refused', target: '/debug/pprof/profile?seconds=1' },
    'GET /debug/pprof/heap': { guard: 'refused', target: '/debug/pprof/heap' },
    'GET /debug/pprof/goroutine': { guard: 'refused', target: '/debug/pprof/goroutine' },
    'GET /ui/': { guard: 'open', target: '/ui/' },
    'GET /v1/openapi.json': { guard: 'open', target: '/v1/openapi.json' },
    // Last, since others ask for what these remove.
    'PUT /v1/agent/check/deregister/': { guard: 'refused', target: '/v1/agent/check/deregister/service:web' },
    'PUT /v1/agent/service/deregister/': { guard: 'refused', target: '/v1/agent/service/deregister/web' },
    'PUT /v1/agent/services/deregister': {
      guard: 'refused',
      target: '/v1/agent/services/deregister',
      body: `${text({ ID: 'other' })}\n`,
    },
  } satisfies Record<string, Asked>),
);
