// hashicorp.consul.dataplane.DataplaneService: what consul-dataplane asks before it begins. What Envoy itself is told (xDS) isn't
// served.

import { ask } from '../../calls/asked-read.js';
import type { Calls } from '../../calls/calls.js';
import { type NodeInstance, type NodeInstanceRequest, nodeInstance } from '../../methods/catalog/node-instance.js';
import { isRefusal, refusal } from '../../methods/contract/refusal.js';
import type { TokenResolver } from '../../methods/contract/token-resolver.js';
import { tokenOf } from '../../rpc/grpc/token.js';
import { bootstrapParams, Feature, SERVICE_KINDS, supportedFeatures } from '../messages/dataplane.js';
import type { RowIn } from '../messages/message.js';
import { refuseUnknown } from './any-token.js';
import { DEFAULT, refuseEnterprise } from './enterprise.js';
import { type Path, unary } from './unary.js';

interface DataplaneParts {
  readonly calls: Pick<Calls, 'read'>;
  readonly tokens: TokenResolver;
  readonly datacenter: string;
}

type Params = RowIn<typeof bootstrapParams.output>;
type Asked = RowIn<typeof bootstrapParams.input>;

/** From this server, as old as it may be: whoever asks comes again. */
const STALE = { consistency: 'stale', minIndex: 0, waitMs: 0, maxStaleMs: 0 } as const;
const CONNECT_PROXY = 'connect-proxy';

const FEATURES = {
  supported_dataplane_features: [
    { feature_name: Feature.watchServers, supported: true },
    { feature_name: Feature.edgeCertificateManagement, supported: true },
    { feature_name: Feature.envoyBootstrap, supported: true },
    { feature_name: Feature.fips, supported: false },
  ],
};

export function dataplane({ calls, tokens, datacenter }: DataplaneParts): readonly Path[] {
  return [
    unary(supportedFeatures, async (_request, call) => (await refuseUnknown(tokens, tokenOf(call))) ?? FEATURES),
    unary(bootstrapParams, async (request, call) => {
      const question = refuseEnterprise(request) ?? questionOf(request);
      if (isRefusal(question)) return question;
      const answer = await ask(calls, nodeInstance, question, STALE, datacenter, { token: tokenOf(call) });
      if (isRefusal(answer)) return answer;
      return answer.value === null ? refusal('not-found', 'Service not found') : paramsOf(answer.value, datacenter);
    }),
  ];
}

function questionOf({ node_id: id, node_name: name, service_id, proxy_id }: Asked) {
  const serviceId = proxy_id || service_id;
  if (id === '' && name === '') return refusal('bad-request', 'a node must be named, by its ID or its name');
  if (serviceId === '') return refusal('bad-request', 'the ID of a proxy is required');
  const question: NodeInstanceRequest = { node: id === '' ? { name } : { id }, serviceId };
  return question;
}

function paramsOf({ node, service }: NodeInstance, datacenter: string): Params {
  const { Kind, Service, Proxy: proxy } = service;
  const identity = Kind === CONNECT_PROXY ? proxy.DestinationServiceName : Service;
  return {
    service_kind: SERVICE_KINDS.get(Kind) ?? 0,
    service: identity,
    namespace: DEFAULT,
    partition: DEFAULT,
    datacenter,
    config: proxy.Config ?? {},
    node_name: node.Node,
    access_logs: [],
    identity,
  };
}
