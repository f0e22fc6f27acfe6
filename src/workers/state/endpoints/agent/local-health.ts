// agent/health/service/id and name: the health of services registered here, for load balancers that ask the agent beside
// them. Checks of the node count for each of its services.

import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { type JsonShape, listOf, nullable, record } from '../../../../gotext/json-shape.js';
import type { CheckRecord } from '../../../../wire/records.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { type Reply, refused, text } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { anyText, header, type Values } from '../../http/parameters/parameters.js';
import { agentCheckShape, agentServiceShape } from '../../json/record-shapes.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { isMaintenanceCheck } from '../../local/registration/maintenance.js';
import type { ServiceEntry } from '../../local/state/entries.js';
import { denial } from '../../methods/contract/refusal.js';
import { denyService } from './local-access.js';
import { agentServiceJson } from './service-json.js';

/** From best to worst. */
const ORDER = ['passing', 'warning', 'critical', 'maintenance'] as const;
type Aggregate = (typeof ORDER)[number];
const STATUS: { readonly [aggregate in Aggregate]: number } = {
  passing: 200,
  warning: 429,
  critical: 503,
  maintenance: 503,
};
/** Checks show no definition here, but all its fields. */
const DEFINITION =
  '{"Interval":"0s","Timeout":"0s","DeregisterCriticalServiceAfter":"0s","HTTP":"","Header":null,"Method":"","Body":"",' +
  '"TLSServerName":"","TLSSkipVerify":false,"TCP":"","TCPUseTLS":false,"UDP":"","GRPC":"","OSService":"","GRPCUseTLS":false}';

interface ServiceHealth {
  readonly aggregate: Aggregate;
  readonly json: string;
}

function worse(a: Aggregate, b: Aggregate): Aggregate {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

function aggregateOf(check: CheckRecord): Aggregate {
  if (isMaintenanceCheck(check.CheckID)) return 'maintenance';
  return check.Status === 'critical' || check.Status === 'warning' ? check.Status : 'passing';
}

function checkText(check: CheckRecord): string {
  const tags = listJson(check.ServiceTags, quoteJson);
  return (
    `{"Node":${quoteJson(check.Node)},"CheckID":${quoteJson(check.CheckID)},"Name":${quoteJson(check.Name)},` +
    `"Status":${quoteJson(check.Status)},"Notes":${quoteJson(check.Notes)},"Output":${quoteJson(check.Output)},` +
    `"ServiceID":${quoteJson(check.ServiceID)},"ServiceName":${quoteJson(check.ServiceName)},"ServiceTags":${tags},` +
    `"Type":"","ExposedPort":0,"Definition":${DEFINITION},"CreateIndex":0,"ModifyIndex":0}`
  );
}

function healthOf(local: LocalAgent, entry: ServiceEntry, datacenter: string): ServiceHealth {
  const checks = [...local.state.checksOf(entry.id), ...local.state.checksOf('')].map(({ check }) => check);
  const aggregate = checks.map(aggregateOf).reduce(worse, 'passing');
  const service = agentServiceJson(entry.definition, datacenter);
  return {
    aggregate,
    json: `{"AggregatedStatus":"${aggregate}","Service":${service},"Checks":${listJson(checks, checkText)}}`,
  };
}

const FORMAT = {
  format: anyText('`text` for a word instead of JSON.'),
  accept: header('Asks for it, too, when it begins with text/plain.'),
} as const;
type Form = Values<typeof FORMAT>;

function answer({ format, accept }: Form, status: number, reason: string, body: string): Reply {
  const headers: Reply['headers'] = [['X-Consul-Reason', reason]];
  if (format === 'text' || accept.startsWith('text/plain')) {
    return { status, contentType: 'text/plain', body: reason, headers };
  }
  return { status, contentType: 'application/json', body, headers };
}

function byId(local: LocalAgent, datacenter: string, id: string, form: Form): Reply {
  const entry = local.state.service(id);
  if (!entry) {
    const body = '{"AggregatedStatus":"critical","Service":null,"Checks":null}';
    return answer(form, 404, `ServiceId ${id} not found`, body);
  }
  const health = healthOf(local, entry, datacenter);
  return answer(form, STATUS[health.aggregate], health.aggregate, health.json);
}

function byName(local: LocalAgent, datacenter: string, name: string, form: Form): Reply {
  const entries = local.state.servicesNamed(name);
  if (entries.length === 0) return answer(form, 404, `ServiceName ${name} Not Found`, '[]');
  const healths = entries.map((entry) => healthOf(local, entry, datacenter));
  const aggregate = healths.map((health) => health.aggregate).reduce(worse);
  return answer(form, STATUS[aggregate], aggregate, `[${healths.map((health) => health.json).join(',')}]`);
}

const healthShape = record('AgentServiceHealth', {
  AggregatedStatus: 'string',
  Service: nullable(agentServiceShape),
  Checks: nullable(listOf(agentCheckShape)),
});

function answers(answer: JsonShape) {
  return { answer, alsoAs: 'text/plain', others: { 404: answer, 429: answer, 503: answer } } as const;
}

export function localHealthEndpoints(local: LocalAgent, datacenter: string): EndpointTable {
  const ofId = action({
    summary: 'The health of a service of this agent: 200 passing, 429 warning, 503 critical',
    acl: ['service:read'],
    judges: 'function',
    parameters: FORMAT,
    ...answers(healthShape),
    run: ({ rest, authorizer }, form) => {
      const denied = denyService(local, authorizer, 'service:read', rest);
      return denied === null ? byId(local, datacenter, rest, form) : refused(denied);
    },
  });
  const ofName = action({
    summary: 'The health of this agent’s services of a name, the worst of them deciding',
    acl: ['service:read'],
    judges: 'function',
    parameters: FORMAT,
    ...answers(listOf(healthShape)),
    run: ({ rest, authorizer }, form) => {
      const denied = denial(authorizer, 'service:read', rest);
      return denied === null ? byName(local, datacenter, rest, form) : refused(denied);
    },
  });
  const id = { name: 'service', about: 'The ID of the service.', missing: text(500, 'Missing serviceID') };
  const name = { name: 'service', about: 'The name of the services.', missing: text(500, 'Missing service Name') };
  return [
    { path: '/v1/agent/health/service/id/', rest: id, answeredBy: 'agent', methods: { GET: ofId } },
    { path: '/v1/agent/health/service/name/', rest: name, answeredBy: 'agent', methods: { GET: ofName } },
  ];
}
