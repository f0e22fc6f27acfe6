// /v1/agent/connect/authorize: whether the holder of a certificate may connect to a service. Proxies that do it themselves ask
// this once a connection; what depends on the request is refused, since nobody here sees it.

import { parseSpiffe } from '../../../../certificates/spiffe.js';
import { struct } from '../../../../gotext/json-decode.js';
import { quoteJson } from '../../../../gotext/json-encode.js';
import { string } from '../../../../gotext/json-kinds.js';
import { record } from '../../../../gotext/json-shape.js';
import type { IntentionRecord } from '../../../../wire/mesh/intentions.js';
import { ask } from '../../calls/asked-read.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { json, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import { allowsConnections, firstFrom } from '../../mesh/intentions/match.js';
import { denial, isRefusal } from '../../methods/contract/refusal.js';
import { matchIntentions } from '../../methods/mesh/intention.js';
import { DISABLED } from '../mesh/connect-ca.js';

export interface AuthorizeDependencies {
  readonly calls: Calls;
  /** The agent has a mesh. */
  readonly isEnabled: () => boolean;
  /** Of connections that no intention speaks of. */
  readonly defaultPolicy: () => 'allow' | 'deny';
}

const authorizeBody = struct('ConnectAuthorizeRequest', {
  Target: string,
  ClientCertURI: string,
  ClientCertSerial: string,
});

interface Verdict {
  readonly isAllowed: boolean;
  readonly reason: string;
}

function verdictOf(deciding: IntentionRecord | undefined, policy: 'allow' | 'deny'): Verdict {
  if (deciding === undefined) return { isAllowed: policy === 'allow', reason: 'Default behavior configured by ACLs' };
  const { SourceName, DestinationName, Action, Permissions } = deciding;
  const what = (Permissions ?? []).length > 0 ? `${Permissions?.length} permissions` : Action;
  return {
    isAllowed: allowsConnections(deciding),
    reason: `Matched intention: ${SourceName} => ${DestinationName} (${what})`,
  };
}

async function authorize(
  { calls, defaultPolicy }: AuthorizeDependencies,
  { options, datacenter, asker, authorizer }: ApiRequest,
  target: string,
  uri: string,
): Promise<Reply> {
  if (target === '') return text(400, 'Target service must be specified');
  const denied = denial(authorizer, 'service:write', target);
  if (denied !== null) return refused(denied);
  const identity = parseSpiffe(uri);
  if (identity === null) return text(400, 'ClientCertURI not a valid Connect identifier');
  if (identity.kind !== 'service') return text(400, 'ClientCertURI not a valid Service identifier');
  const answer = await ask(
    calls,
    matchIntentions,
    { side: 'destination', names: [target] },
    options,
    datacenter,
    asker,
  );
  if (isRefusal(answer)) return refused(answer);
  const deciding = firstFrom(answer.value[0] ?? [], identity.name);
  const { isAllowed, reason } = verdictOf(deciding, defaultPolicy());
  return json(`{"Authorized":${isAllowed},"Reason":${quoteJson(reason)}}`);
}

export function authorizeEndpoints(dependencies: AuthorizeDependencies): EndpointTable {
  const { isEnabled } = dependencies;
  return [
    {
      path: '/v1/agent/connect/authorize',
      answeredBy: 'servers',
      methods: {
        POST: action({
          summary: 'Whether the holder of a certificate may connect to a service',
          acl: ['service:write'],
          judges: 'function',
          off: () => (isEnabled() ? null : DISABLED),
          body: jsonBody(authorizeBody, { options: { unknownFields: 'error' } }),
          answer: record('ConnectAuthorize', { Authorized: 'boolean', Reason: 'string' }),
          run: (request, _values, { Target, ClientCertURI }) => authorize(dependencies, request, Target, ClientCertURI),
        }),
      },
    },
  ];
}
