// agent/health/service/id and name: the health of services registered here, for load balancers that ask the agent beside
// them. Checks of the node count for each of its services.

import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import type { CheckRecord } from '../../../../wire/records.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { type Reply, text } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';
import type { ServiceEntry } from '../../local/entries.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { isMaintenanceCheck } from '../../local/maintenance.js';
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

function wantsText(request: ApiRequest): boolean {
  if (request.query.first('format') === 'text') return true;
  return request.header('accept')?.startsWith('text/plain') ?? false;
}

function answer(request: ApiRequest, status: number, reason: string, body: string): Reply {
  const headers: Reply['headers'] = [['X-Consul-Reason', reason]];
  if (wantsText(request)) return { status, contentType: 'text/plain', body: reason, headers };
  return { status, contentType: 'application/json', body, headers };
}

function byId(local: LocalAgent, datacenter: string, request: ApiRequest): Reply {
  const id = request.rest;
  if (id === '') return text(500, 'Missing serviceID');
  const entry = local.state.service(id);
  if (!entry) {
    const body = '{"AggregatedStatus":"critical","Service":null,"Checks":null}';
    return answer(request, 404, `ServiceId ${id} not found`, body);
  }
  const health = healthOf(local, entry, datacenter);
  return answer(request, STATUS[health.aggregate], health.aggregate, health.json);
}

function byName(local: LocalAgent, datacenter: string, request: ApiRequest): Reply {
  const name = request.rest;
  if (name === '') return text(500, 'Missing service Name');
  const entries = local.state.servicesNamed(name);
  if (entries.length === 0) return answer(request, 404, `ServiceName ${name} Not Found`, '[]');
  const healths = entries.map((entry) => healthOf(local, entry, datacenter));
  const aggregate = healths.map((health) => health.aggregate).reduce(worse);
  return answer(request, STATUS[aggregate], aggregate, `[${healths.map((health) => health.json).join(',')}]`);
}

export function localHealthEndpoints(local: LocalAgent, datacenter: string): EndpointTable {
  return [
    {
      path: '/v1/agent/health/service/id/',
      answeredBy: 'agent',
      acl: ['service:read'],
      methods: { GET: (request) => byId(local, datacenter, request) },
    },
    {
      path: '/v1/agent/health/service/name/',
      answeredBy: 'agent',
      acl: ['service:read'],
      methods: { GET: (request) => byName(local, datacenter, request) },
    },
  ];
}
