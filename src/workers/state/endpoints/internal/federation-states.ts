// /v1/internal/federation-states: by which mesh gateways each datacenter is reached.

import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, mapOf, nullable, record } from '../../../../gotext/json-shape.js';
import { timeText } from '../../../../gotext/rfc3339.js';
import { msOfGoTime } from '../../../../wire/go-time.js';
import type { CheckedInstance, FederationState } from '../../../../wire/records.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { bare, json, text } from '../../http/message/reply.js';
import { read } from '../../http/operation.js';
import { checkJson, nodeJson, serviceJson } from '../../json/record-json.js';
import { checkShape, nodeShape, serviceShape } from '../../json/record-shapes.js';
import {
  type DatacenterGateways,
  getFederationState,
  listFederationStates,
  listMeshGateways,
} from '../../methods/mesh/federation-state.js';
import { ENTRIES, entryJson } from '../health.js';

function instanceJson({ Node, Service, Checks }: CheckedInstance): string {
  return (
    `{"Node":${Node === null ? 'null' : nodeJson(Node)},` +
    `"Service":${Service === null ? 'null' : serviceJson(Service)},"Checks":${listJson(Checks ?? [], checkJson)}}`
  );
}

function stateJson(state: FederationState): string {
  return (
    `{"Datacenter":${quoteJson(state.Datacenter)},"MeshGateways":${listJson(state.MeshGateways ?? [], instanceJson)},` +
    `"UpdatedAt":"${timeText(msOfGoTime(state.UpdatedAt))}","PrimaryModifyIndex":${state.PrimaryModifyIndex},` +
    `"CreateIndex":${state.CreateIndex},"ModifyIndex":${state.ModifyIndex}}`
  );
}

const stateShape = record('FederationState', {
  Datacenter: 'string',
  MeshGateways: listOf(
    record('MeshGatewayInstance', {
      Node: nullable(nodeShape),
      Service: nullable(serviceShape),
      Checks: listOf(checkShape),
    }),
  ),
  UpdatedAt: 'string',
  PrimaryModifyIndex: 'integer',
  CreateIndex: 'integer',
  ModifyIndex: 'integer',
});

function gatewaysJson(found: readonly DatacenterGateways[]): string {
  return `{${found.map(({ datacenter, gateways }) => `${quoteJson(datacenter)}:${listJson(gateways, entryJson)}`).join(',')}}`;
}

const READ = { effectiveConsistency: false } as const;

const all = read({
  ...READ,
  summary: 'By which mesh gateways each datacenter is reached, as it has said itself',
  acl: ['operator:read'],
  answer: listOf(stateShape),
  method: listFederationStates,
  request: () => null,
  reply: (states) => json(listJson(states, stateJson)),
});

const gateways = read({
  ...READ,
  summary: 'The mesh gateways of each datacenter that has some, by its name',
  acl: ['node:read', 'service:read'],
  answer: mapOf(ENTRIES),
  method: listMeshGateways,
  request: () => null,
  reply: (found) => json(gatewaysJson(found)),
});

const one = read({
  ...READ,
  summary: 'By which mesh gateways a datacenter is reached',
  acl: ['operator:read'],
  answer: stateShape,
  others: { 404: 'nothing' },
  method: getFederationState,
  request: (_values, { rest }) => rest,
  reply: (state) => (state === null ? bare(404) : json(stateJson(state))),
});

const DATACENTER = {
  name: 'datacenter',
  about: 'The name of the datacenter.',
  missing: text(400, 'Missing datacenter name'),
};

export function federationStateEndpoints(): EndpointTable {
  const row = { answeredBy: 'servers' } as const;
  return [
    { ...row, path: '/v1/internal/federation-states', methods: { GET: all } },
    { ...row, path: '/v1/internal/federation-states/mesh-gateways', methods: { GET: gateways } },
    { ...row, path: '/v1/internal/federation-state/', rest: DATACENTER, methods: { GET: one } },
  ];
}
