// /v1/agent/connect/ca/*: the roots as every agent follows them, and the certificates of this agent's services.

import { quoteJson } from '../../../../gotext/json-encode.js';
import { record } from '../../../../gotext/json-shape.js';
import { timeText } from '../../../../gotext/rfc3339.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action, read } from '../../http/operation.js';
import { waitWhile } from '../../http/waiting.js';
import { rootsJson, rootsShape } from '../../json/authority-json.js';
import type { LeafCertificates } from '../../leaves/leaf-certificates.js';
import type { Leaf } from '../../leaves/leaf-entry.js';
import { denial, isRefusal } from '../../methods/contract/refusal.js';
import { connectCaRoots } from '../../methods/mesh/connect-ca.js';
import { DISABLED } from '../mesh/connect-ca.js';

export interface AgentCaDependencies {
  readonly leaves: LeafCertificates;
  /** The agent has a mesh. */
  readonly isEnabled: () => boolean;
}

function leafJson(service: string, leaf: Leaf): string {
  return (
    `{"SerialNumber":${quoteJson(leaf.serialNumber)},"CertPEM":${quoteJson(leaf.certificate)},` +
    `"PrivateKeyPEM":${quoteJson(leaf.privateKey)},"Service":${quoteJson(service)},"ServiceURI":${quoteJson(leaf.uri)},` +
    `"ValidAfter":"${timeText(leaf.validAfterMs)}","ValidBefore":"${timeText(leaf.validBeforeMs)}",` +
    `"CreateIndex":${leaf.index},"ModifyIndex":${leaf.index}}`
  );
}

const leafShape = record('LeafCertificate', {
  SerialNumber: 'string',
  CertPEM: 'string',
  PrivateKeyPEM: 'string',
  Service: 'string',
  ServiceURI: 'string',
  ValidAfter: 'string',
  ValidBefore: 'string',
  CreateIndex: 'integer',
  ModifyIndex: 'integer',
});

async function leaf({ leaves }: AgentCaDependencies, request: ApiRequest): Promise<Reply> {
  const { rest: service, datacenter, asker, authorizer, options } = request;
  // Whoever may sign in its name, whether it is there already or not.
  const denied = denial(authorizer, 'service:write', service);
  if (denied !== null) return refused(denied);
  const question = { service, datacenter, token: asker.token };
  const first = await leaves.get(question);
  if (isRefusal(first)) return refused(first);
  const { minIndex, waitMs } = options;
  const holds = (): boolean => (leaves.peek(question)?.index ?? Number.POSITIVE_INFINITY) <= minIndex;
  if (minIndex > 0) await waitWhile(request, waitMs, holds, (wake) => leaves.watch(question, wake));
  const shown = leaves.peek(question) ?? first;
  // As stock's agents say it, whether it was there before or not.
  return json(leafJson(service, shown), [
    ['X-Cache', 'MISS'],
    ['X-Consul-Index', String(shown.index)],
  ]);
}

export function agentCaEndpoints(dependencies: AgentCaDependencies): EndpointTable {
  const off = (): Reply | null => (dependencies.isEnabled() ? null : DISABLED);
  return [
    {
      path: '/v1/agent/connect/ca/roots',
      answeredBy: 'servers',
      methods: {
        GET: read({
          summary: 'The roots that certificates of the mesh are trusted by, as this agent follows them',
          acl: ['none'],
          off,
          effectiveConsistency: false,
          cacheable: 'always',
          answer: rootsShape,
          method: connectCaRoots,
          request: () => null,
          reply: ({ trustDomain, roots }) => json(rootsJson(trustDomain, roots)),
        }),
      },
    },
    {
      path: '/v1/agent/connect/ca/leaf/',
      rest: {
        name: 'service',
        about: 'The name of the service.',
        missing: text(500, 'URI must be either service, agent, server, or kind'),
      },
      answeredBy: 'servers',
      methods: {
        GET: action({
          summary: 'A certificate of a service with its key, made for whoever asks and renewed before its end',
          acl: ['service:write'],
          judges: 'function',
          off,
          reads: 'index',
          answer: leafShape,
          run: (request) => leaf(dependencies, request),
        }),
      },
    },
  ];
}
