// /v1/connect/ca/*: the roots that certificates of the mesh are trusted by, and the authority's configuration.

import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { bool, dynamic, index, map, string } from '../../../../gotext/json-kinds.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { json, NOTHING, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action, type ReadForm, readChoice } from '../../http/operation.js';
import { boolean } from '../../http/parameters/parameters.js';
import { caConfigurationJson, caConfigurationShape, rootsJson, rootsShape } from '../../json/authority-json.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import {
  caConfiguration,
  connectCaRoots,
  STATE_IS_READ_ONLY,
  setCaConfiguration,
  type TrustedRoots,
} from '../../methods/mesh/connect-ca.js';

export interface ConnectCaDependencies {
  readonly calls: Calls;
  /** The agent has a mesh. */
  readonly isEnabled: () => boolean;
}

/** What is answered by an agent without a mesh. */
export const DISABLED = text(500, 'Connect must be enabled in order to use this endpoint');

const PEM_TYPE = 'application/pem-certificate-chain';

const configurationBody = struct('CAConfiguration', {
  Provider: string,
  Config: map(dynamic),
  State: map(string),
  ForceWithoutCrossSigning: bool,
  CreateIndex: index,
  ModifyIndex: index,
});

type RootsForm = ReadForm<unknown, null, TrustedRoots>;

const AS_JSON: RootsForm = {
  method: connectCaRoots,
  request: () => null,
  reply: ({ trustDomain, roots }) => json(rootsJson(trustDomain, roots)),
};

const AS_PEM: RootsForm = {
  method: connectCaRoots,
  request: () => null,
  isBare: true,
  reply({ roots }) {
    const body = roots.map(({ RootCert }) => (RootCert.endsWith('\n') ? RootCert : `${RootCert}\n`)).join('');
    return { status: 200, contentType: PEM_TYPE, body, headers: [] };
  },
};

async function configuration(calls: Calls, { datacenter, asker }: ApiRequest): Promise<Reply> {
  const config = await calls.write(caConfiguration, null, datacenter, asker);
  return isRefusal(config) ? refused(config) : json(caConfigurationJson(config));
}

async function configure(
  calls: Calls,
  { datacenter, asker }: ApiRequest,
  given: DecodedBy<typeof configurationBody>,
): Promise<Reply> {
  const done = await calls.write(setCaConfiguration, { ClusterID: '', ...given }, datacenter, asker);
  if (!isRefusal(done)) return NOTHING;
  // Whoever found it: it is the request that is wrong.
  return done.text.endsWith(STATE_IS_READ_ONLY) ? text(400, STATE_IS_READ_ONLY) : refused(done);
}

export function connectCaEndpoints({ calls, isEnabled }: ConnectCaDependencies): EndpointTable {
  const off = (): Reply | null => (isEnabled() ? null : DISABLED);
  return [
    {
      path: '/v1/connect/ca/roots',
      answeredBy: 'servers',
      methods: {
        GET: readChoice({
          summary: 'The roots that certificates of the mesh are trusted by',
          acl: ['none'],
          off,
          parameters: {
            pem: boolean('Only the certificates, as PEM.', null, () =>
              text(400, "The 'pem' query parameter must be a boolean value"),
            ),
          },
          effectiveConsistency: false,
          failureHeaders: true,
          answer: rootsShape,
          alsoAs: PEM_TYPE,
          choose: ({ pem }) => (pem ? AS_PEM : AS_JSON),
        }),
      },
    },
    {
      path: '/v1/connect/ca/configuration',
      answeredBy: 'servers',
      methods: {
        GET: action({
          summary: "The certificate authority's configuration; it may hold the key of the root",
          acl: ['operator:write'],
          off,
          answer: caConfigurationShape,
          run: (request) => configuration(calls, request),
        }),
        PUT: action({
          summary: "Replaces the certificate authority's configuration, and the root where it asks for another one",
          acl: ['operator:write'],
          off,
          body: jsonBody(configurationBody, { options: { unknownFields: 'ignore' } }),
          answer: 'nothing',
          run: (request, _values, body) => configure(calls, request, body),
        }),
      },
    },
  ];
}
