// /v1/discovery-chain/NAME: which way the requests for a service go. With a body what is configured is asked for with changes, which
// is a read all the same.

import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { duration, string } from '../../../../gotext/json-kinds.js';
import { record } from '../../../../gotext/json-shape.js';
import { formJson } from '../../../../wire/config-entries/json.js';
import { compiledChain } from '../../../../wire/mesh/compiled-chain.js';
import { ask } from '../../calls/asked-read.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { json, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action, read } from '../../http/operation.js';
import { anyText } from '../../http/parameters/parameters.js';
import { effectiveConsistency } from '../../http/read-headers.js';
import { shapeOf } from '../../json/config-entry-shapes.js';
import { NO_OVERRIDES } from '../../mesh/chain/overrides.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { type ChainQuestion, discoveryChain, type FoundChain } from '../../methods/mesh/discovery-chain.js';

const MODES: ReadonlySet<string> = new Set(['', 'none', 'local', 'remote']);

const overridesBody = struct('DiscoveryChainOverrides', {
  OverrideConnectTimeout: duration,
  OverrideProtocol: string,
  OverrideMeshGateway: struct('MeshGatewayConfig', { Mode: string }),
});

const PARAMETERS = {
  'compile-dc': anyText('Where the chain is looked at from; else the datacenter that is asked.'),
} as const;

const SHARED = {
  acl: ['service:read'],
  parameters: PARAMETERS,
  answer: record('DiscoveryChain', { Chain: shapeOf(compiledChain, 'CompiledChain') }),
} as const;

function chainReply(found: FoundChain, headers: Reply['headers'] = []): Reply {
  if (!found.ok) return text(500, found.error, headers);
  return json(`{"Chain":${formJson(compiledChain, found.chain)}}`, headers);
}

function questionOf(
  { rest, datacenter }: ApiRequest,
  seenFrom: string,
  overrides: ChainQuestion['overrides'] = NO_OVERRIDES,
): ChainQuestion {
  return { service: rest, datacenter: seenFrom === '' ? datacenter : seenFrom, overrides };
}

async function withOverrides(
  calls: Calls,
  request: ApiRequest,
  seenFrom: string,
  { OverrideConnectTimeout, OverrideProtocol, OverrideMeshGateway }: DecodedBy<typeof overridesBody>,
): Promise<Reply> {
  const { Mode } = OverrideMeshGateway;
  if (!MODES.has(Mode)) return text(400, 'Invalid OverrideMeshGateway.Mode parameter');
  const overrides = { connectTimeout: OverrideConnectTimeout, protocol: OverrideProtocol, meshGateway: Mode };
  const question = questionOf(request, seenFrom, overrides);
  const gone = new AbortController();
  request.onAbort(() => gone.abort());
  const { options, datacenter, asker } = request;
  const answer = await ask(calls, discoveryChain, question, options, datacenter, asker, gone.signal);
  if (isRefusal(answer)) return refused(answer);
  return chainReply(answer.value, [
    ['X-Consul-Index', String(answer.index)],
    ['X-Consul-Knownleader', String(answer.hasLeader)],
    ['X-Consul-Lastcontact', String(answer.lastContactMs)],
    ['X-Consul-Query-Backend', 'blocking-query'],
    ['X-Consul-Effective-Consistency', effectiveConsistency(options.consistency)],
  ]);
}

export function discoveryChainEndpoints(calls: Calls): EndpointTable {
  return [
    {
      path: '/v1/discovery-chain/',
      rest: { name: 'service', about: 'The name of the service.', missing: text(400, 'Missing chain name') },
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...SHARED,
          summary: 'The discovery chain of a service',
          effectiveConsistency: true,
          failureHeaders: true,
          cacheable: true,
          method: discoveryChain,
          request: (values, request) => questionOf(request, values['compile-dc']),
          reply: (found) => chainReply(found),
        }),
        POST: action({
          ...SHARED,
          summary: 'The discovery chain of a service as it would be with these overrides',
          reads: 'index',
          body: jsonBody(overridesBody, {
            options: { unknownFields: 'ignore' },
            errorPrefix: 'Request decoding failed: ',
          }),
          run: (request, values, body) => withOverrides(calls, request, values['compile-dc'], body),
        }),
      },
    },
  ];
}
