// Every row of the endpoint table, with the parameters that it looks at and a body that it takes: what the hostile calls are
// made from. A row without an entry here fails the test.

import { fieldsOf, type Kind, registerSchema, serviceSchema } from '../../../src/wire/schema.js';
import { noServers } from '../../../src/workers/state/calls/calls.js';
import { agentEndpoints } from '../../../src/workers/state/endpoints/agent/agent-endpoints.js';
import { eventEndpoints } from '../../../src/workers/state/endpoints/event.js';
import { pageEndpoints } from '../../../src/workers/state/endpoints/pages.js';
import type { Endpoint } from '../../../src/workers/state/http/endpoint.js';
import type { HttpMethod } from '../../../src/workers/state/http/request.js';
import { systemClock } from '../../../src/workers/state/local/clock.js';
import { serverEndpoints } from '../../../src/workers/state/server-endpoints.js';

export type Sample = null | boolean | number | string | readonly Sample[] | { readonly [name: string]: Sample };

export interface Row {
  readonly method: HttpMethod;
  readonly path: string;
  readonly parameters: readonly string[];
  /** A body that is taken; null where any bytes are one. */
  readonly body: Sample;
}

const PAGES = { uiEnabled: true, version: '1', nodeName: 'n', datacenter: 'dc1', commandLine: [] };

/** The table as the state worker puts it together; nothing in it is called. */
function table(): readonly Endpoint[] {
  const config = () => ({ datacenter: 'dc1', nodeName: 'n' });
  const parts = { calls: noServers, config, hasWan: () => false } as unknown;
  return [
    ...agentEndpoints({ config, clock: systemClock } as unknown as Parameters<typeof agentEndpoints>[0]),
    ...eventEndpoints({} as unknown as Parameters<typeof eventEndpoints>[0]),
    ...serverEndpoints(parts as Parameters<typeof serverEndpoints>[0]),
    ...pageEndpoints({ ...PAGES, debugEnabled: () => false }),
  ];
}

function sampleOf(kind: Kind): Sample {
  if (typeof kind !== 'string') {
    if (kind.kind === 'list') return [sampleOf(kind.of)];
    if (kind.kind === 'map') return { a: sampleOf(kind.of) };
    return Object.fromEntries(fieldsOf(kind.schema).map(([name, field]) => [name, sampleOf(field)]));
  }
  if (kind === 'string' || kind === 'nil') return '';
  if (kind === 'bool') return false;
  if (kind === 'dynamic') return { any: [1, 'x'] };
  return kind === 'bytes' ? 'eA==' : 1;
}

type Fields = { readonly [name: string]: Sample };

function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

const ofService = sampleOf({ kind: 'struct', schema: serviceSchema, nullable: false }) as Fields;
const CATALOG_SERVICE: Fields = {
  ...without(ofService, 'LocallyRegisteredAsSidecar'),
  ID: 'hostile-1',
  Service: 'hostile',
  Connect: { Native: false },
};
const ofRegistration = sampleOf({ kind: 'struct', schema: registerSchema, nullable: false }) as Fields;
const CATALOG_CHECK: Fields = { ...(ofRegistration['Check'] as Fields), Node: 'hostile-node', CheckID: 'c', Name: 'c' };
const REGISTRATION: Fields = {
  ...without(ofRegistration, 'CreateIndex', 'ModifyIndex'),
  Node: 'hostile-node',
  Address: '10.0.0.1',
  Service: CATALOG_SERVICE,
  Check: CATALOG_CHECK,
  Checks: [CATALOG_CHECK],
};
const RUN: Fields = {
  ...{
    Name: 'c',
    Status: 'passing',
    Notes: 'n',
    ScriptArgs: [],
    HTTP: '',
    H2PING: '',
    H2PingUseTLS: false,
    Header: { a: [] },
  },
  ...{ Method: '', Body: '', DisableRedirects: false, TCP: '', TCPUseTLS: false, UDP: '', Interval: 0, AliasNode: '' },
  ...{
    AliasService: '',
    DockerContainerID: '',
    Shell: '',
    GRPC: '',
    GRPCUseTLS: false,
    OSService: '',
    TLSServerName: '',
  },
  ...{ TLSSkipVerify: false, Timeout: 0, TTL: '1h', SuccessBeforePassing: 0, FailuresBeforeWarning: 0 },
  ...{ FailuresBeforeCritical: 0, DeregisterCriticalServiceAfter: '90m', OutputMaxSize: 0 },
};
const AGENT_SERVICE: Fields = {
  ...without(CATALOG_SERVICE, 'Service', 'PeerName', 'CreateIndex', 'ModifyIndex'),
  ID: 'hostile-local',
  Name: 'hostile-local',
  Check: { CheckID: '', ...RUN },
  Checks: [{ CheckID: 'hostile-check', ...RUN }],
  Token: '',
  Connect: { Native: false, SidecarService: { Name: 'hostile-sidecar', Port: 1, Checks: [{ ...RUN }] } },
};
const TXN: Sample = [
  { KV: { Verb: 'set', Key: 'hostile/t', Value: 'eA==', Flags: 1, Index: 0, Session: '' } },
  { KV: { Verb: 'cas', Key: 'hostile/new', Value: 'eA==', Flags: 1, Index: 0, Session: '' } },
  { KV: { Verb: 'delete', Key: 'hostile/new', Value: null, Flags: 0, Index: 0, Session: '' } },
  { Node: { Verb: 'set', Node: { Node: 'hostile-node', Address: '10.0.0.1', ID: '', Meta: {}, ModifyIndex: 0 } } },
  { Service: { Verb: 'set', Node: 'hostile-node', Service: CATALOG_SERVICE } },
  { Check: { Verb: 'set', Check: CATALOG_CHECK } },
];

const LISTS = ['filter', 'node-meta', 'near', 'tag', 'passing', 'merge-central-config', 'segment'];
const KV = ['cas', 'flags', 'acquire', 'release', 'recurse', 'keys', 'raw', 'separator'];

/** Parameters beside the common ones, by beginnings of paths; the longest counts. */
const PARAMETERS: { readonly [path: string]: readonly string[] } = {
  '/v1/kv/': KV,
  '/v1/txn': [],
  '/v1/catalog/': LISTS,
  '/v1/health/': LISTS,
  '/v1/session/': [],
  '/v1/coordinate/': ['segment'],
  '/v1/status/': [],
  '/v1/internal/': ['filter', 'kind', 'with-ingress', 'policy', 'node-name'],
  '/v1/operator/': ['relay-factor', 'local-only'],
  '/v1/event/': ['name', 'node', 'service', 'tag'],
  '/v1/agent/': [
    'filter',
    'format',
    'wan',
    'segment',
    'note',
    'enable',
    'reason',
    'prune',
    'replace-existing-checks',
    'id',
    'type',
    'loglevel',
    'logjson',
  ],
  '/ui/': [],
  '/robots.txt': [],
  '/v1/exported-services': [],

  '/debug/': ['seconds', 'debug'],
};

/** By method and path; other writes take any bytes. */
const BODIES: { readonly [row: string]: Sample } = {
  'PUT /v1/catalog/register': REGISTRATION,
  'PUT /v1/catalog/deregister': { Datacenter: '', Node: 'hostile-node', ServiceID: 'x', CheckID: 'y', PeerName: '' },
  'PUT /v1/txn': TXN,
  'PUT /v1/session/create': {
    ...{ Name: 's', Node: 'hostile-node', LockDelay: '1s', Behavior: 'release', TTL: '1h', NodeChecks: [], Checks: [] },
    ServiceChecks: [],
  },
  'PUT /v1/coordinate/update': {
    ...{ Node: 'hostile-node', Segment: '', Partition: '' },
    Coord: { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1.5, Adjustment: 0, Height: 0.001 },
  },
  'PUT /v1/agent/service/register': AGENT_SERVICE,
  'PUT /v1/agent/check/register': { ID: 'hostile-own', ServiceID: '', Token: '', ...RUN },
  'PUT /v1/agent/check/update/': { Status: 'passing', Output: 'o' },
  'PUT /v1/agent/token/': { Token: '' },
  'POST /v1/operator/keyring': { Key: '' },
  'PUT /v1/operator/keyring': { Key: '' },
  'DELETE /v1/operator/keyring': { Key: '' },
};

/** Taken as they stand, so that what a hostile value changes gets as far as it can. */
export const TAKEN = [
  'PUT /v1/catalog/register',
  'PUT /v1/catalog/deregister',
  'PUT /v1/txn',
  'PUT /v1/session/create',
  'PUT /v1/coordinate/update',
  'PUT /v1/agent/service/register',
  'PUT /v1/agent/check/register',
];

/** It ends the agent, as it should. */
const ENDS_THE_AGENT = new Set(['/v1/agent/leave']);

export function rows(): readonly Row[] {
  return table().flatMap(({ path, methods }) => {
    if (ENDS_THE_AGENT.has(path)) return [];
    const beginning = Object.keys(PARAMETERS)
      .filter((known) => path.startsWith(known))
      .sort((a, b) => b.length - a.length)[0];
    if (beginning === undefined) throw new Error(`nothing is known of the parameters of ${path}`);
    return (Object.keys(methods) as HttpMethod[]).map((method) => ({
      method,
      path,
      parameters: PARAMETERS[beginning] ?? [],
      body: BODIES[`${method} ${path}`] ?? null,
    }));
  });
}
