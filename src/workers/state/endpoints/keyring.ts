// /v1/operator/keyring: what parameters and bodies mean, and how the pools' answers are shown.

import { decodeBase64 } from '../../../gotext/base64.js';
import { decodeJson, struct } from '../../../gotext/json-decode.js';
import { listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import { string } from '../../../gotext/json-kinds.js';
import { errorList } from '../../../gotext/multierror.js';
import { parseGoBool, parseGoInt } from '../../../gotext/numbers.js';
import type { KeyringAnswer, KeyringOperation } from '../../../wire/gossip-pools.js';
import type { Calls } from '../calls/calls.js';
import type { EndpointTable } from '../http/endpoint.js';
import { json, NOTHING, type Reply, refused, text } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import { keyringOperation } from '../methods/keyring.js';
import { isRefusal } from '../methods/refusal.js';

export interface KeyringDependencies {
  readonly calls: Calls;
  readonly datacenter: string;
  readonly hasWan: () => boolean;
}

const MAX_BODY = 2 * 1024 * 1024;
const MAX_RELAY_FACTOR = 5;
const NO_KEY = new Uint8Array(0);
const keyBody = struct('keyringArgs', { Key: string });

interface Options {
  readonly relayFactor: number;
  readonly localOnly: boolean;
}

function options({ query, method }: ApiRequest): Options | string {
  let relayFactor = 0;
  if (query.first('relay-factor') !== '') {
    const parsed = parseGoInt(query.first('relay-factor'), 64, 10, 'Atoi');
    if (!parsed.ok) return `Error parsing relay factor: ${parsed.error}`;
    relayFactor = Number(parsed.value);
    if (relayFactor < 0 || relayFactor > MAX_RELAY_FACTOR) {
      return `Invalid relay-factor: Relay factor must be in range: [0, ${MAX_RELAY_FACTOR}]`;
    }
  }
  let localOnly = false;
  if (query.first('local-only') !== '') {
    const parsed = parseGoBool(query.first('local-only'));
    if (!parsed.ok) return `Error parsing local-only: ${parsed.error}`;
    localOnly = parsed.value;
    if (localOnly && method !== 'GET') {
      return 'Invalid use of local-only: local-only can only be set for list requests';
    }
  }
  return { relayFactor, localOnly };
}

type Failure = Pick<KeyringAnswer, 'pool' | 'error' | 'messages'>;

/** All that went wrong in the pools as one text; null when nothing did. */
function problems(answers: readonly Failure[], datacenter: string): string | null {
  const errors = answers
    .filter(({ error }) => error !== '')
    .flatMap(({ pool, error, messages }) => [
      `${pool === 'wan' ? 'WAN' : `${datacenter} (LAN)`} error: ${error}`,
      ...Object.entries(messages).map(([node, message]) => `${node}: ${message}`),
    ]);
  return errors.length === 0 ? null : errorList(errors);
}

function answerJson(answer: KeyringAnswer, datacenter: string): string {
  const messages =
    Object.keys(answer.messages).length === 0 ? '' : `"Messages":${mapJson(answer.messages, quoteJson)},`;
  return (
    `{"WAN":${answer.pool === 'wan'},"Datacenter":${quoteJson(datacenter)},"Segment":"",${messages}` +
    `"Keys":${mapJson(answer.keys, String)},"PrimaryKeys":${mapJson(answer.primaryKeys, String)},` +
    `"NumNodes":${answer.numNodes}}`
  );
}

async function list({ calls, datacenter }: KeyringDependencies, request: ApiRequest): Promise<Reply> {
  const given = options(request);
  if (typeof given === 'string') return text(400, given);
  const question = { operation: 'list', key: NO_KEY, ...given } as const;
  const answers = await calls.direct(keyringOperation, question, request.datacenter, request.asker);
  if (isRefusal(answers)) return refused(answers);
  const problem = problems(answers, datacenter);
  if (problem !== null) return text(500, problem);
  return json(listJson(answers, (one) => answerJson(one, datacenter)));
}

async function change(
  dependencies: KeyringDependencies,
  operation: Exclude<KeyringOperation, 'list'>,
  request: ApiRequest,
): Promise<Reply> {
  const { calls, datacenter, hasWan } = dependencies;
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  const decoded = decodeJson(Buffer.from(body.bytes).toString(), keyBody, { unknownFields: 'ignore' });
  if (!decoded.ok) return text(400, `Request decode failed: ${decoded.error}`);
  const given = options(request);
  if (typeof given === 'string') return text(400, given);
  const key = decodeBase64(decoded.value.Key);
  if (!key.ok) {
    // Each pool's key query would have begun with it, and failed there.
    const failure = (pool: Failure['pool']): Failure => ({ pool, error: key.error, messages: {} });
    const failures = hasWan() ? [failure('wan'), failure('lan')] : [failure('lan')];
    return text(500, problems(failures, datacenter) ?? key.error);
  }
  const question = { operation, key: key.value, ...given };
  const answers = await calls.direct(keyringOperation, question, request.datacenter, request.asker);
  if (isRefusal(answers)) return refused(answers);
  const problem = problems(answers, datacenter);
  return problem === null ? NOTHING : text(500, problem);
}

export function keyringEndpoints(dependencies: KeyringDependencies): EndpointTable {
  return [
    {
      path: '/v1/operator/keyring',
      answeredBy: 'servers',
      acl: { GET: ['keyring:read'], POST: ['keyring:write'], PUT: ['keyring:write'], DELETE: ['keyring:write'] },
      methods: {
        GET: (request) => list(dependencies, request),
        POST: (request) => change(dependencies, 'install', request),
        PUT: (request) => change(dependencies, 'use', request),
        DELETE: (request) => change(dependencies, 'remove', request),
      },
    },
  ];
}
