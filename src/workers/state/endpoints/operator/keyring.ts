// /v1/operator/keyring: what parameters and bodies mean, and how the pools' answers are shown.

import { decodeBase64 } from '../../../../gotext/base64.js';
import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { listJson, mapJson, quoteJson } from '../../../../gotext/json-encode.js';
import { string } from '../../../../gotext/json-kinds.js';
import { listOf, mapOf, optional, record } from '../../../../gotext/json-shape.js';
import { errorList } from '../../../../gotext/multierror.js';
import type { KeyringOperation } from '../../../../wire/gossip-pools.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { json, NOTHING, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { type ActionOperation, action } from '../../http/operation.js';
import { boolean, integer, type Parameter, Refused, type Values } from '../../http/parameters/parameters.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { type KeyringReport, keyringOperation } from '../../methods/operator/keyring.js';

export interface KeyringDependencies {
  readonly calls: Calls;
  readonly datacenter: string;
  readonly hasWan: () => boolean;
}

const MAX_RELAY_FACTOR = 5;
const NO_KEY = new Uint8Array(0);
const keyBody = struct('keyringArgs', { Key: string });

const relayFactor = integer(
  'How many members pass each answer on.',
  [0, MAX_RELAY_FACTOR],
  (error) => text(400, `Error parsing relay factor: ${error}`),
  text(400, `Invalid relay-factor: Relay factor must be in range: [0, ${MAX_RELAY_FACTOR}]`),
);
const localOnly = boolean('Asks this datacenter alone; of lists only.', false, (error) =>
  text(400, `Error parsing local-only: ${error}`),
);
const LISTS_ONLY = text(400, 'Invalid use of local-only: local-only can only be set for list requests');

const LIST = { 'relay-factor': relayFactor, 'local-only': localOnly } as const;
const CHANGE = { 'relay-factor': relayFactor, 'local-only': onlyFalse(localOnly) } as const;

/** Any value but true. */
function onlyFalse(parameter: Parameter<boolean>): Parameter<boolean> {
  return {
    ...parameter,
    read(source, name) {
      const given = parameter.read(source, name);
      return given === true ? new Refused(LISTS_ONLY) : given;
    },
  };
}

type Failure = Pick<KeyringReport, 'pool' | 'datacenter' | 'error' | 'messages'>;

/** All that went wrong in the pools as one text; null when nothing did. */
function problems(reports: readonly Failure[]): string | null {
  const errors = reports
    .filter(({ error }) => error !== '')
    .flatMap(({ pool, datacenter, error, messages }) => [
      `${pool === 'wan' ? 'WAN' : `${datacenter} (LAN)`} error: ${error}`,
      ...Object.entries(messages).map(([node, message]) => `${node}: ${message}`),
    ]);
  return errors.length === 0 ? null : errorList(errors);
}

function reportJson({ pool, datacenter, messages, keys, primaryKeys, numNodes }: KeyringReport): string {
  const remarks = Object.keys(messages).length === 0 ? '' : `"Messages":${mapJson(messages, quoteJson)},`;
  return (
    `{"WAN":${pool === 'wan'},"Datacenter":${quoteJson(datacenter)},"Segment":"",${remarks}` +
    `"Keys":${mapJson(keys, String)},"PrimaryKeys":${mapJson(primaryKeys, String)},"NumNodes":${numNodes}}`
  );
}

async function list({ calls }: KeyringDependencies, request: ApiRequest, values: Values<typeof LIST>): Promise<Reply> {
  const options = { relayFactor: values['relay-factor'], localOnly: values['local-only'] };
  const question = { operation: 'list', key: NO_KEY, isForwarded: false, ...options } as const;
  const reports = await calls.direct(keyringOperation, question, request.datacenter, request.asker);
  if (isRefusal(reports)) return refused(reports);
  const problem = problems(reports);
  return problem === null ? json(listJson(reports, reportJson)) : text(500, problem);
}

async function change(
  dependencies: KeyringDependencies,
  operation: Exclude<KeyringOperation, 'list'>,
  request: ApiRequest,
  values: Values<typeof CHANGE>,
  { Key }: DecodedBy<typeof keyBody>,
): Promise<Reply> {
  const { calls, datacenter, hasWan } = dependencies;
  const key = decodeBase64(Key);
  if (!key.ok) {
    // Each pool's key query would have begun with it, and failed there.
    const failure = (pool: Failure['pool']): Failure => ({ pool, datacenter, error: key.error, messages: {} });
    const failures = hasWan() ? [failure('wan'), failure('lan')] : [failure('lan')];
    return text(500, problems(failures) ?? key.error);
  }
  const options = { relayFactor: values['relay-factor'], localOnly: false, isForwarded: false };
  const question = { operation, key: key.value, ...options };
  const reports = await calls.direct(keyringOperation, question, request.datacenter, request.asker);
  if (isRefusal(reports)) return refused(reports);
  const problem = problems(reports);
  return problem === null ? NOTHING : text(500, problem);
}

const answerShape = record('KeyringAnswer', {
  WAN: 'boolean',
  Datacenter: 'string',
  Segment: 'string',
  Messages: optional(mapOf('string')),
  Keys: mapOf('integer'),
  PrimaryKeys: mapOf('integer'),
  NumNodes: 'integer',
});

export function keyringEndpoints(dependencies: KeyringDependencies): EndpointTable {
  const changing = (operation: Exclude<KeyringOperation, 'list'>, summary: string): ActionOperation =>
    action({
      summary,
      acl: ['keyring:write'],
      parameters: CHANGE,
      body: jsonBody(keyBody, { options: { unknownFields: 'ignore' } }),
      answer: 'nothing',
      run: (request, values, body) => change(dependencies, operation, request, values, body),
    });
  return [
    {
      path: '/v1/operator/keyring',
      answeredBy: 'servers',
      methods: {
        GET: action({
          summary: 'The gossip keys in use, and by how many members',
          acl: ['keyring:read'],
          parameters: LIST,
          answer: listOf(answerShape),
          run: (request, values) => list(dependencies, request, values),
        }),
        POST: changing('install', 'Installs a gossip key'),
        PUT: changing('use', 'Makes a gossip key the one to encrypt with'),
        DELETE: changing('remove', 'Removes a gossip key'),
      },
    },
  ];
}
