// Prepared queries as JSON: how they are shown, and the shape of it.

import { listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import { listOf, mapOf, nullable, record } from '../../../gotext/json-shape.js';
import type { PreparedQueryRecord, QueryFailover, QueryService } from '../../../wire/records.js';

function failoverJson({ NearestN, Datacenters, Targets }: QueryFailover): string {
  const targets = listJson(
    Targets,
    ({ Peer, Datacenter }) => `{"Peer":${quoteJson(Peer)},"Datacenter":${quoteJson(Datacenter)}}`,
  );
  return `{"NearestN":${NearestN},"Datacenters":${listJson(Datacenters, quoteJson)},"Targets":${targets}}`;
}

function serviceJson(service: QueryService): string {
  return (
    `{"Service":${quoteJson(service.Service)},"SamenessGroup":${quoteJson(service.SamenessGroup)},` +
    `"Failover":${failoverJson(service.Failover)},"OnlyPassing":${service.OnlyPassing},` +
    `"IgnoreCheckIDs":${listJson(service.IgnoreCheckIDs, quoteJson)},"Near":${quoteJson(service.Near)},` +
    `"Tags":${listJson(service.Tags, quoteJson)},"NodeMeta":${mapJson(service.NodeMeta, quoteJson)},` +
    `"ServiceMeta":${mapJson(service.ServiceMeta, quoteJson)},"Connect":${service.Connect},` +
    `"Peer":${quoteJson(service.Peer)}}`
  );
}

export function queryJson(query: PreparedQueryRecord): string {
  const { Type, Regexp, RemoveEmptyTags } = query.Template;
  return (
    `{"ID":${quoteJson(query.ID)},"Name":${quoteJson(query.Name)},"Session":${quoteJson(query.Session)},` +
    `"Token":${quoteJson(query.Token)},` +
    `"Template":{"Type":${quoteJson(Type)},"Regexp":${quoteJson(Regexp)},"RemoveEmptyTags":${RemoveEmptyTags}},` +
    `"Service":${serviceJson(query.Service)},"DNS":{"TTL":${quoteJson(query.DNS.TTL)}},` +
    `"CreateIndex":${query.CreateIndex},"ModifyIndex":${query.ModifyIndex}}`
  );
}

const STRINGS = nullable(listOf('string'));
const PAIRS = nullable(mapOf('string'));

export const queryDnsShape = record('QueryDNS', { TTL: 'string' });

export const queryShape = record('PreparedQuery', {
  ID: 'string',
  Name: 'string',
  Session: 'string',
  Token: 'string',
  Template: record('QueryTemplate', { Type: 'string', Regexp: 'string', RemoveEmptyTags: 'boolean' }),
  Service: record('QueryService', {
    Service: 'string',
    SamenessGroup: 'string',
    Failover: record('QueryFailover', {
      NearestN: 'integer',
      Datacenters: STRINGS,
      Targets: nullable(listOf(record('QueryFailoverTarget', { Peer: 'string', Datacenter: 'string' }))),
    }),
    OnlyPassing: 'boolean',
    IgnoreCheckIDs: STRINGS,
    Near: 'string',
    Tags: STRINGS,
    NodeMeta: PAIRS,
    ServiceMeta: PAIRS,
    Connect: 'boolean',
    Peer: 'string',
  }),
  DNS: queryDnsShape,
  CreateIndex: 'integer',
  ModifyIndex: 'integer',
});
